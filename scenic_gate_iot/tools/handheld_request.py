"""Reads the bodies of a handheld's requests and proves who sent them. Pure."""

import hashlib
import re
from dataclasses import dataclass

from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules.signature import P256, PublicKey

from .sync_request import (
    _HEX16,
    MAX_CURSOR,
    MAX_SEQ,
    FieldError,
    SyncRequest,
    _integer,
    _pattern,
    _text,
    load_object,
    parse_sync,
)

SYNC_PATH = "/scenic/handheld/v1/sync"
REDEEM_PATH = "/scenic/handheld/v1/redeem"
BEGIN_PATH = "/scenic/handheld/v1/begin"
H_DEVICE = "X-Scenic-Handheld"
H_TIME = "X-Scenic-Time"
H_NONCE = "X-Scenic-Nonce"
H_SIGNATURE = "X-Scenic-Signature"

_SIGNATURE = re.compile(r"[0-9a-f]{128}\Z")


def message_of(path, device, time, nonce, body):
    """Return the bytes that the key of a handheld signs."""
    digest = hashlib.sha256(body).hexdigest()
    return "\n".join(["scenic-handheld-v1", "POST", path, device, time, nonce, digest]).encode()


def is_signed(key, path, headers, body):
    """Tell whether the owner of ``key`` (hex, compressed P-256) sent this request."""
    signature = headers.get(H_SIGNATURE, "")
    if not _SIGNATURE.match(signature):
        return False
    names = (H_DEVICE, H_TIME, H_NONCE)
    message = message_of(path, *(headers.get(name, "")[:128] for name in names), body)
    return PublicKey(P256, bytes.fromhex(key)).verifies(bytes.fromhex(signature), message)


@dataclass(frozen=True)
class HandheldSync(SyncRequest):
    """A sync request; ``listed_to``: last change of the first reading, None before it began."""

    listed_to: int | None = None


def parse_handheld_sync(body):
    """Return the :class:`HandheldSync` in ``body`` (bytes) or raise :class:`FieldError`."""
    plain = parse_sync(body)
    listed_to = load_object(body).get("listed_to")
    if listed_to is not None:
        _integer(listed_to, "listed_to", 0, MAX_CURSOR)
    return HandheldSync(**vars(plain), listed_to=listed_to)


@dataclass(frozen=True)
class HandheldRedeem:
    """One question; ``seq`` is the number that the fact of its answer will have."""

    code: str
    wanted: int
    staff: bool
    epoch: str
    seq: int


def parse_handheld_redeem(body):
    """Return the :class:`HandheldRedeem` in ``body`` (bytes) or raise :class:`FieldError`."""
    message = load_object(body)
    if type(message.get("staff")) is not bool:
        raise FieldError("staff", "true or false is expected")
    return HandheldRedeem(
        code=_text(message.get("code"), "code", 400),
        wanted=_integer(message.get("wanted"), "wanted", 0, 255),
        staff=message["staff"],
        epoch=_pattern(message.get("epoch"), "epoch", _HEX16, "16 hex digits"),
        seq=_integer(message.get("seq"), "seq", 1, MAX_SEQ),
    )


def parse_handheld_begin(body):
    """Return (epoch, place) in ``body`` (bytes) or raise :class:`FieldError`."""
    message = load_object(body)
    epoch = _pattern(message.get("epoch"), "epoch", _HEX16, "16 hex digits")
    return epoch, _text(message.get("place"), "place", 64)
