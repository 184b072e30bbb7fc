"""Machine-readable zones of passports and cards (ICAO 9303, formats TD1, TD2 and TD3).

A scanner sends the two or three lines of a document as text. Every field has a check digit, so
a misread line is found before a wrong number is written down.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

# length of all lines together: (positions of number, birth, composite), as slices
_TD1, _TD2, _TD3 = 90, 72, 88
_WEIGHTS = (7, 3, 1)


class MrzError(ValueError):
    """The text is no machine-readable zone, or one of its check digits is wrong."""


@dataclass(frozen=True)
class Zone:
    """What a machine-readable zone says about its holder."""

    number: str
    birthday: date
    name: str
    kind: str  # the document code: P, I, A, C and a second letter
    issuer: str  # three letters


def looks_like_mrz(text: str) -> bool:
    """Tell whether a text is, or begins, a machine-readable zone."""
    return "<" in text and len(text) >= 30 and text[:1] in "PIAC"


def check_digit(text: str) -> str:
    """Return the check digit of a field: values times 7, 3, 1, modulo 10."""
    total = 0
    for place, character in enumerate(text):
        if character == "<":
            value = 0
        elif character in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ":
            value = int(character, 36)
        else:
            raise MrzError(f"{character!r} cannot stand in a machine-readable zone")
        total += value * _WEIGHTS[place % 3]
    return str(total % 10)


def parse(text: str, today: date) -> Zone:
    """Read the lines of a document, with or without the breaks between them.

    ``today`` tells the century of the birthday, of which only two digits of the year are given.
    """
    lines = "".join(text.upper().split())
    if len(lines) == _TD3:
        return _parse_td3(lines[:44], lines[44:], today)
    if len(lines) == _TD2:
        return _parse_td2(lines[:36], lines[36:], today)
    if len(lines) == _TD1:
        return _parse_td1(lines[:30], lines[30:60], lines[60:], today)
    raise MrzError("a machine-readable zone has 72, 88 or 90 characters")


def _parse_td3(first: str, second: str, today: date) -> Zone:
    _check(second[0:9], second[9])
    _check(second[13:19], second[19])
    _check(second[21:27], second[27])
    if second[42] != "<" or second[28:42].strip("<"):
        _check(second[28:42], second[42])
    _check(second[0:10] + second[13:20] + second[21:43], second[43])
    return _zone(first[:2], first[2:5], second[0:9], second[13:19], first[5:], today)


def _parse_td2(first: str, second: str, today: date) -> Zone:
    number = second[0:9]
    if second[9] == "<":
        number, _digit = _long_number(second[0:9], second[28:35])
    else:
        _check(second[0:9], second[9])
    _check(second[13:19], second[19])
    _check(second[21:27], second[27])
    _check(second[0:10] + second[13:20] + second[21:35], second[35])
    return _zone(first[:2], first[2:5], number, second[13:19], first[5:], today)


def _parse_td1(first: str, second: str, third: str, today: date) -> Zone:
    number = first[5:14]
    if first[14] == "<":
        number, _digit = _long_number(first[5:14], first[15:30])
    else:
        _check(first[5:14], first[14])
    _check(second[0:6], second[6])
    _check(second[8:14], second[14])
    _check(first[5:30] + second[0:7] + second[8:15] + second[18:29], second[29])
    return _zone(first[:2], first[2:5], number, second[0:6], third, today)


def _long_number(head: str, optional: str) -> tuple[str, str]:
    """Put a number of more than nine characters together; it goes on in the optional field."""
    tail = optional.split("<", 1)[0]
    if len(tail) < 2:
        raise MrzError("the document number has no check digit")
    number, digit = head + tail[:-1], tail[-1]
    _check(number, digit)
    return number, digit


def _check(field: str, digit: str) -> None:
    if check_digit(field) != ("0" if digit == "<" else digit):
        raise MrzError("a check digit of the machine-readable zone is wrong")


def _zone(kind: str, issuer: str, number: str, born: str, names: str, today: date) -> Zone:
    number = number.replace("<", "")
    if not number:
        raise MrzError("the document number is missing")
    return Zone(
        number=number,
        birthday=_birthday(born, today),
        name=" ".join(names.replace("<", " ").split()),
        kind=kind.rstrip("<"),
        issuer=issuer.rstrip("<"),
    )


def _birthday(text: str, today: date) -> date:
    try:
        year, month, day = (int(text[at : at + 2]) for at in (0, 2, 4))
        born = date(today.year // 100 * 100 + year, month, day)
        return born if born <= today else born.replace(year=born.year - 100)
    except ValueError:
        raise MrzError("the date of birth is no date") from None
