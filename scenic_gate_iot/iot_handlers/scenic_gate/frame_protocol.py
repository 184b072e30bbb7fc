"""What a configuration says about a board: presets, orders, patterns. Pure: the server checks it.

The options and the presets are told in the README ("frame_barrier").
"""

from __future__ import annotations

from collections.abc import Mapping

from .driver_options import LINE, SERIAL, Option, Problem, Spec, milliseconds, whole
from .frames import CHECKSUMS, Envelope, FrameError, Pattern, Splitter, Template

ORDERS = ("open", "hold", "close", "start", "poll", "query", "good", "bad", "seen")
ANSWERS = ("ack", "ack_open", "ack_hold", "ack_close", "nak", "open", "shut", "state")
FIRE = ("fire_on", "fire_off")  # the board says them by itself, or when it is asked
POLLED = (*ANSWERS, *FIRE)
EVENTS = ("pass_in", "pass_out", "blocked", "clear", "tailgate", "forced", "timeout", *FIRE)
_ENVELOPE = {"start", "size_at", "size_bytes", "size_order", "add"}

# Boards whose makers print their frames. Nothing here was seen on a real one.
PRESETS: dict[str, dict] = {
    # USB relay "LC": answers nothing, has no timer
    "lcus": {
        "baud": 9600,
        "checksum": "sum8",
        "pulse_ms": 500,
        "frames": {
            "open": "A0 {addr} 01",
            "hold": "A0 {addr} 01",
            "close": "A0 {addr} 00",
        },
    },
    # Digicon Tx1500 and Catrax Master, manual 7.5 / 6.7.5
    "tx1500": {
        "baud": 115200,
        "checksum": "xor",
        "envelope": {
            "start": "02",
            "size_at": 1,
            "size_bytes": 2,
            "size_order": "little",
            "add": 3,
        },
        "frames": {"open": "02 02 00 48", "hold": "02 03 00 4C 48", "close": "02 02 00 43"},
        "match": {
            "ack": "02 02 00 06",
            "nak": "02 02 00 15",
            "pass_in": "02 02 00 1A",
            "pass_out": "02 02 00 1B",
        },
        "b": {
            "frames": {"open": "02 02 00 41", "hold": "02 03 00 4C 41"},
            "match": {"pass_in": "02 02 00 1B", "pass_out": "02 02 00 1A"},
        },
    },
    # Mach Power AC-ATRI-018; arms are dropped and raised only where somebody configures it
    "eb_tripod": {
        "baud": 9600,
        "checksum": "xor",
        "frames": {"open": "EB {addr} 40 00"},
        "b": {"frames": {"open": "EB {addr} 41 00"}},
    },
    # One-Tech 2B-ATT203: tells passages, and one thing for "nobody went" and "wrong way"
    "fe_tripod": {
        "baud": 9600,
        "checksum": "none",
        "frames": {"open": "FE 80 01 00 00 00 AB"},
        "match": {"pass_in": "FE 81 01 00 00 00 AB", "timeout": "FE 44 01 00 00 00 AB"},
        "b": {
            "frames": {"open": "FE 80 02 00 00 00 AB"},
            "match": {"pass_in": "FE 81 02 00 00 00 AB", "timeout": "FE 44 02 00 00 00 AB"},
        },
    },
}


class ProtocolError(ValueError):
    """An option that makes no protocol."""

    def __init__(self, option: str, text: str) -> None:
        super().__init__(f"{option}: {text}")
        self.option, self.text = option, text


def merged(options: Mapping) -> dict:
    """Return the options with what preset and side bring; own ones win."""
    name = options.get("preset") or ""
    if name and name not in PRESETS:
        raise ProtocolError("preset", ", ".join(PRESETS))
    preset = dict(PRESETS.get(name, {}))
    side = preset.pop("b", {})
    layers = [preset, side if options.get("side") == "b" else {}, options]
    out: dict = {}
    for layer in layers:
        for key, value in layer.items():
            both = isinstance(value, Mapping) and isinstance(out.get(key), Mapping)
            out[key] = {**out[key], **value} if both else value
    return out


class Protocol:
    """Orders and patterns of one device.

    :raises ProtocolError: names the option
    """

    def __init__(self, options: Mapping) -> None:
        options = merged(options)
        self.checksum = str(options.get("checksum") or "none")
        if self.checksum not in CHECKSUMS:
            raise ProtocolError("checksum", ", ".join(CHECKSUMS))
        self._values = {
            name: _number(options, name, default) for name, default in (("addr", 1), ("time", 0))
        }
        self._gap_s = _number(options, "frame_gap_ms", 50) / 1000
        self.orders = {
            name: self._template(f"frames.{name}", text)
            for name, text in _table(options, "frames", ORDERS).items()
        }
        if "open" not in self.orders:
            raise ProtocolError("frames.open", "it is missing")
        match = _table(options, "match", ANSWERS + EVENTS)
        self.patterns = [
            self._pattern(name, text)
            for name, texts in match.items()
            for text in (texts if isinstance(texts, list) else [texts])
        ]
        self.names = frozenset(match)
        self.counts = frozenset(
            place.name for pattern in self.patterns for _, place in pattern.places
        )
        self.envelope = _envelope(options.get("envelope"))
        for name, answers in (("poll", POLLED), ("query", ("open", "shut"))):
            if name in self.orders and not self.names.intersection(answers):
                raise ProtocolError(f"frames.{name}", f"match has none of {', '.join(answers)}")

    def _template(self, option: str, text: object) -> Template:
        try:
            return Template(text, self.checksum, self._values)
        except FrameError as err:
            raise ProtocolError(option, str(err)) from err

    def _pattern(self, name: str, text: object) -> Pattern:
        try:
            return Pattern(name, text, self.checksum, self._values)
        except FrameError as err:
            raise ProtocolError(f"match.{name}", str(err)) from err

    def splitter(self) -> Splitter:
        """Return a reader of what the board says."""
        return Splitter(self.patterns, self.checksum, self.envelope, self._gap_s)

    @property
    def sees_passages(self) -> bool:
        """Whether the board tells who went through."""
        return "pass_in" in self.names or "in" in self.counts

    @property
    def sees_fire(self) -> bool:
        """Whether the board tells of an emergency."""
        return "fire_on" in self.names

    @property
    def can_hold(self) -> bool:
        """Whether one order serves a whole group."""
        return "hold" in self.orders or self.orders["open"].counts


def _number(options: Mapping, name: str, default: int) -> int:
    try:
        return int(options.get(name, default))
    except (TypeError, ValueError) as err:
        raise ProtocolError(name, str(err)) from err


def _table(options: Mapping, name: str, known: tuple[str, ...]) -> dict:
    table = options.get(name) or {}
    if not isinstance(table, Mapping):
        raise ProtocolError(name, "it is no object")
    for key in table:
        if key not in known:
            raise ProtocolError(f"{name}.{key}", ", ".join(known))
    # null takes a frame of a preset away
    return {key: text for key, text in table.items() if text is not None}


def _envelope(given: object) -> Envelope | None:
    if not given:
        return None
    if not isinstance(given, Mapping) or not set(given) <= _ENVELOPE:
        raise ProtocolError("envelope", ", ".join(sorted(_ENVELOPE)))
    try:
        made = Envelope(
            bytes.fromhex(given["start"]),
            int(given["size_at"]),
            int(given.get("size_bytes", 1)),
            str(given.get("size_order", "big")),
            int(given.get("add", 0)),
        )
    except (KeyError, TypeError, ValueError) as err:
        raise ProtocolError("envelope", f"{type(err).__name__} {err}") from err
    in_range = 0 <= made.size_at <= 16 and 1 <= made.size_bytes <= 2
    if not made.start or not in_range or made.size_order not in ("big", "little"):
        raise ProtocolError("envelope", "start, size_at <= 16, size_bytes 1 or 2, big or little")
    return made


def problems(options: Mapping) -> list[Problem]:
    """Return what makes no protocol, for the server."""
    try:
        Protocol(options)
    except ProtocolError as err:
        return [Problem(err.option, "frame", err.text)]
    return []


SPEC = Spec(
    ("barrier",),
    SERIAL,
    LINE
    | {
        "preset": Option("choice", choices=tuple(PRESETS)),
        "side": Option("choice", choices=("a", "b")),
        "addr": whole(0, 65_535),
        "time": whole(0, 65_535),
        "checksum": Option("choice", choices=tuple(CHECKSUMS)),
        "frames": Option("object"),
        "match": Option("object"),
        "envelope": Option("object", optional=True),
        "pulse_ms": milliseconds(),
        "gap_ms": milliseconds(),
        "frame_gap_ms": Option("number", 1, 10_000),
        "debounce_ms": milliseconds(),
        "poll_ms": Option("number", 10, 600_000),
        "timeout_ms": Option("number", 1, 60_000),
        "late_ms": milliseconds(),
    },
    problems,
)
