"""A line that several devices share: the port, the lock on it, and the thread that polls them.

Each family of drivers speaks its own protocol on a subclass. The lane's thread asks directly, so
that an open order never waits for a poll that has not begun.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Protocol

from .port import PortError, monotonic, open_port

_logger = logging.getLogger(__name__)

RETRY_S = (0.2, 0.5, 1.0, 2.0)  # waits between attempts to connect
MISSES = 3  # orders or polls without answer before a device counts as down
AGAIN_S = 1.0  # one that is away is asked that often: it must not hold up the others on the line


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


class Answering:
    """Counts what a device on a line left unanswered: after three it is down until it answers."""

    _bus: PolledBus

    def __init__(self) -> None:
        self._misses = 0

    def lost(self) -> None:
        """The line is down."""
        self._misses = MISSES
        self._down()

    def _missed(self, err: Exception) -> None:
        self._misses += 1
        if self._misses >= MISSES:
            _logger.debug("%s at %s: %s", type(self).__name__, self._bus.url, err)
            self._down()

    def _down(self) -> None:
        """Tell that the device is away, once."""
        raise NotImplementedError


class PolledBus:
    """Keeps a port open while a device is attached, and polls the devices in turn."""

    def __init__(self, url: str, options: dict) -> None:
        self.url = url
        self._options = dict(options)
        self._lock = threading.Lock()  # one exchange at a time
        self._port = None
        self._devices: list[Polled] = []
        self._due: dict[Polled, float] = {}
        self._stopped = threading.Event()
        self._wake = threading.Event()
        self._jobs: list[Callable[[], None]] = []
        self._thread: threading.Thread | None = None
        self.error = "not connected yet"

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

    def _opened(self, port) -> None:
        """The port was opened; called before anybody uses it."""

    def _quiet_port(self):
        """Return the port, without what is left on it of earlier answers; under the lock.

        :raises NotSent: the line is down
        """
        port = self._port
        if port is None:
            raise NotSent(self.error)
        try:
            port.flush_input()
        except PortError as err:
            self._drop(err)
            raise NotSent(str(err)) from err
        return port

    def _drop(self, err: Exception) -> None:
        self.error = str(err)
        port, self._port = self._port, None
        if port:
            port.close()

    def _run(self) -> None:
        failures = 0
        while not self._stopped.is_set():
            if self._connected():
                failures = 0
                self._wake.wait(self._work())
            else:
                for device in self._devices:
                    self._guarded(device.lost)
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
        except Exception as err:
            # a thread's loop: a library that fails in a new way must not end the line for good
            self._stumbled(err)
            return False
        with self._lock:
            return self._take(port)

    def _take(self, port) -> bool:
        try:
            self._opened(port)
        except Exception as err:
            self._stumbled(err)
            port.close()
            return False
        self._port, self.error = port, ""
        return True

    def _stumbled(self, err: Exception) -> None:
        if repr(err) != self.error:
            _logger.exception("Line %s", self.url)
        self.error = repr(err)

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
            _logger.exception("Line %s", self.url)
