"""Reader and barrier of an OSDP device. Options are told in the README ("osdp")."""

from __future__ import annotations

import logging
from collections.abc import Callable

from . import osdp
from .bus import NoAnswer, NotSent
from .device import Ack, Barrier, DeviceError, Feedback, Health, Reader, Signal
from .osdp_bus import OsdpBus
from .port import monotonic
from .scan import CARD, Scan

_logger = logging.getLogger(__name__)

_INPUTS = ("in_entry", "in_exit", "in_fire")


class OsdpReader(Reader):
    """Cards that the reader of a device sees; its lamp and buzzer."""

    def __init__(self, bus: OsdpBus, options: dict) -> None:
        self._unit = bus.unit(options)
        try:
            self._lamp = int(float(options.get("lamp_ms", 1000)) / 100)
            self._encoding = str(options.get("text") or "")
            b"".decode(self._encoding or "ascii")
        except (LookupError, TypeError, ValueError) as err:
            raise DeviceError(f"osdp {bus.url}: {err}") from err
        self._on_scan: Callable[[str], None] = lambda text: None

    def start(self, on_scan: Callable[[str], None]) -> None:
        """Begin to read."""
        self._on_scan = on_scan
        self._unit.attach(self)

    def stop(self) -> None:
        """Stop; the last face of the last device closes the line."""
        self._unit.detach(self)

    def health(self) -> Health:
        """Tell whether the device answers."""
        return Health(*self._unit.health())

    def feedback(self, good: bool) -> None:
        """Green, or red and three tones."""
        self._unit.later(lambda: self._tell(good))

    def show(self, feedback: Feedback) -> None:
        """Say it with lamp and buzzer, and in words where a screen knows the letters."""
        self.feedback(feedback.good)
        if text := self._words(feedback.text):
            data = osdp.screen(text, self._lamp // 10)
            self._unit.later(lambda: self._unit.ask(osdp.TEXT, data))

    def _words(self, text: str) -> bytes:
        """Return as many letters as the screen takes; nothing where it does not know them."""
        try:
            while len(text.encode(self._encoding or "ascii")) > osdp.MAX_SCREEN:
                text = text[:-1]
            return text.encode(self._encoding) if self._encoding else b""
        except UnicodeEncodeError:
            return b""

    def install_key(self) -> str:
        """Give the device the new key of its configuration."""
        return self._unit.install_key()

    def _tell(self, good: bool) -> None:
        self._unit.ask(osdp.LED, osdp.lamp(osdp.GREEN if good else osdp.RED, self._lamp))
        if not good:
            self._unit.ask(osdp.BUZ, osdp.buzzer(3))

    def heard(self, code: int, data: bytes) -> None:
        """A card, or nothing for a reader."""
        if code in (osdp.RAW, osdp.FMT) and (number := osdp.card(code, data)):
            self._on_scan(Scan(number, CARD))

    def up(self) -> None:
        """Nothing to set up."""

    def down(self) -> None:
        """Cards are missed until it is back; the health says so."""


class OsdpBarrier(Barrier):
    """An output of a device, and its inputs as sensors."""

    def __init__(self, bus: OsdpBus, options: dict) -> None:
        self._unit = bus.unit(options)
        try:
            self._out = int(options.get("out", 0))
            self._tenths = max(1, round(float(options.get("pulse_ms", 500)) / 100))
            self._inputs = {n: int(options[n]) for n in _INPUTS if options.get(n) is not None}
            self._invert = set(options.get("invert") or ())
            self._debounce_s = float(options.get("debounce_ms", 100)) / 1000
        except (TypeError, ValueError) as err:
            raise DeviceError(f"osdp {bus.url}: {err}") from err
        self.confirm = "sensor" if "in_entry" in self._inputs else "none"
        self._emit: Callable[[Signal, int], None] = lambda signal, count: None
        self._levels: dict[str, bool] = {}
        self._edges: dict[str, float] = {}
        self._held = self._up = False
        self._fire: bool | None = False  # the last word of the input; None: nobody knows

    def start(self, on_signal: Callable[[Signal, int], None]) -> None:
        """Begin to watch; the output is switched off with each new session."""
        self._emit = on_signal
        self._unit.attach(self)

    def stop(self) -> None:
        """Switch the output off and leave."""
        try:
            self._unit.ask(osdp.OUT, osdp.output(self._out, osdp.OUT_OFF))
        except (NotSent, NoAnswer) as err:
            _logger.warning("osdp %s: output not switched off: %s", self._unit.url, err)
        self._unit.detach(self)

    def health(self) -> Health:
        """Tell whether the device answers."""
        return Health(*self._unit.health())

    def install_key(self) -> str:
        """Give the device the new key of its configuration."""
        return self._unit.install_key()

    # ----------------------------------------------------------------- orders

    def open(self, persons: int) -> Ack:
        """A pulse that the device itself ends; on until :meth:`close` for more than one."""
        if persons > 1:
            return self.hold()
        return self._switch(osdp.OUT_TIMED, self._tenths)

    def hold(self) -> Ack:
        """On until :meth:`close`."""
        self._held = True
        ack = self._switch(osdp.OUT_ON)
        if ack is Ack.NOT_SENT:
            self._held = False
        return ack

    def _switch(self, control: int, tenths: int = 0) -> Ack:
        try:
            reply = self._unit.ask(osdp.OUT, osdp.output(self._out, control, tenths))
        except NotSent:
            return Ack.NOT_SENT
        except NoAnswer:
            return self._read_back()
        return Ack.NOT_SENT if reply.code in (osdp.NAK, osdp.BUSY) else Ack.DONE

    def _read_back(self) -> Ack:
        """An order was not answered: an output seen on proves it; off proves nothing."""
        try:
            self._unit.connect()
            return Ack.DONE if self._is_on() else Ack.UNKNOWN
        except (NotSent, NoAnswer):
            return Ack.UNKNOWN

    def _is_on(self) -> bool | None:
        """Read the output back; None where the device does not tell."""
        reply = self._unit.ask(osdp.OSTAT)
        if reply.code != osdp.OSTATR or len(reply.data) <= self._out:
            return None
        return bool(reply.data[self._out])

    def close(self) -> Ack:
        """End a pulse or hold; DONE when it was followed, and not read back as on."""
        self._held = False
        try:
            reply = self._unit.ask(osdp.OUT, osdp.output(self._out, osdp.OUT_OFF))
            refused = reply.code in (osdp.NAK, osdp.BUSY)
            return Ack.UNKNOWN if refused or self._is_on() else Ack.DONE
        except (NotSent, NoAnswer):
            return Ack.UNKNOWN  # the next session begins with it off

    # ---------------------------------------------------------------- hearing

    def up(self) -> None:
        """A new session: off first, then how the inputs are."""
        self._levels = {}
        if not self._held:
            self._unit.ask(osdp.OUT, osdp.output(self._out, osdp.OUT_OFF))
        if self._inputs:
            self._ask_inputs()
        if not self._up:
            self._up = True
            self._emit(Signal.UP, 0)

    def _ask_inputs(self) -> None:
        reply = self._unit.ask(osdp.ISTAT)
        if reply.code == osdp.BUSY:
            # a fire may have begun or ended meanwhile: it is not up before it has said so
            raise NoAnswer("busy")
        if reply.code != osdp.ISTATR and self._fire:
            # it tells only what changes, and the end of the fire may have been that
            self._fire = None
            self._emit(Signal.EMERGENCY_UNKNOWN, 0)
        self.heard(reply.code, reply.data)

    def down(self) -> None:
        """The device is away."""
        if self._up:
            self._up = False
            self._emit(Signal.DOWN, 0)

    def heard(self, code: int, data: bytes) -> None:
        """How the inputs are now."""
        if code != osdp.ISTATR:
            return
        now = {
            name: bool(data[at]) != (name in self._invert)
            for name, at in self._inputs.items()
            if at < len(data)
        }
        before, self._levels = self._levels, now
        fire = now.get("in_fire", self._fire)
        if fire != self._fire:
            # also when it changed while nobody could ask: staff waits for the end of it
            self._fire = fire
            self._emit(Signal.EMERGENCY_ON if fire else Signal.EMERGENCY_OFF, 0)
        # the first reading is a level, not an edge: somebody may just stand in the beam
        for name, signal in (("in_entry", Signal.PASSED), ("in_exit", Signal.REVERSE)):
            if now.get(name) and before.get(name) is False and self._is_new(name):
                self._emit(signal, 1)

    def _is_new(self, name: str) -> bool:
        at, last = monotonic(), self._edges.get(name, float("-inf"))
        self._edges[name] = at
        return at - last >= self._debounce_s
