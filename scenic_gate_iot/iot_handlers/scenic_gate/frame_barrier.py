"""Barrier behind a board that takes frames of bytes: a preset, or described by its options.

The options are told in the README ("frame_barrier"); what they mean in bytes is in
``frame_protocol.py`` and ``frames.py``.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from .bus import AGAIN_S, MISSES, NoAnswer, NotSent
from .device import Ack, Barrier, DeviceError, Health, Signal
from .frame_bus import FrameBus
from .frame_events import FrameEvents
from .frame_protocol import POLLED, Protocol, ProtocolError, merged
from .frames import Found
from .port import monotonic, wait

_logger = logging.getLogger(__name__)

_UNANSWERED = ("good", "bad", "seen")  # nobody waits for what a board says to these


class FrameBarrier(FrameEvents, Barrier):
    """One direction of one board on a :class:`FrameBus`."""

    def __init__(self, bus: FrameBus, options: dict) -> None:
        self._bus = bus
        try:
            options = merged(options)
            super().__init__(Protocol(options), options)
            self._read_options(options)
        except (TypeError, ValueError, ProtocolError) as err:
            raise DeviceError(f"frame_barrier {bus.url}: {err}") from err
        self.confirm = "sensor" if self._protocol.sees_passages else "none"
        self.can_hold = self._protocol.can_hold
        self._lock = threading.Lock()  # over _off_at
        self._off_at: float | None = None  # when the pulse under way ends
        self._rest_until = 0.0
        self._held = False
        self._opened = 0  # number of the connection that was set up
        self._ask_at = 0.0
        self._up = False

    def _read_options(self, options: dict) -> None:
        self.addr = int(options.get("addr", 1))
        self.side = str(options.get("side") or "a")
        self._pulse_s = float(options.get("pulse_ms") or 0) / 1000
        self._gap_s = float(options.get("gap_ms", 100)) / 1000
        self._poll_s = float(options.get("poll_ms", 500)) / 1000
        if self._pulse_s and "close" not in self._protocol.orders:
            raise ProtocolError("pulse_ms", "there is no frame that ends the pulse")

    # ------------------------------------------------------------------- life

    def start(self, on_signal: Callable[[Signal, int], None]) -> None:
        """Begin to listen; the board is shut as soon as the line is there."""
        self._emit = on_signal
        self._bus.attach(self)

    def stop(self) -> None:
        """Shut the board and leave the line."""
        try:
            self._send("close")
        except (NotSent, NoAnswer) as err:
            _logger.warning("frame_barrier %s: not shut: %s", self._bus.url, err)
        self._bus.detach(self)

    def health(self) -> Health:
        """Tell whether the board answers; one that never does is believed while the port is."""
        detail = "" if self._up else self._bus.error or "no answer"
        return Health(self._up, detail, self._splitter.dropped)

    # ----------------------------------------------------------------- orders

    def open(self, persons: int) -> Ack:
        """Let one person through, or a group where one order can."""
        if persons > 1 and not self._protocol.orders["open"].counts:
            return self.hold()
        self._end_last_pulse()
        self._shut, self._one, ack = False, persons == 1, Ack.UNKNOWN
        try:
            ack = self._order("open", persons)
        finally:
            # whatever happened to the order to switch on, the one to switch off will follow
            if self._pulse_s and ack is not Ack.NOT_SENT:
                with self._lock:
                    self._off_at = monotonic() + self._pulse_s
        return ack

    def _end_last_pulse(self) -> None:
        # a gate counts edges: a pulse that only gets longer admits nobody else
        if self._off_at is not None:
            self.close()
        wait(max(0.0, self._rest_until - monotonic()))

    def hold(self) -> Ack:
        """Hold open until :meth:`close`."""
        self._held, self._shut, self._one = True, False, False
        with self._lock:
            self._off_at = None
        ack = self._order("hold")
        if ack is Ack.NOT_SENT:
            self._held = False
        return ack

    def close(self) -> Ack:
        """End a pulse or hold; DONE when the board confirmed it or says that it is shut."""
        self._held = False
        if "close" not in self._protocol.orders:
            return self._read_back("shut") if not self._shut else Ack.DONE
        try:
            found = self._send("close")
        except (NotSent, NoAnswer):
            with self._lock:
                self._off_at = 0.0  # as soon as the line is back
            return Ack.UNKNOWN
        if found and found.name == "nak":
            return Ack.UNKNOWN
        self._pulse_over()
        if "query" in self._protocol.orders:
            return self._read_back("shut")
        return Ack.DONE if found else Ack.UNKNOWN

    def _pulse_over(self) -> None:
        with self._lock:
            self._off_at = None
        self._rest_until = monotonic() + self._gap_s

    def _order(self, name: str, persons: int = 1) -> Ack:
        if name not in self._protocol.orders:
            return Ack.NOT_SENT
        try:
            found = self._send(name, persons)
        except NotSent:
            return Ack.NOT_SENT
        except NoAnswer:
            return self._read_back("open")
        # a board that answers nothing is believed: there is nothing else to know
        return Ack.NOT_SENT if found and found.name == "nak" else Ack.DONE

    def _read_back(self, state: str) -> Ack:
        try:
            found = self._send("query")
        except (NotSent, NoAnswer):
            return Ack.UNKNOWN
        return Ack.DONE if found and found.name == state else Ack.UNKNOWN

    def _send(self, name: str, persons: int = 1) -> Found | None:
        """Send an order and return the answer; None where the board gives none."""
        template = self._protocol.orders.get(name)
        if template is None:
            return None
        wanted = self._wanted(name)
        try:
            found = self._bus.exchange(self, template.bytes(persons), wanted)
        except NoAnswer as err:
            self._missed(err)
            raise
        if wanted:
            self._misses = 0
        return found

    def _wanted(self, name: str) -> frozenset[str]:
        if name in _UNANSWERED:
            return frozenset()
        if name in ("poll", "query"):
            states = frozenset(POLLED) if name == "poll" else frozenset(("open", "shut"))
            return states & self._protocol.names
        acks = frozenset(("ack", f"ack_{name}")) & self._protocol.names
        return acks | {"nak"} if acks else acks

    def feedback(self, good: bool) -> None:
        """Tell the board's own lamp or buzzer, if it has an order for it."""
        name = "good" if good else "bad"
        if name in self._protocol.orders:
            self._bus.later(lambda: self._send(name))

    # ---------------------------------------------------------------- polling

    @property
    def poll_s(self) -> float:
        """Seconds between two looks at what is due."""
        if self._misses >= MISSES:
            return AGAIN_S
        return min(0.02, self._poll_s) if self._pulse_s else self._poll_s

    def poll(self) -> None:
        """Switch off what is due, set up a new connection, ask the board whether it is there."""
        if self._opened != self._bus.opened:
            self._set_up()
        self._switch_due_off()
        now = monotonic()
        if now < self._ask_at:
            return
        self._ask_at = now + (self._poll_s if self._misses < MISSES else AGAIN_S)
        self._send("poll")
        self._is_up()

    def _set_up(self) -> None:
        opened = self._bus.opened
        if not self._held:
            self._send("close")
            self._pulse_over()
        self._send("start")
        self._opened, self._misses = opened, 0

    def _switch_due_off(self) -> None:
        with self._lock:
            due = self._off_at is not None and self._off_at <= monotonic()
        if due:
            self._send("close")
            self._pulse_over()

    def _is_up(self) -> None:
        if not self._up:
            self._up = True
            self._emit(Signal.UP, 0)
        self._doubt_fire(self._opened)

    def _down(self) -> None:
        self._opened = self._fire_at = 0
        if self._up:
            self._up = False
            self._emit(Signal.DOWN, 0)
