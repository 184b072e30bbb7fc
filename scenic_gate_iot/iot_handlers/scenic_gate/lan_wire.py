"""What boxes of a site say to each other: sealed datagrams, and who is fresh. Pure.

A datagram is a header, a JSON body and an HMAC under the site's LAN key. It names the *run* of
both ends, eight random bytes drawn at start, and a number that only grows within a run. A box acts
on a datagram only when it names the box's present run, comes from a run of the sender that has
proven to be the present one, and bears a number that was not seen before. So nothing recorded
earlier, on this line or another, makes a box do anything.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import struct
from collections import OrderedDict
from functools import lru_cache
from typing import NamedTuple

MAGIC = b"SGL1"
HEADER = struct.Struct(">4sIIB8s8sQQ")
MAC_SIZE = 32
MAX_DATAGRAM = 1400  # one Ethernet frame: what is cut in two is lost twice as often
MAX_BODY = MAX_DATAGRAM - HEADER.size - MAC_SIZE
NO_RUN = bytes(8)

GREET, ASK, ANSWER, DIGEST, FACTS, NEWS, LIST = range(7)
KINDS = range(7)

WINDOW = 1024  # numbers that may overtake each other
REMEMBERED = 256  # own numbers that a greeting may echo, answers kept for repeated questions
_CONTEXT = b"scenic-lan-v1\n"


_write = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


class Packet(NamedTuple):
    """One datagram. ``echo``: number of the peer's last greeting, or what a greeting answers."""

    sender: int
    receiver: int
    kind: int
    run: bytes
    to_run: bytes
    number: int
    echo: int
    body: bytes = b""


@lru_cache(maxsize=8)
def _begun(key: bytes) -> hmac.HMAC:
    return hmac.new(key, _CONTEXT, hashlib.sha256)


def _mac(key: bytes, message: bytes) -> bytes:
    mac = _begun(key).copy()
    mac.update(message)
    return mac.digest()


def seal(key: bytes, packet: Packet) -> bytes:
    """Write a datagram."""
    p = packet
    head = HEADER.pack(MAGIC, p.sender, p.receiver, p.kind, p.run, p.to_run, p.number, p.echo)
    message = head + p.body
    return message + _mac(key, message)


def unseal(key: bytes, data: bytes) -> Packet | None:
    """Read a datagram that a holder of ``key`` wrote; None for anything else."""
    if not HEADER.size + MAC_SIZE <= len(data) <= MAX_DATAGRAM or data[:4] != MAGIC:
        return None
    message, mac = data[:-MAC_SIZE], data[-MAC_SIZE:]
    if not hmac.compare_digest(_mac(key, message), mac):
        return None
    _magic, *fields = HEADER.unpack_from(message)
    packet = Packet(*fields, body=message[HEADER.size :])
    return packet if packet.kind in KINDS else None


def to_body(value: dict) -> bytes:
    """Write a body; ValueError when it does not fit into one datagram."""
    body = _write(value).encode()
    if len(body) > MAX_BODY:
        raise ValueError(f"{len(body)} bytes do not fit into one datagram")
    return body


def from_body(body: bytes) -> dict:
    """Read a body; ValueError when it is none."""
    try:
        value = json.loads(body.decode())
    except RecursionError as err:
        raise ValueError("nested too deep") from err
    if not isinstance(value, dict):
        raise ValueError("no object")
    return value


class Window:
    """Numbers seen of one run; each is new once."""

    def __init__(self) -> None:
        self._highest, self._bits = 0, 0

    def is_new(self, number: int) -> bool:
        """Note a number; False when it was seen or is too old to tell."""
        ahead = number - self._highest
        if ahead > 0:
            self._bits = (self._bits << min(ahead, WINDOW) | 1) & ((1 << WINDOW) - 1)
            self._highest = number
            return True
        # an old number first: a shift by the age of a recording could fill the memory
        if -ahead >= WINDOW or self._bits >> -ahead & 1:
            return False
        self._bits |= 1 << -ahead
        return True


class Few(OrderedDict):
    """A dictionary that forgets its oldest entries."""

    def __setitem__(self, key, value) -> None:
        super().__setitem__(key, value)
        while len(self) > REMEMBERED:
            self.popitem(last=False)


class Link:
    """What one box knows of another: its present run, and what was said in it."""

    def __init__(self, own: int, run: bytes, peer: int) -> None:
        self.own, self.own_run, self.peer = own, run, peer
        self.run = NO_RUN  # of the peer, once proven
        self.answers = Few()  # {number of a question: datagram}
        self._window = Window()
        self._sent = Few()  # own numbers a greeting may answer
        self._greeted: dict[bytes, Few] = {}  # runs that have to prove themselves
        self._echo = 0

    def packet(self, kind: int, number: int, body: bytes = b"") -> Packet:
        """Make the next datagram to the peer."""
        self._sent[number] = True
        return Packet(self.own, self.peer, kind, self.own_run, self.run, number, self._echo, body)

    def accept(self, packet: Packet) -> str:
        """Judge a sealed packet of the peer.

        "new": act on it; "again": seen before; "greet": answer with :meth:`greeting`; "met": it was
        a greeting, what waits may be said once more; "": nothing.
        """
        if packet.kind == GREET:
            return self._greeted_by(packet)
        if packet.to_run != self.own_run:
            return "greet"
        if packet.run == self.run:
            return "new" if self._window.is_new(packet.number) else "again"
        if packet.echo not in self._greeted.get(packet.run, ()):
            return "greet"
        self._meet(packet)
        return "new"

    def _greeted_by(self, packet: Packet) -> str:
        # only the present run of the peer can answer a number drawn just now, and only once
        if packet.to_run != self.own_run or self._sent.pop(packet.echo, None) is None:
            return ""
        if packet.run != self.run:
            self._meet(packet)
        elif not self._window.is_new(packet.number):
            return ""
        self._echo = packet.number
        return "met"

    def _meet(self, packet: Packet) -> None:
        self.run, self._window = packet.run, Window()
        self._window.is_new(packet.number)
        self.answers.clear()
        self._greeted.clear()

    def greeting(self, packet: Packet, number: int) -> Packet:
        """Answer a peer that does not know our run, or whose own run is not proven."""
        if packet.run not in self._greeted and len(self._greeted) >= 8:
            self._greeted.clear()
        self._greeted.setdefault(packet.run, Few())[number] = True
        return Packet(self.own, self.peer, GREET, self.own_run, packet.run, number, packet.number)
