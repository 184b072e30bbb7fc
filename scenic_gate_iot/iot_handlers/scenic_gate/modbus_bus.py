"""One Modbus line: the port, the lock on it, and the thread that polls its devices.

Several lanes may share an RS-485 line; they share this object then. The lane's thread asks
directly, so that an open order never waits for a poll that has not begun.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Protocol

from .modbus import BadAnswer, Rtu, Tcp
from .port import PortError, monotonic, open_port

_logger = logging.getLogger(__name__)

RETRY_S = (0.2, 0.5, 1.0, 2.0)  # waits between attempts to connect
SILENT = 5  # requests in a row without an answer before the line is opened anew


class NotSent(Exception):
    """Nothing reached the board."""


class NoAnswer(Exception):
    """The request left, but no answer came: the board may have acted."""


class Polled(Protocol):
    """A device on the line."""

    poll_s: float

    def poll(self) -> None:
        """Ask the device; called from the thread of the bus."""

    def lost(self) -> None:
        """The line is down."""


class ModbusBus:
    """``tcp://host:port`` speaks Modbus TCP, every other URL RTU."""

    def __init__(self, url: str, options: dict) -> None:
        self.url = url
        self._options = dict(options)
        self._timeout = float(options.get("timeout_ms", 300)) / 1000
        self._framing = Tcp() if url.startswith("tcp://") else Rtu()
        self._lock = threading.Lock()
        self._port = None
        self._devices: list[Polled] = []
        self._due: dict[Polled, float] = {}
        self._stopped = threading.Event()
        self._wake = threading.Event()
        self._jobs: list[Callable[[], None]] = []
        self._thread: threading.Thread | None = None
        self._silent = 0
        self.error = "not connected yet"

    # ---------------------------------------------------------------- requests

    def request(self, unit: int, pdu: bytes) -> bytes:
        """Send one request and return the answering PDU.

        :raises NotSent: the line is down
        :raises NoAnswer: nothing (sensible) came back in time
        """
        with self._lock:
            port = self._port
            if port is None:
                raise NotSent(self.error)
            frame = self._framing.encode(unit, pdu)
            try:
                port.flush_input()
            except PortError as err:
                self._drop(err)
                raise NotSent(str(err)) from err
            try:
                port.write(frame)
                return self._answer(port, unit, pdu)
            except (PortError, BadAnswer) as err:
                self._drop(err)
                raise NoAnswer(str(err)) from err
            except NoAnswer as err:
                self._silent += 1
                # a host that lost power leaves a connection that looks alive for ever
                if self._silent >= SILENT:
                    self._drop(err)
                raise

    def _answer(self, port, unit: int, pdu: bytes) -> bytes:
        data, deadline = b"", monotonic() + self._timeout
        while (left := deadline - monotonic()) > 0:
            data += port.read(left)
            answer = self._framing.decode(data, unit, pdu)
            if answer is not None:
                self._silent = 0
                return answer
        raise NoAnswer(f"no answer from unit {unit} in {self._timeout * 1000:.0f} ms")

    def _drop(self, err: Exception) -> None:
        self.error, self._silent = str(err), 0
        port, self._port = self._port, None
        if port:
            port.close()

    # ------------------------------------------------------------------ thread

    @property
    def in_use(self) -> bool:
        """Whether any device is attached."""
        return bool(self._devices)

    def attach(self, device: Polled) -> None:
        """Poll a device from now on; starts the line with the first one."""
        self._devices = [*self._devices, device]
        if self._thread is None:
            self._stopped.clear()
            self._thread = threading.Thread(
                target=self._run, name=f"scenic bus {self.url}", daemon=True
            )
            self._thread.start()
        self._wake.set()

    def detach(self, device: Polled) -> None:
        """Stop polling a device; the last one closes the line."""
        self._devices = [other for other in self._devices if other is not device]
        self._due.pop(device, None)
        if self._devices or self._thread is None:
            return
        self._stopped.set()
        self._wake.set()
        thread, self._thread = self._thread, None
        if thread is not threading.current_thread():
            thread.join(timeout=5)
        with self._lock:
            self._drop(PortError("stopped"))

    def later(self, job: Callable[[], None]) -> None:
        """Run a small job in the thread of the bus, soon."""
        self._jobs.append(job)
        self._wake.set()

    def _run(self) -> None:
        failures = 0
        while not self._stopped.is_set():
            if self._connected():
                failures = 0
                self._wake.wait(self._work())
            else:
                for device in self._devices:
                    device.lost()
                self._wake.wait(RETRY_S[min(failures, len(RETRY_S) - 1)])
                failures += 1
            self._wake.clear()

    def _connected(self) -> bool:
        if self._port is not None:
            return True
        try:
            port = open_port(self.url, self._options)
        except PortError as err:
            self.error = str(err)
            return False
        with self._lock:
            self._port, self.error = port, ""
        return True

    def _work(self) -> float:
        """Run jobs and polls that are due; return seconds until the next."""
        jobs, self._jobs = self._jobs, []
        for job in jobs:
            self._guarded(job)
        next_due = monotonic() + 1.0
        for device in self._devices:
            due = self._due.get(device, 0.0)
            if monotonic() >= due:
                self._guarded(device.poll)
                due = self._due[device] = monotonic() + device.poll_s
            next_due = min(next_due, due)
        return max(0.0, next_due - monotonic())

    def _guarded(self, job: Callable[[], None]) -> None:
        try:
            job()
        except (NotSent, NoAnswer):
            return  # the device counts its own misses
        except Exception:
            # a thread's loop: one broken device must not silence the others on the line
            _logger.exception("Modbus line %s", self.url)
