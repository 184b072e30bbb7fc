"""The live suffix of a ticket on a phone: a one-time password that makes screenshots stale.

``code + "-" + Unix seconds (10 digits) + TOTP (8 digits)``: RFC 6238, SHA-1, 30 s, counter from
the shown seconds, as wallet passes compute it.
"""

from __future__ import annotations

import hashlib
import hmac
import struct

from .reason import Reason
from .ticket_code import SUFFIX_SIZE, CodeError

PERIOD_S = 30
TOLERANCE_S = 60
UNSURE_TOLERANCE_S = 600
"""Accepted age when the clock of the gate is not trusted."""

_CONTEXT = b"scenic-dyn-v1\0"
_DIGITS = 8


def ticket_key(dynamic_key: bytes, uid: int, gen: int) -> bytes:
    """Derive the secret of one ticket from the site's dynamic key; the phone gets only this."""
    message = _CONTEXT + struct.pack(">QB", uid, gen)
    return hmac.new(dynamic_key, message, hashlib.sha256).digest()[:20]


def totp(key: bytes, seconds: int) -> str:
    """RFC 6238 password of a moment (Unix seconds), 8 digits."""
    digest = hmac.new(key, struct.pack(">Q", seconds // PERIOD_S), hashlib.sha1).digest()
    at = digest[-1] & 15
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**_DIGITS:0{_DIGITS}d}"


def add_suffix(text: str, key: bytes, seconds: int) -> str:
    """Write the live form of a code as a phone shows it at a moment (Unix seconds)."""
    return f"{text}-{seconds:010d}{totp(key, seconds)}"


def check_suffix(
    suffix: str, key: bytes, now: float, clock_trusted: bool = True, newer_than: int = 0
) -> int:
    """Return the moment a suffix was made (Unix seconds); CodeError E_DYNAMIC when it is stale.

    With an untrusted clock the window is wide, so the caller also passes the moment of the
    ticket's previous scan as ``newer_than``: a screenshot never gets newer.
    """
    if len(suffix) != SUFFIX_SIZE or not (suffix.isascii() and suffix.isdigit()):
        raise CodeError(Reason.E_DYNAMIC, "no live code")
    made = int(suffix[:-_DIGITS])
    if not hmac.compare_digest(totp(key, made), suffix[-_DIGITS:]):
        raise CodeError(Reason.E_DYNAMIC, "wrong password")
    if abs(now - made) > (TOLERANCE_S if clock_trusted else UNSURE_TOLERANCE_S):
        raise CodeError(Reason.E_DYNAMIC, "stale")
    if made < newer_than:
        raise CodeError(Reason.E_DYNAMIC, "older than the last one shown")
    return made
