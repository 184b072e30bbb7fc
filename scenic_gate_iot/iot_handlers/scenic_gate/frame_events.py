"""What a board of a :class:`frame_barrier.FrameBarrier` says by itself, or when it is asked."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable

from .bus import Answering
from .device import Signal
from .frame_bus import FrameBus
from .frame_protocol import FIRE, POLLED, Protocol
from .frames import Found

RESET = 50  # a counter that jumps further was set back
_SIGNALS = {
    "pass_in": (Signal.PASSED, 1),
    "pass_out": (Signal.REVERSE, 1),
    "blocked": (Signal.BLOCKED, 1),
    "clear": (Signal.BLOCKED, 0),
    "tailgate": (Signal.TAILGATE, 1),
    "forced": (Signal.FORCED, 1),
    "timeout": (Signal.TIMEOUT, 0),
}
_SHUT_BY = ("pass_in", "timeout", "shut")  # after these the board lets nobody through


class FrameEvents(Answering):
    """The half of the driver that hears; the other half gives orders."""

    addr: int
    side: str
    confirm: str
    _bus: FrameBus
    _up: bool

    def __init__(self, protocol: Protocol, options: dict) -> None:
        super().__init__()
        self._protocol = protocol
        self._emit: Callable[[Signal, int], None] = lambda signal, count: None
        self._splitter = protocol.splitter()
        self._debounce_s = float(options.get("debounce_ms", 100)) / 1000
        self._shut = False  # the board itself said so since the last order to open
        self._one = True  # that order was for one person
        self._told: dict[str, float] = {}  # when an event came last
        self._counted: dict[str, int] = {}
        self._fire_lock = threading.Lock()
        self._fire: bool | None = None  # what the board said last; None: nobody knows
        self._fire_at = 0  # number of the connection on which it said so

    # given by the other half
    def _send(self, name: str) -> Found | None:
        raise NotImplementedError

    def take(self, data: bytes, now: float) -> None:
        """Read what came on the line."""
        for found in self._splitter.feed(data, now):
            if not found.mine:
                continue
            if found.name in _SHUT_BY and (self._one or found.name != "pass_in"):
                self._shut = True
            if found.name in FIRE:
                self._tell_fire(found.name == "fire_on")
            if found.name in POLLED:
                self._bus.offer(self, found)
            for name, (value, modulus) in found.counts.items():
                self._count(name, value, modulus)
            if found.name in _SIGNALS and self._is_new(found.name, now):
                self._tell(found.name)

    def watched_until(self) -> float:
        """Return up to when all that the board said was heard."""
        return self._bus.heard_until if self._up and self.confirm == "sensor" else math.inf

    def _is_new(self, name: str, now: float) -> bool:
        last, self._told[name] = self._told.get(name, float("-inf")), now
        return now - last >= self._debounce_s

    def _count(self, name: str, value: int, modulus: int) -> None:
        before, self._counted[name] = self._counted.get(name), value
        # the first reading is where counting begins
        step = 0 if before is None else (value - before) % modulus
        if 0 < step <= RESET:
            self._tell(f"pass_{name}", step)

    def _tell(self, name: str, steps: int = 1) -> None:
        if "seen" in self._protocol.orders:
            self._bus.later(lambda: self._send("seen"))
        if name == "pass_out" and self._has_partner():
            return
        signal, count = _SIGNALS[name]
        self._emit(signal, count * steps)

    def _tell_fire(self, active: bool) -> None:
        with self._fire_lock:
            is_news, self._fire, self._fire_at = active is not self._fire, active, self._bus.opened
            if is_news:
                self._emit(Signal.EMERGENCY_ON if active else Signal.EMERGENCY_OFF, 0)

    def _doubt_fire(self, connection: int) -> None:
        """A connection is set up: what the board said of a fire before may be over."""
        with self._fire_lock:
            if self._protocol.sees_fire and self._fire_at != connection:
                self._fire, self._fire_at = None, connection
                self._emit(Signal.EMERGENCY_UNKNOWN, 0)

    def _has_partner(self) -> bool:
        """Whether another lane has the other direction of this board: it counts them."""
        others = self._bus.others(self)
        return any(other.addr == self.addr and other.side != self.side for other in others)
