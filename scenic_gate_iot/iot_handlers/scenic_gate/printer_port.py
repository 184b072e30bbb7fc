"""Hands finished bytes to a receipt or label printer. Knows commands of status, no content.

Addresses: ``tcp://host[:9100]``, ``/dev/usb/lp0`` (USB printer class), a serial port
(``/dev/serial/by-path/…``, option ``baud``).

A printer that answers is believed: paper and cover are asked before, and after the bytes it tells
in its own order that it is through with them. Many printers never answer; to those the bytes are
handed, and nothing more is known.
"""

from __future__ import annotations

import os
import select
import socket
import time
from contextlib import suppress
from urllib.parse import urlsplit

PORT = 9100
CONNECT_S = 3.0
WRITE_S = 10.0
ASK_S = 0.4  # a printer in the same building answers at once or not at all
DONE_S = 8.0  # the longest slip, on a slow printer
LOOK_S = 0.5

NO_PAPER, OFFLINE = "ERROR_NO_PAPER", "ERROR_OFFLINE"
UNREACHABLE, TIMEOUT = "ERROR_UNREACHABLE", "ERROR_TIMEOUT"
LOW_PAPER = "WARNING_LOW_PAPER"


class PrinterError(Exception):
    """Why nothing, or not all, was printed; ``code`` as the stock printer drivers name it."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code} {detail}".strip())
        self.code = code


class Line:
    """An open way to a printer, by its file descriptor."""

    def __init__(self, url: str, options: dict) -> None:
        self._socket: socket.socket | None = None
        self._serial = None
        try:
            if url.startswith("tcp://"):
                parts = urlsplit(url)
                self._socket = socket.create_connection(
                    (parts.hostname, parts.port or PORT), timeout=CONNECT_S
                )
                self._socket.setblocking(False)
                self._fd = self._socket.fileno()
            elif "/usb/lp" in url:
                self._fd = os.open(url, os.O_RDWR | os.O_NONBLOCK)
            else:
                import serial

                self._serial = serial.Serial(
                    url, baudrate=int(options.get("baud", 9600)), timeout=0, write_timeout=WRITE_S
                )
                self._fd = self._serial.fileno()
        except (OSError, ValueError) as err:
            raise PrinterError(UNREACHABLE, str(err)) from err

    def write(self, data: bytes, seconds: float = WRITE_S) -> None:
        """Send everything; a printer that takes nothing for ``seconds`` is stuck."""
        view = memoryview(data)
        while view:
            _, ready, _ = select.select([], [self._fd], [], seconds)
            if not ready:
                raise PrinterError(TIMEOUT)
            try:
                view = view[os.write(self._fd, view) :]
            except BlockingIOError:
                continue
            except OSError as err:
                raise PrinterError(UNREACHABLE, str(err)) from err

    def read(self, seconds: float) -> bytes:
        """Return what comes within ``seconds``; empty when nothing does."""
        ready, _, _ = select.select([self._fd], [], [], seconds)
        if not ready:
            return b""
        try:
            data = os.read(self._fd, 256)
        except OSError as err:
            raise PrinterError(UNREACHABLE, str(err)) from err
        if not data:
            if self._socket:
                raise PrinterError(UNREACHABLE, "closed by the printer")
            time.sleep(0.05)  # a USB printer that has nothing to say reads as empty
        return data

    def close(self) -> None:
        """Close; the bytes that were taken still go out."""
        if self._serial:
            self._serial.close()
        elif self._socket:
            self._leave(self._socket)
        else:
            os.close(self._fd)

    def _leave(self, line: socket.socket) -> None:
        # closing with an unread answer resets the connection, and the printer drops what it holds
        with suppress(OSError):
            line.shutdown(socket.SHUT_WR)
            while select.select([line], [], [], ASK_S)[0] and line.recv(256):
                pass
        line.close()


def send(url: str, options: dict, data: bytes) -> str:
    """Print ``data``; return "" or a warning code.

    :raises PrinterError: it was not printed, or not to its end
    """
    line = Line(url, options)
    try:
        if data.lstrip()[:1] == b"^":
            return _send_zpl(line, data)
        return _send_escpos(line, data)
    finally:
        line.close()


# ---------------------------------------------------------------------- ESC/POS


def _send_escpos(line: Line, data: bytes) -> str:
    warning, answers = _check_escpos(line)
    line.write(data)
    if answers:
        # GS r 1: answered when everything before it is printed
        line.write(b"\x1dr\x01")
        end = time.monotonic() + DONE_S
        while _wait(line, lambda byte: byte & 0x90 == 0, LOOK_S) is None:
            # a printer that stops for want of paper never comes to the question
            _check_escpos(line)
            if time.monotonic() > end:
                raise PrinterError(TIMEOUT)
    return warning


def _check_escpos(line: Line) -> tuple[str, bool]:
    """Ask for paper and state in real time; return (warning, whether it answers at all)."""
    paper = _ask(line, b"\x10\x04\x04")
    if paper is None:
        return "", False
    if paper & 0x60:
        raise PrinterError(NO_PAPER)
    state = _ask(line, b"\x10\x04\x01")
    if state is not None and state & 0x08:
        raise PrinterError(OFFLINE)
    return (LOW_PAPER if paper & 0x0C else ""), True


def _ask(line: Line, question: bytes) -> int | None:
    line.write(question)
    # bits 0, 1, 4 and 7 of a status are fixed: anything else is an older answer
    return _wait(line, lambda byte: byte & 0x93 == 0x12, ASK_S)


def _wait(line: Line, fits, seconds: float) -> int | None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        found = [byte for byte in line.read(left) if fits(byte)]
        if found:
            return found[-1] or 0x100  # zero is an answer too
    return None


# -------------------------------------------------------------------------- ZPL


def _send_zpl(line: Line, data: bytes) -> str:
    line.write(b"~HS\r\n")
    answer, end = b"", time.monotonic() + ASK_S
    while answer.count(b"\x03") < 2 and (left := end - time.monotonic()) > 0:
        answer += line.read(left)
    _check_zpl(answer)
    line.write(data)
    return ""


def _check_zpl(answer: bytes) -> None:
    """Judge the host status: lines of comma-separated numbers between STX and ETX."""
    lines = [part.split(b"\x03")[0].split(b",") for part in answer.split(b"\x02")[1:]]
    flags = {
        (number, place): values[place].strip() == b"1"
        for number, values in enumerate(lines)
        for place in range(len(values))
    }
    if flags.get((0, 1)):  # paper out
        raise PrinterError(NO_PAPER)
    if flags.get((0, 2)) or flags.get((1, 2)) or flags.get((1, 3)):  # pause, head up, ribbon out
        raise PrinterError(OFFLINE)
