"""Time zones as the browser knows them."""

from datetime import datetime, timedelta, tzinfo

from browser import self as host


class ZoneInfoNotFoundError(KeyError):
    """The browser does not know this zone."""


_ZERO = timedelta(0)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - local times are compared with it


class ZoneInfo(tzinfo):
    """A zone by its name."""

    def __init__(self, name):
        if not host.scenicKnowsZone(name):
            raise ZoneInfoNotFoundError(name)
        self.key = name

    def fromutc(self, dt):
        """Return the local time of a moment in UTC."""
        plain = dt.replace(tzinfo=None)
        seconds = (plain - _EPOCH).total_seconds()
        return dt + timedelta(seconds=host.scenicOffset(self.key, seconds))

    def utcoffset(self, dt):
        """Return the offset that a moment in this zone has, nearly: nobody asks at the change."""
        if dt is None:
            return None
        seconds = (dt.replace(tzinfo=None) - _EPOCH).total_seconds()
        return timedelta(seconds=host.scenicOffset(self.key, seconds))

    def dst(self, _dt):
        """Nobody asks."""
        return _ZERO

    def tzname(self, _dt):
        """Return the name of the zone."""
        return self.key
