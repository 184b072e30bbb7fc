"""Barrier behind a Modbus relay board: one output opens, inputs tell passages and emergency.

Options: ``unit`` (1), ``out_coil`` (0), ``pulse_ms`` (500), ``pulse`` ("two_writes" or "native":
the board times the pulse itself and so ends it even if the box dies), ``in_entry``, ``in_exit``,
``in_fire`` (input numbers, absent = not wired), ``invert`` (list of those names), ``green_coil``,
``red_coil``, ``lamp_ms`` (800), ``gap_ms`` (100: pause between two pulses, which the gate must see
as two), ``debounce_ms`` (100: a second edge of an input within that time is the same person),
``poll_ms`` (20), ``outputs`` (number of outputs of the board, all
switched off at start-up; absent: only the own ones), and those of the line: ``baud``, ``parity``,
``stop``, ``timeout_ms`` (300).
"""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable

from . import modbus
from .bus import AGAIN_S, MISSES, Answering, NoAnswer, NotSent
from .device import Ack, Barrier, DeviceError, Health, Signal
from .modbus import BadAnswer, Refused
from .modbus_bus import ModbusBus
from .port import monotonic, wait

_logger = logging.getLogger(__name__)

_INPUTS = ("in_entry", "in_exit", "in_fire")


class ModbusBarrier(Answering, Barrier):
    """One output and up to three inputs of one unit on a :class:`ModbusBus`."""

    def __init__(self, bus: ModbusBus, options: dict) -> None:
        super().__init__()
        self._bus = bus
        try:
            self._read_options(options)
        except (TypeError, ValueError) as err:
            raise DeviceError(f"modbus_barrier {bus.url}: {err}") from err
        self.confirm = "sensor" if "in_entry" in self._inputs else "none"
        self._emit: Callable[[Signal, int], None] = lambda signal, count: None
        self._lock = threading.Lock()  # over _off_at
        self._off_at: dict[int, float] = {}  # outputs that are on, and until when
        self._held = False
        self._levels: dict[str, bool] | None = None  # None: nothing read since (re)connection
        self._fire = False
        self._edges: dict[str, float] = {}  # when an input became active last
        self._pulse_end = 0.0
        self._looked = 0.0  # when the inputs were read last
        self._up = False

    def _read_options(self, options: dict) -> None:
        self._unit = int(options.get("unit", 1))
        self._coil = int(options.get("out_coil", 0))
        self._pulse_s = float(options.get("pulse_ms", 500)) / 1000
        self._native = {"native": True, "two_writes": False}.get(
            str(options.get("pulse", "two_writes"))
        )
        if self._native is None:
            raise ValueError("pulse is neither native nor two_writes")
        self._inputs = {n: int(options[n]) for n in _INPUTS if options.get(n) is not None}
        self._invert = set(options.get("invert") or ())
        self._lamps = {
            good: int(options[name])
            for good, name in ((True, "green_coil"), (False, "red_coil"))
            if options.get(name) is not None
        }
        self._lamp_s = float(options.get("lamp_ms", 800)) / 1000
        self._gap_s = float(options.get("gap_ms", 100)) / 1000
        self._debounce_s = float(options.get("debounce_ms", 100)) / 1000
        self._poll_s = float(options.get("poll_ms", 20)) / 1000
        self._outputs = int(options.get("outputs", 0))

    # ------------------------------------------------------------------- life

    def start(self, on_signal: Callable[[Signal, int], None]) -> None:
        """Begin to watch; outputs are switched off as soon as the line is there."""
        self._emit = on_signal
        self._bus.attach(self)

    def stop(self) -> None:
        """Switch the own outputs off and leave the line."""
        try:
            self._all_off()
        except (NotSent, NoAnswer, Refused, BadAnswer) as err:
            _logger.warning("modbus_barrier %s: outputs not switched off: %s", self._bus.url, err)
        self._bus.detach(self)

    def health(self) -> Health:
        """Tell whether the board answers."""
        return Health(self._up, "" if self._up else self._bus.error or "no answer")

    # ----------------------------------------------------------------- orders

    def open(self, persons: int) -> Ack:
        """Pulse for one person, level until :meth:`close` for more."""
        if persons > 1:
            self._held = True
            return self._switch_on(until=None)
        self._end_last_pulse()
        self._pulse_end = monotonic() + self._pulse_s
        if self._native:
            tenths = round(self._pulse_s * 10)
            return self._order(modbus.flash_coil(self._coil, tenths))
        return self._switch_on(until=self._pulse_s)

    def _end_last_pulse(self) -> None:
        # a gate counts edges: a pulse that only gets longer admits nobody else
        if monotonic() < self._pulse_end and self.close() is Ack.DONE:
            wait(self._gap_s)

    def hold(self) -> Ack:
        """Level until :meth:`close`."""
        self._held = True
        return self._switch_on(until=None)

    def _switch_on(self, until: float | None) -> Ack:
        ack = Ack.UNKNOWN
        try:
            ack = self._order(modbus.write_coil(self._coil, True))
        finally:
            # whatever happened to the order to switch on, the one to switch off will follow
            if until is not None and ack is not Ack.NOT_SENT:
                with self._lock:
                    self._off_at[self._coil] = monotonic() + until
            if ack is Ack.NOT_SENT:
                self._held = False
        return ack

    def _order(self, pdu: bytes) -> Ack:
        try:
            modbus.check_echo(pdu, self._bus.request(self._unit, pdu))
        except (NotSent, Refused):
            return Ack.NOT_SENT
        except (NoAnswer, BadAnswer):
            return self._read_back()
        return Ack.DONE

    def _read_back(self) -> Ack:
        """An order was not answered: an output seen on proves it; off proves nothing."""
        try:
            return Ack.DONE if self._is_on() else Ack.UNKNOWN
        except (NotSent, NoAnswer, Refused, BadAnswer):
            return Ack.UNKNOWN

    def _is_on(self) -> bool:
        pdu = modbus.read_bits(modbus.READ_COILS, self._coil, 1)
        return modbus.bits_of(pdu, self._bus.request(self._unit, pdu))[0]

    def close(self) -> Ack:
        """End a pulse or hold; DONE when the output was read back as off."""
        self._held = False
        try:
            if self._is_on():
                self._write(self._coil, False)
                if self._is_on():
                    return Ack.UNKNOWN
        except (NotSent, NoAnswer, Refused, BadAnswer):
            with self._lock:
                self._off_at[self._coil] = 0.0  # as soon as the line is back
            return Ack.UNKNOWN
        with self._lock:
            self._off_at.pop(self._coil, None)
        self._pulse_end = 0.0
        return Ack.DONE

    def feedback(self, good: bool) -> None:
        """Light the green or red lamp for a moment."""
        lamp = self._lamps.get(good)
        if lamp is not None:
            self._bus.later(lambda: self._light(lamp))

    def _light(self, lamp: int) -> None:
        with self._lock:
            self._off_at[lamp] = monotonic() + self._lamp_s
        self._write(lamp, True)

    def _write(self, coil: int, on: bool) -> None:
        pdu = modbus.write_coil(coil, on)
        modbus.check_echo(pdu, self._bus.request(self._unit, pdu))

    def _all_off(self) -> None:
        if self._outputs:
            pdu = modbus.write_coils(0, [False] * self._outputs)
            modbus.check_echo(pdu, self._bus.request(self._unit, pdu))
        else:
            for coil in (self._coil, *self._lamps.values()):
                self._write(coil, False)
        with self._lock:
            self._off_at.clear()

    # ---------------------------------------------------------------- polling

    @property
    def poll_s(self) -> float:
        """Seconds between polls."""
        return self._poll_s if self._misses < MISSES else AGAIN_S

    def poll(self) -> None:
        """Switch off what is due, read the inputs, tell what changed."""
        try:
            if self._levels is None and not self._held:
                self._all_off()
            self._switch_due_off()
            began = monotonic()
            levels = self._read_inputs()
        except (NotSent, NoAnswer, Refused, BadAnswer) as err:
            self._missed(err)
            return
        before, self._levels, self._misses = self._levels, levels, 0
        if not self._up:
            self._up = True
            self._emit(Signal.UP, 0)
        self._tell(before or {}, levels)
        self._looked = began

    def watched_until(self) -> float:
        """Return when the inputs were looked at last."""
        return self._looked if self._up and self.confirm == "sensor" else math.inf

    def _down(self) -> None:
        self._levels = None
        if self._up:
            self._up = False
            self._emit(Signal.DOWN, 0)

    def _switch_due_off(self) -> None:
        now = monotonic()
        with self._lock:
            due = [coil for coil, at in self._off_at.items() if at <= now]
        for coil in due:
            self._write(coil, False)
            with self._lock:
                if self._off_at.get(coil, now + 1) <= now:
                    del self._off_at[coil]

    def _read_inputs(self) -> dict[str, bool]:
        if not self._inputs:
            self._is_on()  # the heartbeat of a board without inputs
            return {}
        first, last = min(self._inputs.values()), max(self._inputs.values())
        pdu = modbus.read_bits(modbus.READ_INPUTS, first, last - first + 1)
        bits = modbus.bits_of(pdu, self._bus.request(self._unit, pdu))
        return {n: bits[at - first] != (n in self._invert) for n, at in self._inputs.items()}

    def _tell(self, before: dict[str, bool], now: dict[str, bool]) -> None:
        fire = now.get("in_fire", False)
        if fire != self._fire:
            self._fire = fire
            self._emit(Signal.EMERGENCY_ON if fire else Signal.EMERGENCY_OFF, 0)
        # the first reading is a level, not an edge: somebody may just stand in the beam
        for name, signal in (("in_entry", Signal.PASSED), ("in_exit", Signal.REVERSE)):
            if now.get(name) and before.get(name) is False and self._is_new_edge(name):
                self._emit(signal, 1)

    def _is_new_edge(self, name: str) -> bool:
        at, last = monotonic(), self._edges.get(name, float("-inf"))
        self._edges[name] = at
        return at - last >= self._debounce_s
