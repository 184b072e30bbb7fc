"""What a handheld and a box say to each other over HTTP in the LAN. Pure.

A message is one JSON object, a line feed, and the hex HMAC of the object under the key of the
device. It names the *run* of the box, eight random bytes drawn at its start, and a number that is
taken once in that run. So a recording is worth nothing, at this box or another, now or later, and
no clock is needed. The answer is bound to the question by its HMAC.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable

from .lan_wire import Window

PATH = "/scenic_gate/hand"
VERSION = 1
MAX_BODY = 8192
MAC_CHARS = 64
_CONTEXT = b"scenic-hand-v1\n"


def device_key(site_key: bytes, device: int) -> bytes:
    """Return the key of one handheld; boxes derive it, the handheld is given nothing else."""
    context = b"scenic-hand-key-v1\0" + device.to_bytes(4, "big")
    return hmac.new(site_key, context, hashlib.sha256).digest()


def _mac(key: bytes, what: bytes, text: bytes) -> bytes:
    return hmac.new(key, _CONTEXT + what + b"\n" + text, hashlib.sha256).hexdigest().encode()


def _text(value: dict) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def seal(key: bytes, message: dict) -> bytes:
    """Write a message of a handheld."""
    text = _text(message)
    return text + b"\n" + _mac(key, b"ask", text)


def unseal(key_of: Callable[[int], bytes | None], body: bytes) -> tuple[int, dict, bytes] | None:
    """Read a message; returns (device, message, its HMAC), None for anything that is not sealed.

    ``key_of(device)``: None for one that is not known.
    """
    text, mac = body[: -MAC_CHARS - 1], body[-MAC_CHARS:]
    if len(body) <= MAC_CHARS + 1 or body[-MAC_CHARS - 1 : -MAC_CHARS] != b"\n":
        return None
    try:
        message = json.loads(text)
        device = message["d"]
    except (ValueError, RecursionError, TypeError, KeyError):
        return None
    if type(device) is not int or not 0 < device < 2**31:
        return None
    key = key_of(device)
    if key is None or not hmac.compare_digest(_mac(key, b"ask", text), mac):
        return None
    return device, message, mac


def seal_reply(key: bytes, mac: bytes, reply: dict) -> str:
    """Write the answer to the message with this HMAC."""
    text = _text(reply)
    return (text + b"\n" + _mac(key, b"reply\n" + mac, text)).decode()


def unseal_reply(key: bytes, mac: bytes, body: bytes) -> dict | None:
    """Read an answer; None when the box did not write it to this very message."""
    text, _feed, told = body.rpartition(b"\n")
    if not hmac.compare_digest(_mac(key, b"reply\n" + mac, text), told):
        return None
    return json.loads(text)


class Seat(Window):
    """The numbers of one handheld in this run of the box."""

    @property
    def highest(self) -> int:
        """The highest number that was taken."""
        return self._highest
