"""Bytes of boards that are described by configuration. No I/O, no clock.

A frame is written as hex bytes with places: ``{addr}`` (of the board), ``{time}`` (a number the
board wants), ``{n}`` (persons; orders only). A pattern also has ``??`` (any byte) and the counters
``{in:2}`` and ``{out:2le}`` (number of bytes, most significant first unless ``le``). The checksum
is not written: it is appended to every order and checked on every pattern.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

MAX_FRAME = 256
_TOKEN = re.compile(r"\{(\w+)(?::(\d)(le)?)?\}|(\?\?)|([0-9A-Fa-f]{2})|(\s+)|(.)", re.DOTALL)


class FrameError(ValueError):
    """A description that is no frame."""


# ------------------------------------------------------------------- checksums


def sum8(data: bytes) -> bytes:
    """Add all bytes, keep eight bits."""
    return bytes((sum(data) & 0xFF,))


def xor(data: bytes) -> bytes:
    """Combine all bytes with exclusive or."""
    value = 0
    for byte in data:
        value ^= byte
    return bytes((value,))


def crc16(data: bytes) -> bytes:
    """CRC of Modbus, low byte first."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc.to_bytes(2, "little")


CHECKSUMS: dict[str, Callable[[bytes], bytes]] = {
    "none": lambda data: b"",
    "sum8": sum8,
    "xor": xor,
    "crc16": crc16,
    "crc16_be": lambda data: crc16(data)[::-1],
}


# ------------------------------------------------------------------- templates


@dataclass(frozen=True, slots=True)
class Place:
    """A named number inside a frame."""

    name: str
    size: int = 1
    order: str = "big"


def parse(text: object) -> list[int | None | Place]:
    """Read a frame as it is written; None stands for any byte."""
    if not isinstance(text, str):
        raise FrameError("it is not a text")
    items: list[int | None | Place] = []
    for name, size, little, wild, digits, _space, junk in _TOKEN.findall(text):
        if junk:
            raise FrameError(f"{junk!r} in {text!r} is no hex byte")
        if name:
            items.append(Place(name, int(size or 1), "little" if little else "big"))
        elif wild or digits:
            items.append(int(digits, 16) if digits else None)
    if not items or len(items) > MAX_FRAME:
        raise FrameError(f"{text!r} is empty or too long")
    return items


class Template:
    """An order: ``Template(text, ...).bytes(addr=1, n=2)``."""

    def __init__(self, text: object, checksum: str, values: Mapping[str, int]) -> None:
        self._items = parse(text)
        self._sum = CHECKSUMS[checksum]
        self._values = dict(values)
        self.counts = any(isinstance(item, Place) and item.name == "n" for item in self._items)
        self.bytes()

    def bytes(self, n: int = 1) -> bytes:
        """Return the frame, for ``n`` persons."""
        out = bytearray()
        for item in self._items:
            if item is None:
                raise FrameError("?? says nothing in an order")
            out += bytes((item,)) if isinstance(item, int) else self._place(item, n)
        return bytes(out) + self._sum(bytes(out))

    def _place(self, place: Place, n: int) -> bytes:
        value = self._values | {"n": n}
        if place.name not in value:
            raise FrameError(f"{{{place.name}}} is no place of an order")
        try:
            return value[place.name].to_bytes(place.size, place.order)
        except OverflowError as err:
            raise FrameError(f"{value[place.name]} does not fit {{{place.name}}}") from err


# -------------------------------------------------------------------- patterns


@dataclass(frozen=True, slots=True)
class Found:
    """Something a board said. ``mine``: with the address of this device."""

    name: str
    mine: bool = True
    counts: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # name -> value, modulus


class Pattern:
    """What a board may say. Fits bytes of any address; ``mine`` tells whether it is ours."""

    def __init__(self, name: str, text: object, checksum: str, values: Mapping[str, int]) -> None:
        self.name = name
        self._sum = CHECKSUMS[checksum]
        self._shape: list[int | None] = []
        self._own: list[tuple[int, bytes]] = []  # where our address must stand
        self.places: list[tuple[int, Place]] = []
        for item in parse(text):
            if isinstance(item, Place):
                self._add(item, values)
            else:
                self._shape.append(item)
        if all(item is None for item in self._shape):
            raise FrameError(f"{text!r} fits everything")
        self._body = len(self._shape)
        self._shape += [None] * len(self._sum(b""))
        self.size = len(self._shape)

    def _add(self, place: Place, values: Mapping[str, int]) -> None:
        at = len(self._shape)
        if place.name in values:
            try:
                own = values[place.name].to_bytes(place.size, place.order)
            except OverflowError as err:
                raise FrameError(f"{values[place.name]} does not fit {{{place.name}}}") from err
            self._own.append((at, own))
        elif place.name in ("in", "out"):
            self.places.append((at, place))
        else:
            raise FrameError(f"{{{place.name}}} is no place of a pattern")
        self._shape += [None] * place.size

    def begins(self, data: bytes) -> bool:
        """Whether all bytes so far fit."""
        return all(want in (None, have) for want, have in zip(self._shape, data, strict=False))

    def found(self, data: bytes) -> Found | None:
        """Read a whole frame; None when it is not this one, or damaged."""
        body = data[: self._body]
        if len(data) != self.size or not self.begins(data) or self._sum(body) != data[self._body :]:
            return None
        counts = {
            place.name: (
                int.from_bytes(data[at : at + place.size], place.order),
                256**place.size,
            )
            for at, place in self.places
        }
        mine = all(data[at : at + len(own)] == own for at, own in self._own)
        return Found(self.name, mine, counts)


@dataclass(frozen=True, slots=True)
class Envelope:
    """All frames of a board begin alike and tell their size: unknown ones are skipped whole.

    The whole frame has ``size + add`` bytes.
    """

    start: bytes
    size_at: int
    size_bytes: int = 1
    size_order: str = "big"
    add: int = 0

    def total(self, data: bytes) -> int | None:
        """Size of the frame that begins here; 0 = more bytes are needed, None = no frame."""
        if not (data.startswith(self.start) or self.start.startswith(data)):
            return None
        head = self.size_at + self.size_bytes
        if len(data) < max(head, len(self.start)):
            return 0
        total = int.from_bytes(data[self.size_at : head], self.size_order) + self.add
        return total if head <= total <= MAX_FRAME else None


class Splitter:
    """Bytes in, what they say out. ``now`` is monotonic seconds.

    ``dropped`` counts what came and was nothing: runs of noise, damaged and cut frames.
    """

    def __init__(
        self, patterns: list[Pattern], checksum: str, envelope: Envelope | None, gap_s: float
    ) -> None:
        # the longest first: a short one may be the beginning of a long one
        self._patterns = sorted(patterns, key=lambda pattern: -pattern.size)
        self._sum, self._envelope, self._gap_s = CHECKSUMS[checksum], envelope, gap_s
        self._buffer = bytearray()
        self._last = 0.0
        self._noisy = False
        self.dropped = 0

    def feed(self, data: bytes, now: float) -> list[Found]:
        """Take bytes; return what is complete. Without bytes: nothing came until ``now``.

        Only that is silence: what a host that stood still reads late did not come late.
        """
        if not data:
            return self._run(final=True) if now - self._last >= self._gap_s else []
        self._last = now
        self._buffer += data
        return self._run(final=False)

    def _run(self, final: bool) -> list[Found]:
        out: list[Found] = []
        while self._buffer:
            size, found = self._first(bytes(self._buffer), final)
            if not size:
                break
            del self._buffer[:size]
            if found is None and not self._noisy:
                self.dropped += 1
            self._noisy = found is None
            if found and found.name:
                out.append(found)
        self._noisy = self._noisy and not final
        return out

    def _first(self, data: bytes, final: bool) -> tuple[int, Found | None]:
        """Return how many bytes are done with, and what they said; 0: wait for more."""
        total = self._envelope.total(data) if self._envelope else None
        if total is not None:
            if total and len(data) >= total:
                return self._whole(data[:total])
            return (1, None) if final else (0, None)
        for pattern in self._patterns:
            head = data[: pattern.size]
            if len(head) == pattern.size:
                found = pattern.found(head)
                if found:
                    return pattern.size, found
            elif not final and pattern.begins(head):
                return 0, None
        return 1, None

    def _whole(self, frame: bytes) -> tuple[int, Found | None]:
        tail = len(self._sum(b""))
        if tail and self._sum(frame[:-tail]) != frame[-tail:]:
            return 1, None
        for pattern in self._patterns:
            if found := pattern.found(frame):
                return len(frame), found
        return len(frame), Found("")  # whole, and nothing that was asked about
