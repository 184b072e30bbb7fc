"""Notices: a signed "this ticket is void" or "only copies from gen n on are good".

They travel from window to box without the server, so each carries its own proof.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import astuple, dataclass

from .reason import Reason
from .signature import SIGNATURE_SIZE
from .ticket_code import MAX_ID, TYPE_NOTICE, VERSION, CodeError

CONTEXT = b"scenic-notice-v1\0"
VOID = 1
MIN_GEN = 2

_BODY = struct.Struct(">BHIIBQBI")
BODY_SIZE = _BODY.size
_HEADER = VERSION << 4 | TYPE_NOTICE


@dataclass(frozen=True)
class Notice:
    """``kind`` VOID or MIN_GEN about ticket ``uid``; ``seq`` grows per ``kid``."""

    site: int
    kid: int
    seq: int
    kind: int
    uid: int
    gen: int
    iat: int


def pack(notice: Notice) -> bytes:
    """Write the signed part of a notice."""
    try:
        body = _BODY.pack(_HEADER, *astuple(notice))
    except struct.error as err:
        raise CodeError(Reason.E_FORMAT, str(err)) from None
    unpack(body)
    return body


def unpack(body: bytes) -> Notice:
    """Read the signed part of a notice; CodeError for anything ``pack`` would not write."""
    if len(body) != BODY_SIZE:
        raise CodeError(Reason.E_FORMAT, "notice size")
    header, *fields = _BODY.unpack(body)
    if header != _HEADER:
        raise CodeError(Reason.E_FORMAT, "not a notice")
    notice = Notice(*fields)
    if notice.kind not in (VOID, MIN_GEN):
        raise CodeError(Reason.E_FORMAT, "kind of notice")
    if not all(0 < part <= MAX_ID for part in (notice.kid, notice.uid >> 32, notice.uid & MAX_ID)):
        raise CodeError(Reason.E_FORMAT, "kid or uid")
    return notice


def issue(sign: Callable[[bytes], bytes], notice: Notice) -> bytes:
    """Sign a notice with the key of ``notice.kid``."""
    body = pack(notice)
    return body + sign(CONTEXT + body)


def split(blob: bytes) -> tuple[Notice, bytes, bytes]:
    """Take a blob apart into (notice, signed message, signature), nothing verified."""
    body, signature = blob[:-SIGNATURE_SIZE], blob[-SIGNATURE_SIZE:]
    return unpack(body), CONTEXT + body, signature
