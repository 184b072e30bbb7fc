"""The ticket code ST1: 30-byte body, 64-byte signature, base32 text.

``decode`` only reads; who signed and whether it may be trusted is the verifier's business.
All state about a ticket is keyed by ``uid``, never by the text: one ticket has several spellings
(with and without certificate, with a live suffix).
"""

from __future__ import annotations

import base64
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass

from .reason import Reason
from .signature import SIGNATURE_SIZE

EPOCH = 1577836800
"""2020-01-01T00:00Z in Unix seconds; seconds inside codes count from here."""

PREFIX = "ST1"
VERSION = 1
CONTEXT = b"scenic-ticket-v1\0"
SUFFIX_SIZE = 18
"""Digits of the live suffix: 10 of Unix seconds, 8 of the one-time password."""

MAX_TEXT = 400
"""Longest text that is looked at, so that a code kept as evidence is always whole."""

TYPE_TICKET, TYPE_TICKET_WITH_CERTIFICATE, TYPE_CERTIFICATE, TYPE_NOTICE = range(4)

FLAG_DYNAMIC = 1
FLAG_ID_CHECK = 2
FLAG_CONCESSION_CHECK = 4
FLAG_ISSUED_OFFLINE = 8
FLAG_REENTRY = 16
FLAG_TEST = 32

NO_SLOT = 255
QUARTERS_PER_DAY = 96
MAX_ID = 0x7FFFFFFF
"""Largest ``kid`` and ``serial``: both are a signed 32-bit integer in every database."""

CRITICAL_EXTENSION = 0x80
"""Extensions from this type on must be understood; older readers refuse them."""

STANDS_FOR = 0x81
"""Extension of a newer copy that another key signed: the 8 bytes of the uid it is a copy of."""

_BODY = struct.Struct(">BHIIBHHHBBBBHHI")
BODY_SIZE = _BODY.size

_IS_BASE32 = re.compile("[A-Z2-7]*").fullmatch
_TO_INT_DIGITS = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789abcdefghijklmnopqrstuv"
)


class CodeError(ValueError):
    """A text, blob or field set that is not a good code; ``reason`` says why."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class TicketCode:
    """What one ST1 code says. Days since 2020-01-01 (site-local), ``iat`` seconds since EPOCH."""

    site: int
    kid: int
    serial: int
    gen: int
    product: int
    valid_from: int
    valid_days: int
    slot_start: int
    slot_len: int
    pax: int
    uses: int
    entrances: int
    flags: int
    iat: int
    ext: tuple[tuple[int, bytes], ...] = ()

    @property
    def uid(self) -> int:
        """Identity of the ticket in every store: 63 bits, never zero."""
        return self.stands_for or self.kid << 32 | self.serial

    @property
    def stands_for(self) -> int:
        """The uid that this code is a copy of; 0 when it is a ticket of its own."""
        return next(
            (int.from_bytes(value, "big") for tag, value in self.ext if tag == STANDS_FOR), 0
        )


@dataclass(frozen=True)
class Decoded:
    """A code taken apart, nothing verified yet.

    ``certificate`` is the blob that travelled inside the code, ``suffix`` the live part after
    the dash ("" when there is none), ``text`` the canonical spelling without the suffix.
    """

    ticket: TicketCode
    body: bytes
    signature: bytes
    certificate: bytes | None
    suffix: str
    text: str


def uid_hex(uid: int) -> str:
    """Write a uid as JSON carries it: 16 hex digits, because numbers there end at 2^53."""
    return f"{uid:016x}"


def parse_uid(text: str) -> int:
    """Read 16 hex digits; CodeError when they are no uid."""
    try:
        uid = int(text, 16) if len(text) == 16 and text.isalnum() else 0
    except ValueError:
        uid = 0
    _check_uid(uid.to_bytes(8, "big"))
    return uid


def to_base32(raw: bytes) -> str:
    """RFC 4648 base32 in upper case, without padding."""
    return base64.b32encode(raw).decode("ascii").rstrip("=")


def from_base32(text: str) -> bytes:
    """Read base32 strictly: exactly the spelling that ``to_base32`` gives.

    As one large number: ten times faster than the standard library, on a box that decides while
    a visitor waits.
    """
    unused = 5 * len(text) % 8
    if unused > 4 or not _IS_BASE32(text):
        raise CodeError(Reason.E_FORMAT, "base32")
    number = int(text.translate(_TO_INT_DIGITS) or "0", 32)
    # unused trailing bits could be set, which would make a second text of the same bytes
    if number & ((1 << unused) - 1):
        raise CodeError(Reason.E_FORMAT, "not canonical")
    return (number >> unused).to_bytes(len(text) * 5 // 8, "big")


def read_text(text: str) -> tuple[int, bytes, str, str]:
    """Split any ST1 text into (type, raw bytes, canonical text, suffix).

    Lower case and blanks around the text are accepted: scanners and caps lock produce them.
    """
    # outside ASCII, upper() would turn foreign letters into ours
    if not text.isascii():
        raise CodeError(Reason.E_FOREIGN, "not ASCII")
    text = text.strip(" \t\r\n").upper()
    if not text.startswith(PREFIX):
        raise CodeError(Reason.E_FOREIGN)
    if len(text) > MAX_TEXT:
        raise CodeError(Reason.E_FORMAT, "too long")
    static, dash, suffix = text.partition("-")
    if dash and not (len(suffix) == SUFFIX_SIZE and suffix.isdigit()):
        raise CodeError(Reason.E_FORMAT, "suffix")
    raw = from_base32(static[len(PREFIX) :])
    if not raw:
        raise CodeError(Reason.E_FORMAT, "empty")
    if raw[0] >> 4 != VERSION:
        raise CodeError(Reason.E_VERSION, f"version {raw[0] >> 4}")
    return raw[0] & 15, raw, static, suffix


def pack(ticket: TicketCode, kind: int = TYPE_TICKET) -> bytes:
    """Write the signed body of a ticket."""
    *fields, ext = (getattr(ticket, name) for name in TicketCode.__dataclass_fields__)
    try:
        body = _BODY.pack(VERSION << 4 | kind, *fields)
        for tag, value in ext:
            body += bytes((tag, len(value))) + value
    except (struct.error, ValueError) as err:
        raise CodeError(Reason.E_FORMAT, str(err)) from None
    # reading it back applies the one set of rules, so nothing is issued that a gate refuses
    check_values(unpack(body))
    return body


def unpack(body: bytes) -> TicketCode:
    """Read a ticket body; CodeError when its structure is not that of one."""
    if len(body) < BODY_SIZE:
        raise CodeError(Reason.E_FORMAT, "short body")
    header, *fields = _BODY.unpack_from(body)
    if header >> 4 != VERSION:
        raise CodeError(Reason.E_VERSION, f"version {header >> 4}")
    if header & 15 not in (TYPE_TICKET, TYPE_TICKET_WITH_CERTIFICATE):
        raise CodeError(Reason.E_TYPE)
    ticket = TicketCode(*fields, ext=_unpack_extensions(body))
    if not (0 < ticket.kid <= MAX_ID and 0 < ticket.serial <= MAX_ID):
        raise CodeError(Reason.E_FORMAT, "kid or serial")
    return ticket


def check_values(ticket: TicketCode) -> None:
    """Refuse values that no ticket can have; judged after the signature, as the vectors say."""
    if not (ticket.pax and ticket.valid_days):
        raise CodeError(Reason.E_FORMAT, "no persons or no days")
    if QUARTERS_PER_DAY <= ticket.slot_start != NO_SLOT:
        raise CodeError(Reason.E_FORMAT, "slot")


def _unpack_extensions(body: bytes) -> tuple[tuple[int, bytes], ...]:
    found = []
    at, last = BODY_SIZE, -1
    while at < len(body):
        head, value = body[at : at + 2], b""
        if len(head) == 2:
            value = body[at + 2 : at + 2 + head[1]]
        if len(head) < 2 or len(value) < head[1] or head[0] <= last:
            raise CodeError(Reason.E_FORMAT, "extension")
        if head[0] >= CRITICAL_EXTENSION and head[0] != STANDS_FOR:
            raise CodeError(Reason.E_VERSION, f"extension {head[0]}")
        if head[0] == STANDS_FOR:
            _check_uid(value)
        found.append((head[0], value))
        at, last = at + 2 + len(value), head[0]
    return tuple(found)


def _check_uid(value: bytes) -> None:
    uid = int.from_bytes(value, "big")
    if len(value) != 8 or not (0 < uid >> 32 <= MAX_ID and 0 < uid & 0xFFFFFFFF <= MAX_ID):
        raise CodeError(Reason.E_FORMAT, "uid")


def encode(
    ticket: TicketCode, sign: Callable[[bytes], bytes], certificate: bytes | None = None
) -> str:
    """Sign a ticket and write its text; a certificate makes it readable by a cut-off gate."""
    body = pack(ticket, TYPE_TICKET if certificate is None else TYPE_TICKET_WITH_CERTIFICATE)
    raw = body + sign(CONTEXT + body)
    if certificate is not None:
        raw += certificate + bytes((len(certificate),))
    text = PREFIX + to_base32(raw)
    if len(text) > MAX_TEXT:
        raise CodeError(Reason.E_FORMAT, "too long")
    return text


def decode(text: str) -> Decoded:
    """Read a ticket text; CodeError (only) when it is none. Nothing is verified here."""
    kind, raw, static, suffix = read_text(text)
    certificate = None
    if kind == TYPE_TICKET_WITH_CERTIFICATE:
        cut = len(raw) - 1 - raw[-1]
        raw, certificate = raw[: max(cut, 0)], raw[max(cut, 0) : -1]
    elif kind != TYPE_TICKET:
        raise CodeError(Reason.E_TYPE)
    if len(raw) < BODY_SIZE + SIGNATURE_SIZE:
        raise CodeError(Reason.E_FORMAT, "short")
    body, signature = raw[:-SIGNATURE_SIZE], raw[-SIGNATURE_SIZE:]
    return Decoded(unpack(body), body, signature, certificate, suffix, static)
