"""OSDP v2, the control panel's side, without I/O: packets, orders, what a device answers."""

from __future__ import annotations

import struct
from dataclasses import dataclass

SOM, REPLY_BIT = 0x53, 0x80
POLL, ISTAT, OSTAT, OUT, LED, BUZ, TEXT = 0x60, 0x65, 0x66, 0x68, 0x69, 0x6A, 0x6B
KEYSET, CHLNG, SCRYPT = 0x75, 0x76, 0x77
ACK, NAK, ISTATR, OSTATR, RAW, FMT, CCRYPT, RMAC_I, BUSY = (
    *(0x40, 0x41, 0x49, 0x4A, 0x50, 0x51),
    *(0x76, 0x78, 0x79),
)
OUT_OFF, OUT_ON, OUT_TIMED = 1, 2, 5  # controls of an output; the last ends by itself
BLACK, RED, GREEN = 0, 1, 2
MAX_PACKET = 1440
MAX_SCREEN = 32  # bytes of a text; what the smallest displays take
_CRC, _SCB = 4, 8  # bits of the control byte


class BadPacket(Exception):
    """Bytes that are no answer to what was asked."""


def crc16(data: bytes) -> int:
    """CRC of OSDP: CCITT, beginning with 1D0F."""
    crc = 0x1D0F
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet. ``block``: kind and data of the security block, empty without."""

    addr: int
    seq: int
    code: int
    data: bytes = b""
    block: bytes = b""
    mac: bytes = b""
    signed: bytes = b""  # the bytes that the MAC is over

    def head(self, mac_size: int = 0) -> bytes:
        """Return everything before the MAC."""
        control = self.seq | _CRC | (_SCB if self.block else 0)
        block = bytes((len(self.block) + 1,)) + self.block if self.block else b""
        body = block + bytes((self.code,)) + self.data
        size = 5 + len(body) + mac_size + 2
        return struct.pack("<BBHB", SOM, self.addr, size, control) + body


def sealed(data: bytes) -> bytes:
    """Append the checksum."""
    return data + crc16(data).to_bytes(2, "little")


def size_of(data: bytes) -> int | None:
    """Return the size of the packet that begins here; None while it cannot be known."""
    if len(data) < 4:
        return None
    size = int.from_bytes(data[2:4], "little")
    if data[0] != SOM or not 8 <= size <= MAX_PACKET:
        raise BadPacket(f"no packet: {data[:8].hex(' ')}")
    return size


def decode(data: bytes) -> Packet:
    """Read one whole packet.

    :raises BadPacket: it is damaged, or without CRC (every v2 device can)
    """
    if size_of(data) != len(data) or not data[4] & _CRC:
        raise BadPacket("cut, or without CRC")
    if int.from_bytes(data[-2:], "little") != crc16(data[:-2]):
        raise BadPacket("wrong checksum")
    addr, control, at, end = data[1], data[4], 5, len(data) - 2
    block = mac = b""
    if control & _SCB:
        block = data[at + 1 : min(at + data[at], end)]
        at += data[at]
        if not block:
            raise BadPacket("empty security block")
        if block[0] >= 0x15:
            end -= 4
            mac = data[end : end + 4]
    if at >= end:
        raise BadPacket("nothing inside")
    return Packet(addr, control & 3, data[at], data[at + 1 : end], block, mac, data[:end])


# ---------------------------------------------------------------------- orders


def output(number: int, control: int, tenths: int = 0) -> bytes:
    """Data of OUT; ``tenths`` x 100 ms for OUT_TIMED, which the device ends by itself."""
    return struct.pack("<BBH", number, control, min(tenths, 0xFFFF))


def lamp(colour: int, tenths: int) -> bytes:
    """Data of LED: the first lamp of the first reader in a colour for a while."""
    return bytes((0, 0, 2, tenths, 0, colour, BLACK)) + struct.pack("<H", tenths) + bytes(5)


def buzzer(times: int) -> bytes:
    """Data of BUZ: some short tones."""
    return bytes((0, 2, 1, 1, times))


def screen(text: bytes, seconds: int) -> bytes:
    """Data of TEXT: a text on the first screen for a while, wrapped, from its first place on."""
    text = text[:MAX_SCREEN]
    return bytes((0, 4, min(max(seconds, 1), 255), 1, 1, len(text))) + text


def new_key(key: bytes) -> bytes:
    """Data of KEYSET: the key of the secure channel from now on."""
    return bytes((1, len(key))) + key


def card(code: int, data: bytes) -> str:
    """Return the number of a card that a reader saw; empty when it says none."""
    if code == FMT:
        text = data[3 : 3 + data[2]].decode("ascii", "ignore") if len(data) > 3 else ""
        return "".join(char for char in text if char.isprintable()).strip()
    if len(data) < 5:
        return ""
    bits = int.from_bytes(data[2:4], "little")
    held = data[4 : 4 + (bits + 7) // 8]
    return held.hex().upper() if bits and len(held) * 8 >= bits else ""
