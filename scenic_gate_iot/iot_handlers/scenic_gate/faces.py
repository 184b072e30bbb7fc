"""A device that reads and opens: one core, and the faces that a lane sees of it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from .device import Ack, Barrier, Device, Health, Reader, Signal


class SharedCore:
    """Lives from the first face that starts to the last that stops.

    ``at``: the request that the lane looks at now, if it came from here.
    """

    asks: type  # of the requests that wait for an answer

    def __init__(self) -> None:
        self.on_scan: Callable[[str], None] | None = None
        self.on_signal: Callable[[Signal, int], None] | None = None
        self.at = None
        self._users, self._stopped = 0, threading.Event()
        self._lock = threading.Lock()

    def attach(self) -> None:
        """Begin with the first face that starts."""
        with self._lock:
            self._users += 1
            if self._users > 1:
                return
            self._stopped = threading.Event()
        self._begin(self._stopped)

    def detach(self) -> None:
        """End with the last face that stops."""
        with self._lock:
            self._users -= 1
            if self._users:
                return
            self._stopped.set()
        self._end()

    def _begin(self, stopped: threading.Event) -> None:
        """Start threads that end when ``stopped`` is set."""
        raise NotImplementedError

    def _end(self) -> None:
        """Let go of everything."""
        raise NotImplementedError

    def signal(self, signal: Signal, count: int = 1) -> None:
        """Tell the lane."""
        if self.on_signal:
            self.on_signal(signal, count)

    def deciding(self, text: str) -> None:
        """Remember which request the lane looks at."""
        request = getattr(text, "request", None)
        self.at = request if isinstance(request, self.asks) else None

    def feedback(self, good: bool) -> None:
        """Answer the device."""
        raise NotImplementedError

    def open(self) -> Ack:
        """Let one person through."""
        raise NotImplementedError

    def health(self) -> Health:
        """Tell whether the device can be reached."""
        raise NotImplementedError


class _Face(Device):
    def __init__(self, core: SharedCore) -> None:
        self.core = core

    def health(self) -> Health:
        """Tell whether the device can be reached."""
        return self.core.health()

    def deciding(self, text: str) -> None:
        """Remember which request the lane looks at, whichever device read it."""
        self.core.deciding(text)


class ReadingFace(_Face, Reader):
    """The face that reads."""

    def start(self, on_scan: Callable[[str], None]) -> None:
        """Begin to pass scans on."""
        self.core.on_scan = on_scan
        self.core.attach()

    def stop(self) -> None:
        """Stop."""
        self.core.on_scan = None
        self.core.detach()

    def feedback(self, good: bool) -> None:
        """Answer the device."""
        self.core.feedback(good)


class OpeningFace(_Face, Barrier):
    """The face that opens."""

    def stop(self) -> None:
        """Stop."""
        self.core.on_signal = None
        self.core.detach()

    def open(self, persons: int) -> Ack:
        """Let one person through."""
        return self.core.open()
