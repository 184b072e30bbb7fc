"""A Modbus master without I/O: PDUs of four functions, framed for RTU or TCP.

Only what a relay board with inputs needs: 01 read coils, 02 read inputs, 05 write one coil,
15 write coils, and the timed pulse ("flash on") that many boards understand as FC05.
"""

from __future__ import annotations

import struct

READ_COILS, READ_INPUTS, WRITE_COIL, WRITE_COILS = 1, 2, 5, 15
FLASH_BASE = 0x0200  # FC05 address of the timed pulse of output 0
_ERROR_BIT = 0x80
_MAX_FRAME = 260


class Refused(Exception):
    """The board answered with a Modbus exception: it certainly did nothing."""

    def __init__(self, code: int) -> None:
        super().__init__(f"Modbus exception {code}")
        self.code = code


class BadAnswer(Exception):
    """An answer that is whole but does not belong to the request."""


# ------------------------------------------------------------------------ PDUs


def read_bits(function: int, address: int, count: int) -> bytes:
    """Ask for ``count`` coils or inputs."""
    return struct.pack(">BHH", function, address, count)


def write_coil(address: int, on: bool) -> bytes:
    """Switch one output."""
    return struct.pack(">BHH", WRITE_COIL, address, 0xFF00 if on else 0)


def flash_coil(output: int, tenths: int) -> bytes:
    """Switch one output on for ``tenths`` x 100 ms; the board itself switches it off."""
    return struct.pack(">BHH", WRITE_COIL, FLASH_BASE + output, max(1, min(tenths, 0x7FFF)))


def write_coils(address: int, values: list[bool]) -> bytes:
    """Switch neighbouring outputs at once."""
    packed = sum(1 << i for i, on in enumerate(values) if on)
    data = packed.to_bytes((len(values) + 7) // 8, "little")
    return struct.pack(">BHHB", WRITE_COILS, address, len(values), len(data)) + data


def bits_of(request: bytes, answer: bytes) -> list[bool]:
    """Return the bits of the answer to :func:`read_bits`."""
    count = struct.unpack_from(">H", request, 3)[0]
    _check_function(request, answer)
    data = answer[2:]
    if answer[1] != len(data) or len(data) != (count + 7) // 8:
        raise BadAnswer(f"{len(data)} bytes for {count} bits")
    return [bool(data[i // 8] >> i % 8 & 1) for i in range(count)]


def check_echo(request: bytes, answer: bytes) -> None:
    """Verify the answer to a write: function, address and value or count come back."""
    _check_function(request, answer)
    if answer[:5] != request[:5]:
        raise BadAnswer("the echo differs")


def _check_function(request: bytes, answer: bytes) -> None:
    if len(answer) >= 2 and answer[0] == request[0] | _ERROR_BIT:
        raise Refused(answer[1])
    if len(answer) < 2 or answer[0] != request[0]:
        raise BadAnswer("another function")


# -------------------------------------------------------------------- framings


def crc16(data: bytes) -> bytes:
    """CRC of an RTU frame, low byte first as on the wire."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return struct.pack("<H", crc)


class Rtu:
    """Framing of a serial line. One request at a time; the line is flushed before each."""

    def encode(self, unit: int, pdu: bytes) -> bytes:
        """Frame a request."""
        body = bytes((unit,)) + pdu
        return body + crc16(body)

    def decode(self, data: bytes, unit: int, request: bytes) -> bytes | None:
        """Return the answering PDU, or None while it is incomplete.

        Noise before the frame is skipped: every offset is tried, the CRC decides.
        """
        for start in range(len(data)):
            length = self._length(data[start:], unit, request[0])
            if length and len(data) - start >= length:
                frame = data[start : start + length]
                if crc16(frame[:-2]) == frame[-2:]:
                    return frame[1:-2]
        return None

    @staticmethod
    def _length(data: bytes, unit: int, function: int) -> int:
        """Length of the frame that may start here; 0: none does."""
        if len(data) < 3 or data[0] != unit:
            return 0
        if data[1] == function | _ERROR_BIT:
            return 5
        if data[1] != function:
            return 0
        return 5 + data[2] if function in (READ_COILS, READ_INPUTS) else 8


class Tcp:
    """Framing of Modbus TCP: a transaction number tells late answers from the awaited one."""

    def __init__(self) -> None:
        self._number = 0

    def encode(self, unit: int, pdu: bytes) -> bytes:
        """Frame a request under the next transaction number."""
        self._number = self._number % 0xFFFF + 1
        return struct.pack(">HHHB", self._number, 0, len(pdu) + 1, unit) + pdu

    def decode(self, data: bytes, unit: int, request: bytes) -> bytes | None:
        """Return the answering PDU, or None while it is incomplete; skips older answers."""
        del request
        while len(data) >= 7:
            number, protocol, length, answered = struct.unpack_from(">HHHB", data)
            if protocol or not 3 <= length <= _MAX_FRAME:
                raise BadAnswer("not Modbus TCP")
            if len(data) < 6 + length:
                return None
            if number == self._number and answered == unit:
                return data[7 : 6 + length]
            data = data[6 + length :]
        return None
