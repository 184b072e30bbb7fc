"""Site-local days and quarter hours, as ticket codes count them."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .ticket_code import QUARTERS_PER_DAY

_DAY_ZERO = date(2020, 1, 1)
_MINUTES_PER_QUARTER = 24 * 60 // QUARTERS_PER_DAY


def load_zone(name: str, utc_offset: int = 0) -> tzinfo:
    """Load a time zone; a machine without zone data falls back to ``utc_offset`` seconds.

    Reads the machine's zone data the first time a name is asked for: call it when the
    configuration arrives, not for every scan.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return timezone(timedelta(seconds=utc_offset))


def day_number(day: date) -> int:
    """Days since 2020-01-01."""
    return (day - _DAY_ZERO).days


def day_of(number: int) -> date:
    """Date of a day number."""
    return _DAY_ZERO + timedelta(days=number)


def day_and_quarter(now: float, zone: tzinfo) -> tuple[int, int]:
    """Site-local (day number, quarter hour 0..95) of Unix seconds."""
    local = datetime.fromtimestamp(now, zone)
    quarter = (local.hour * 60 + local.minute) // _MINUTES_PER_QUARTER
    return day_number(local.date()), quarter
