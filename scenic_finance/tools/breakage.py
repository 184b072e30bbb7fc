"""Breakage by CAS 14 §39 / IFRS 15 B46: what visitors paid for and will not use, as it is earned.

Pure arithmetic, the same for the entry, the back-test and the working paper. Nothing here knows
Odoo, a clock or a database. Rates are fractions of a month's sales between 0 and 1.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

RATE_STEP = Decimal("0.000001")


class Month(NamedTuple):
    """The tickets of one product and channel that were sold in one month, as far as posted."""

    tickets: int
    used: Decimal
    expired: Decimal
    open: Decimal


class Estimate(NamedTuple):
    """What a history says: `rate` is what may be taken ahead, `verdict` why not more."""

    verdict: str
    rate: Decimal
    lowest: Decimal
    average: Decimal
    months: int
    tickets: int


class Limits(NamedTuple):
    """When expected breakage counts as highly probable (CAS 14 §16, IFRS 15 §56)."""

    tickets: int
    months: int
    cap: Decimal


def exact(value: float) -> Decimal:
    """Return an amount of the database, which Odoo hands over as a float, as what it was."""
    return Decimal(str(value))


def taken_ahead(rate: Decimal, used: Decimal, expired: Decimal, still_open: Decimal) -> Decimal:
    """Return how much expected breakage of a month's sales is income before it expires.

    Of each month, `rate` is expected to stay unused, so with every unit that is used
    rate / (1 - rate) of breakage is earned. What has expired is income by itself and counts
    against it, and no more is ever taken than tickets hold that are still open.
    """
    if not 0 <= rate < 1:
        raise ValueError(f"{rate} is not a part of the sales")
    earned = used * rate / (1 - rate) - expired
    return max(min(earned, still_open), Decimal(0))


def month_rate(month: Month) -> Decimal:
    """Return the part of a month's sales that expired unused."""
    sold = month.used + month.expired + month.open
    if sold <= 0:
        return Decimal(0)
    return min(max(_step(month.expired / sold), Decimal(0)), Decimal(1))


def counts(month: Month) -> bool:
    """Tell whether a month is over: none of its tickets is open, and some money was in it."""
    return month.open == 0 and month.used + month.expired > 0


def estimate(history: Sequence[Month], limits: Limits) -> Estimate:
    """Return the rate that a history supports: the lowest of its months, at most the cap.

    Not the average: taking back income that was never earned must be highly improbable, so only
    what every month of the past has reached is taken ahead of its expiry.
    """
    over = [month for month in history if counts(month)]
    tickets = sum(month.tickets for month in over)
    rates = [month_rate(month) for month in over]
    lowest = min(rates, default=Decimal(0))
    sold = sum(month.used + month.expired for month in over)
    average = _step(sum(month.expired for month in over) / sold) if sold else Decimal(0)
    verdict = "ok"
    if len(over) < limits.months:
        verdict = "months"
    elif tickets < limits.tickets:
        verdict = "tickets"
    elif lowest <= 0:
        verdict = "nothing"
    rate = min(lowest, limits.cap) if verdict == "ok" else Decimal(0)
    return Estimate(verdict, rate, lowest, average, len(over), tickets)


def back_test(history: Sequence[Month], limits: Limits) -> list[tuple[Decimal, Decimal]]:
    """Return ``(rate, breakage)`` that the months before each month of `history` foretold.

    `history` is in the order of time. The breakage is what would have been income at the end of
    the month's sales, with the visitors who really came.
    """
    told = []
    for place, month in enumerate(history):
        rate = estimate(history[:place], limits).rate
        told.append((rate, month.used * rate / (1 - rate)))
    return told


def _step(value: Decimal) -> Decimal:
    return value.quantize(RATE_STEP, ROUND_HALF_UP)
