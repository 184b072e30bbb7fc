"""Site-local days, minutes and quarter hours, as ticket codes and rules count them."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .ticket_code import QUARTERS_PER_DAY

_DAY_ZERO = date(2020, 1, 1)
_ORDINAL_ZERO = _DAY_ZERO.toordinal()
_WEEKDAY_ZERO = _DAY_ZERO.weekday()
MINUTES_PER_DAY = 24 * 60
MINUTES_PER_QUARTER = MINUTES_PER_DAY // QUARTERS_PER_DAY


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


def day_at(now: float, zone: tzinfo) -> int:
    """Site-local day number of Unix seconds."""
    return datetime.fromtimestamp(now, zone).toordinal() - _ORDINAL_ZERO


def day_and_minute(now: float, zone: tzinfo) -> tuple[int, int]:
    """Site-local (day number, minute 0..1439) of Unix seconds.

    The minute is what a clock on the wall shows: on a day with a change to or from summer time
    one hour of minutes is missing or comes twice.
    """
    local = datetime.fromtimestamp(now, zone)
    return local.toordinal() - _ORDINAL_ZERO, local.hour * 60 + local.minute


def day_and_quarter(now: float, zone: tzinfo) -> tuple[int, int]:
    """Site-local (day number, quarter hour 0..95) of Unix seconds."""
    day, minute = day_and_minute(now, zone)
    return day, minute // MINUTES_PER_QUARTER


def weekday(day: int) -> int:
    """Weekday of a day number, 0 = Monday."""
    return (day + _WEEKDAY_ZERO) % 7
