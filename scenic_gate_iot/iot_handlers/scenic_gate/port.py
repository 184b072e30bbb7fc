"""Byte streams to devices: a serial line (also over TCP or RFC 2217) or a plain socket."""

from __future__ import annotations

import errno
import socket
import termios
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import serial

CONNECT_S = 2.0  # a device in the same building answers at once or not at all


# what pyserial lets through: an unplugged adapter is a termios.error (no OSError), a port that
# another thread closed a TypeError or AttributeError, an option of RFC 2217 a NotImplementedError
_SERIAL_ERRORS = (
    *(OSError, ValueError, TypeError, AttributeError, NotImplementedError),
    termios.error,
)
_SLICE_S = 0.05


class PortError(Exception):
    """The device cannot be reached or the connection broke."""


class SerialPort:
    """Anything ``serial.serial_for_url`` opens: a path, ``socket://``, ``rfc2217://``."""

    def __init__(self, url: str, options: dict) -> None:
        # a device server is asked about each change of a time-out, and knows none for writing
        self._remote = url.startswith("rfc2217://")
        try:
            self._port = serial.serial_for_url(
                url,
                baudrate=int(options.get("baud", 9600)),
                parity=str(options.get("parity", "N")),
                stopbits=float(options.get("stop", 1)),
                timeout=_SLICE_S,
                write_timeout=None if self._remote else 1,
                exclusive=True if url.startswith("/") else None,
            )
        except _SERIAL_ERRORS as err:
            raise PortError(f"{url}: {err}") from err

    def write(self, data: bytes) -> None:
        """Send everything."""
        try:
            self._port.write(data)
        except _SERIAL_ERRORS as err:
            raise PortError(str(err)) from err

    def read(self, timeout: float) -> bytes:
        """Return what has come, waiting at most ``timeout`` seconds for the first byte."""
        try:
            first = self._first(timeout)
            more = self._waiting() if first else 0
            return first + (self._port.read(more) if more else b"")
        except _SERIAL_ERRORS as err:
            raise PortError(str(err)) from err

    def _waiting(self) -> int:
        try:
            return self._port.in_waiting
        except OSError as err:
            if err.errno == errno.ENOTTY:  # it cannot be asked: the bytes come one by one
                return 0
            raise

    def _first(self, timeout: float) -> bytes:
        if not self._remote:
            if self._port.timeout != timeout:
                self._port.timeout = timeout
            return self._port.read(1)
        deadline, first = monotonic() + timeout, self._port.read(1)
        while not first and monotonic() < deadline:
            first = self._port.read(1)
        return first

    def flush_input(self) -> None:
        """Throw away what came unasked."""
        try:
            self._port.reset_input_buffer()
        except _SERIAL_ERRORS as err:
            raise PortError(str(err)) from err

    def close(self) -> None:
        """Close; never raises."""
        try:
            self._port.close()
        except _SERIAL_ERRORS:
            return


class SocketPort:
    """``tcp://host:port``."""

    def __init__(self, url: str, options: dict) -> None:
        del options
        parts = urlsplit(url)
        try:
            self._socket = socket.create_connection(
                (parts.hostname, parts.port or 502), timeout=CONNECT_S
            )
        except (OSError, ValueError) as err:
            raise PortError(f"{url}: {err}") from err
        # without this the second of two small writes waits 40 ms for an acknowledgement
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def write(self, data: bytes) -> None:
        """Send everything."""
        try:
            self._socket.sendall(data)
        except OSError as err:
            raise PortError(str(err)) from err

    def read(self, timeout: float) -> bytes:
        """Return what has come, waiting at most ``timeout`` seconds for the first byte."""
        try:
            self._socket.settimeout(max(timeout, 0.001))
            data = self._socket.recv(1024)
        except TimeoutError:
            return b""
        except OSError as err:
            raise PortError(str(err)) from err
        if not data:
            raise PortError("closed by the device")
        return data

    def flush_input(self) -> None:
        """Throw away what came unasked."""
        try:
            self._socket.setblocking(False)
            while self._socket.recv(1024):
                pass
        except BlockingIOError:
            return
        except OSError as err:
            raise PortError(str(err)) from err
        raise PortError("closed by the device")

    def close(self) -> None:
        """Close; never raises."""
        self._socket.close()


def open_port(url: str, options: dict) -> SerialPort | SocketPort:
    """Open a device URL; PortError when it cannot be reached."""
    kind = SocketPort if url.startswith("tcp://") else SerialPort
    return kind(url, options)


def answers(port: SerialPort | SocketPort, seconds: float) -> Iterator[bytes]:
    """Yield what comes within some seconds, and at their end what has come by then.

    A host that stood still meanwhile has not looked, and an answer that is there is not missing.
    """
    end, left = monotonic() + seconds, seconds
    while left > 0:
        yield port.read(left)
        left = end - monotonic()
    yield port.read(0)


def wait(seconds: float) -> None:
    """Let time pass between two orders to a device."""
    time.sleep(seconds)


def monotonic() -> float:
    """Seconds for time-outs of devices."""
    return time.monotonic()
