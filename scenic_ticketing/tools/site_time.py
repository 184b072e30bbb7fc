"""Conversions between what Odoo stores (naive UTC) and what the rules count (Unix, day numbers)."""

from datetime import date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import NamedTuple

from ..iot_handlers.scenic_rules import site_time

_UNIX_ZERO = datetime(1970, 1, 1)


class SiteInfo(NamedTuple):
    """What a decision needs to know of a site, without touching the ORM."""

    id: int
    code: int
    tz: tzinfo
    company_id: int


class ZoneInfo(NamedTuple):
    """A zone as a decision sees it."""

    id: int
    code: str
    site: SiteInfo


@lru_cache
def load_zone(name):
    """Return the time zone of this IANA name."""
    return site_time.load_zone(name)


def local_time(tz: tzinfo, moment: datetime) -> datetime:
    """Return what the clocks of time zone ``tz`` show at naive UTC ``moment``."""
    return moment.replace(tzinfo=timezone.utc).astimezone(tz)


def midnight(tz: tzinfo, day: date) -> datetime:
    """Return the moment (naive UTC) at which ``day`` begins in time zone ``tz``."""
    begin = datetime(day.year, day.month, day.day, tzinfo=tz)
    return begin.astimezone(timezone.utc).replace(tzinfo=None)


def wall_moment(tz: tzinfo, day: date, minute: int) -> datetime:
    """Return the moment (naive UTC) at which clocks show ``minute`` minutes after midnight."""
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)
    return wall.replace(tzinfo=tz).astimezone(timezone.utc).replace(tzinfo=None)


def to_unix(moment: datetime) -> float:
    """Return the Unix time of a naive UTC moment."""
    return (moment - _UNIX_ZERO).total_seconds()


def to_utc(unix: float) -> datetime:
    """Return the naive UTC moment of a Unix time."""
    return _UNIX_ZERO + timedelta(seconds=unix)
