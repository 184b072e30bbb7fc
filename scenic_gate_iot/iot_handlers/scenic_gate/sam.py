"""Frames of resident ID card readers with a security module (SAM), without I/O.

    request  AA AA AA 96 69 | length (2) | command, parameter       | xor
    reply    AA AA AA 96 69 | length (2) | status (3) | data        | xor

The length counts everything after itself; xor goes over everything after the preamble. A card is
found, selected, and read; each reading needs all three. The data of a card: two lengths, 256 bytes
of UTF-16 text in fixed places, and a photo, which is never looked at here.
"""

from __future__ import annotations

from dataclasses import dataclass

PREAMBLE = bytes.fromhex("AAAAAA9669")
FIND, SELECT, READ = (0x20, 0x01), (0x20, 0x02), (0x30, 0x01)
FOUND, NO_CARD, DONE = "00009f", "000080", "000090"
TEXT_SIZE, MOST = 256, 4096

# what readers say instead of their status
ERRORS = {
    "000010": "checksum",
    "000021": "command",
    "000041": "read failed",
    "000066": "not authorised",
}


class SamError(ValueError):
    """What came is no frame, or no card."""


@dataclass(frozen=True, slots=True)
class Person:
    """What a card says, as far as anybody here wants to know. Shows nothing of itself."""

    number: str
    name: str

    def __repr__(self) -> str:
        return "<Person>"


def request(command: tuple[int, int]) -> bytes:
    """Return the frame of a command."""
    body = (len(command) + 1).to_bytes(2, "big") + bytes(command)
    return PREAMBLE + body + bytes([_xor(body)])


class Replies:
    """Bytes in, (status, data) out; noise before a preamble is skipped."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> tuple[str, bytes] | None:
        """Take bytes; return the reply they complete. SamError: it was damaged on its way."""
        self._buffer += data
        start = self._buffer.find(PREAMBLE)
        if start < 0:
            del self._buffer[: -len(PREAMBLE)]
            return None
        del self._buffer[:start]
        size = int.from_bytes(self._buffer[5:7], "big")
        if len(self._buffer) >= 7 and not 4 <= size <= MOST:
            self._buffer.clear()
            raise SamError("length")
        if len(self._buffer) < 7 + size:
            return None
        body = bytes(self._buffer[5 : 7 + size])
        self._buffer.clear()
        if _xor(body[:-1]) != body[-1]:
            raise SamError("checksum")
        return body[2:5].hex(), body[5:-1]


def person(data: bytes) -> Person:
    """Return what the data of a card says; the photo behind the text is left where it is."""
    size = int.from_bytes(data[:2], "big")
    if size != TEXT_SIZE or len(data) < 4 + size:
        raise SamError("text")
    text = data[4 : 4 + size].decode("utf-16-le", "replace")
    # places of a citizen's card: name 15, sex 1, nation 2, birth 8, address 35, number 18
    number, name = text[61:79].strip().upper(), text[:15].strip()
    if len(number) != 18 or not (number[:17].isascii() and number[:17].isdigit()):
        raise SamError("number")
    return Person(number, name)


def _xor(data: bytes) -> int:
    out = 0
    for byte in data:
        out ^= byte
    return out
