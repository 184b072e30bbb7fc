"""Hours of the day as people write them: ``08:00-11:30, 13:30-17:00``. Minutes, site-local."""

import re
import unicodedata

_SPAN = re.compile(r"(\d{1,2})(?::(\d{2}))?-(\d{1,2})(?::(\d{2}))?")
_DASHES = re.compile(r"\s*(?:[-–—−~]|至|到)\s*")
_SEPARATORS = re.compile(r"[,;、\s]+")
DAY = 24 * 60


def parse(text):
    """Return ``((from, to), ...)`` in minutes, ascending; empty text = no restriction.

    Raises ValueError for anything that is not a list of spans inside one day. A span includes its
    first minute and ends before its last one.
    """
    plain = _DASHES.sub("-", unicodedata.normalize("NFKC", text or "").strip())
    spans = []
    for part in filter(None, _SEPARATORS.split(plain)):
        found = _SPAN.fullmatch(part)
        if not found:
            raise ValueError(part)
        hour, minute, end_hour, end_minute = (int(number or 0) for number in found.groups())
        begin, end = hour * 60 + minute, end_hour * 60 + end_minute
        if minute > 59 or end_minute > 59 or not 0 <= begin < end <= DAY:
            raise ValueError(part)
        spans.append((begin, end))
    spans.sort()
    for (_begin, end), (begin, _end) in zip(spans, spans[1:], strict=False):
        if begin < end:
            raise ValueError(plain)
    return tuple(spans)


def write(spans):
    """Return spans as text; the opposite of :func:`parse`."""
    return ", ".join(
        f"{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}" for begin, end in spans
    )
