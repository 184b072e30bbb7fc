"""Made-up people: numbers with good check digits that belong to nobody in particular."""

from datetime import date

from stdnum.cn import ric


def resident(born=date(1990, 3, 7), order=123, region="110101"):
    """Return a resident's ID number; ``order`` tells people of one birthday apart."""
    number = f"{region}{born:%Y%m%d}{order:03d}0"
    return number[:-1] + ric.calc_check_digit(number)


def children(count, year=2018):
    """Return the numbers of children born that year."""
    return [resident(date(year, 5, 1), order) for order in range(1, count + 1)]


def residents(count, start=100):
    """Return the numbers of so many adults."""
    return [resident(order=start + place) for place in range(count)]


# ICAO 9303 part 4, appendix: Anna Maria Eriksson
PASSPORT_LINES = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
