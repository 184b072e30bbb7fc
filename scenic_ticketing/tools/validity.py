"""From when to when a ticket is good, by the kind of validity of its policy. Pure."""

from datetime import date
from typing import NamedTuple

VISIT_DATE, PURCHASE, FIRST_USE, PERIOD, OPEN = (
    "visit_date",
    "purchase",
    "first_use",
    "period",
    "open",
)
OPEN_DAYS = 3660
"""An open ticket is good for this long: an end that somebody can prove is better than none."""


class Validity(NamedTuple):
    """What a policy says about the dates of its tickets."""

    kind: str = VISIT_DATE
    days: int = 1  # first_use: days within which the first use has to come
    use_days: int = 0  # days from the first use, 0 = no limit
    begin: date | None = None  # of a fixed period
    end: date | None = None


def dates(validity: Validity, wished: date, today: date) -> tuple[date, int]:
    """Return ``(first valid day, number of days)`` of a ticket sold ``today``.

    ``wished`` is the day of the visit that was asked for; only tickets bound to it care.
    """
    if validity.kind == PURCHASE:
        return today, validity.days
    if validity.kind == FIRST_USE:
        # started on the last day it may be started, it still has all its days
        return wished, validity.days + max(0, validity.use_days - 1)
    if validity.kind == PERIOD and validity.begin and validity.end:
        first = max(today, validity.begin)
        # sold offline, synced after the end: one day that is over, not a date before its own
        return first, max(1, (validity.end - first).days + 1)
    if validity.kind == OPEN:
        return today, OPEN_DAYS
    return wished, validity.days
