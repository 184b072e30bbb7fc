"""A line to boards that speak when they want to: read all the time, one order at a time."""

from __future__ import annotations

import logging
import math
import threading
from typing import Protocol

from .bus import NoAnswer, NotSent, Polled, PolledBus
from .device import DeviceError
from .frame_protocol import ProtocolError, merged
from .frames import Found
from .port import PortError, monotonic

_logger = logging.getLogger(__name__)

READ_S = 0.05
BEHIND_S = 2.0  # an order waits so long for a host that has not read in time what had come


class Listener(Polled, Protocol):
    """A device on the line."""

    addr: int
    side: str

    def take(self, data: bytes, now: float) -> None:
        """Read what came, of whichever device; called from the thread that reads."""


class _Waiting:
    """An order whose answer has not come."""

    def __init__(self, device: Listener, wanted: frozenset[str]) -> None:
        self.device, self.wanted = device, wanted
        self.found: Found | None = None
        self.swallowed = False  # an answer came that was taken for that of the order before
        self.done = threading.Event()


class FrameBus(PolledBus):
    """Options of the line: ``baud``, ``parity``, ``stop``, ``timeout_ms`` (300), ``late_ms``."""

    def __init__(self, url: str, options: dict) -> None:
        try:
            options = merged(options)
            super().__init__(url, options)
            self._timeout = float(options.get("timeout_ms", 300)) / 1000
            self._late_s = float(options.get("late_ms", 2000)) / 1000
        except (TypeError, ValueError, ProtocolError) as err:
            raise DeviceError(f"frame_barrier {url}: {err}") from err
        self.opened = 0  # how often the port was opened
        self.heard_until = 0.0  # everything that came before was handed over
        self._waiting: _Waiting | None = None
        # an order without answer leaves one that may still come: it must not confirm the next
        self._owed_until = 0.0
        self._reader: threading.Thread | None = None

    def exchange(self, device: Listener, data: bytes, wanted: frozenset[str]) -> Found | None:
        """Send an order and return its answer; None where no answer is ``wanted``.

        :raises NotSent: the line is down
        :raises NoAnswer: it left (or began to), and nothing came back in time
        """
        with self._lock:
            port = self._port
            if port is None:
                raise NotSent(self.error)
            waiting = self._waiting = _Waiting(device, wanted)
            try:
                port.write(data)
                if wanted and not self._is_answered(waiting) and waiting.found is None:
                    # owing again after a swallowed one would shift all answers by one for ever
                    if not waiting.swallowed:
                        self._owed_until = monotonic() + self._late_s
                    raise NoAnswer(f"no answer in {self._timeout * 1000:.0f} ms")
                return waiting.found
            except PortError as err:
                self._drop(err)
                raise NoAnswer(str(err)) from err
            finally:
                self._waiting = None

    def _is_answered(self, waiting: _Waiting) -> bool:
        """Wait for the answer; one that came in time is not missing because it was read late."""
        until = monotonic() + self._timeout
        answered = waiting.done.wait(self._timeout)
        while not answered and self.heard_until < until and monotonic() < until + BEHIND_S:
            answered = waiting.done.wait(0.005)
        return answered

    def offer(self, device: Listener, found: Found) -> None:
        """A device found an answer in what came."""
        waiting = self._waiting
        if waiting and waiting.device is not device:
            return
        if (found.name == "nak" or found.name.startswith("ack")) and self._is_late():
            if waiting:
                waiting.swallowed = True
            return
        if waiting and found.name in waiting.wanted:
            waiting.found = found
            waiting.done.set()

    def _is_late(self) -> bool:
        owed, self._owed_until = monotonic() < self._owed_until, 0.0
        return owed

    def others(self, device: Listener) -> list[Listener]:
        """Return the other devices on the line."""
        return [other for other in self._devices if other is not device]

    # ----------------------------------------------------------------- reading

    def detach(self, device: Listener) -> None:
        """Stop serving a device; the last one closes the line."""
        super().detach(device)
        reader = self._reader
        if not self._devices and reader and reader is not threading.current_thread():
            reader.join(timeout=5)

    def _opened(self, port) -> None:
        self.opened += 1
        self._owed_until = 0.0
        self._reader = threading.Thread(
            target=self._read, args=(port,), name=f"scenic frames {self.url}", daemon=True
        )
        self._reader.start()

    def _read(self, port) -> None:
        try:
            while not self._stopped.is_set():
                began = monotonic()
                data, now = port.read(READ_S), monotonic()
                for device in self._devices:
                    self._hand_over(device, data, now)
                self.heard_until = began
        except Exception as err:
            self.heard_until = math.inf  # nothing more comes on this line
            # a thread's loop: whatever it was, the line is opened anew with another reader
            if not isinstance(err, PortError):
                _logger.exception("Line %s", self.url)
            with self._lock:
                if self._port is port:
                    self._drop(err)
            self._wake.set()

    def _hand_over(self, device: Listener, data: bytes, now: float) -> None:
        try:
            device.take(data, now)
        except Exception:
            # a thread's loop: one broken device must not silence the others on the line
            _logger.exception("Line %s", self.url)
