"""What each driver can be and which options it takes. Pure: server and box read the same list.

The server refuses a wrong option when it is saved, so that it is not found at the gate. A problem
is a value, ``Problem(option, code, wanted)``; whoever shows it finds the words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """An option that its driver cannot follow."""

    option: str
    code: str  # unknown, missing, whole, number, choice, hex, text, flag, names, object, frame
    wanted: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One option. ``low`` and ``high`` bound numbers; ``choices`` also the names in a list."""

    kind: str
    low: float = 0
    high: float = 0
    choices: tuple = ()
    optional: bool = False  # null means absent

    def problem(self, value: object) -> str:
        """Return the code of what is wrong with a value, or nothing."""
        if value is None and self.optional:
            return ""
        return "" if _FITS[self.kind](self, value) else self.kind

    @property
    def wanted(self) -> str:
        """What would fit, for a message."""
        if self.choices:
            return ", ".join(str(choice) for choice in self.choices)
        return f"{self.low:g} - {self.high:g}" if self.high else ""


def _whole(option: Option, value: object) -> bool:
    if isinstance(value, bool) or isinstance(value, float) and not value.is_integer():
        return False
    return _number(option, value)


def _number(option: Option, value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return False
    try:
        return option.low <= float(value) <= option.high
    except ValueError:
        return False


def _hex(option: Option, value: object) -> bool:
    del option
    try:
        bytes.fromhex(value)
    except (TypeError, ValueError):
        return False
    return True


_FITS: dict[str, Callable[[Option, object], bool]] = {
    "whole": _whole,
    "number": _number,
    "hex": _hex,
    "choice": lambda option, value: not isinstance(value, bool) and value in option.choices,
    "flag": lambda option, value: isinstance(value, bool),
    "text": lambda option, value: isinstance(value, str),
    "names": lambda option, value: (
        isinstance(value, list) and all(item in option.choices for item in value)
    ),
    "object": lambda option, value: isinstance(value, dict),
}


def whole(low: int, high: int, optional: bool = False) -> Option:
    """Describe a whole number."""
    return Option("whole", low, high, optional=optional)


def milliseconds(high: int = 600_000) -> Option:
    """Describe a time."""
    return Option("number", 0, high)


@dataclass(frozen=True, slots=True)
class Spec:
    """One driver."""

    roles: tuple[str, ...]
    schemes: tuple[str, ...]  # beginnings of its addresses
    options: Mapping[str, Option] = field(default_factory=dict)
    # what the options together get wrong
    check: Callable[[Mapping], list[Problem]] = lambda options: []


SERIAL = ("/", "socket://", "rfc2217://", "tcp://")
LINE: dict[str, Option] = {
    "baud": whole(50, 4_000_000),
    "parity": Option("choice", choices=("N", "E", "O", "M", "S")),
    "stop": Option("choice", choices=(1, 1.5, 2)),
}
_BIT = whole(0, 65_535, optional=True)

SPECS: dict[str, Spec] = {
    "line_reader": Spec(
        ("reader",),
        SERIAL,
        LINE
        | {
            "gap_ms": milliseconds(),
            "max_chars": whole(1, 4096),
            "good": Option("hex", optional=True),
            "bad": Option("hex", optional=True),
        },
    ),
    "modbus_barrier": Spec(
        ("barrier",),
        SERIAL,
        LINE
        | {
            "unit": whole(0, 255),
            "out_coil": whole(0, 65_535),
            "pulse_ms": milliseconds(),
            "pulse": Option("choice", choices=("two_writes", "native")),
            "in_entry": _BIT,
            "in_exit": _BIT,
            "in_fire": _BIT,
            "invert": Option("names", choices=("in_entry", "in_exit", "in_fire"), optional=True),
            "green_coil": _BIT,
            "red_coil": _BIT,
            "lamp_ms": milliseconds(),
            "gap_ms": milliseconds(),
            "debounce_ms": milliseconds(),
            "poll_ms": milliseconds(),
            "outputs": whole(0, 1968),
            "timeout_ms": Option("number", 1, 60_000),
        },
    ),
}


def problems(driver: str, options: Mapping) -> list[Problem]:
    """Return what a driver cannot follow; empty for a driver that is not described here."""
    spec = SPECS.get(driver)
    if spec is None:
        return []
    found = []
    for name, value in options.items():
        option = spec.options.get(name)
        if option is None:
            found.append(Problem(name, "unknown", ", ".join(sorted(spec.options))))
        elif code := option.problem(value):
            found.append(Problem(name, code, option.wanted))
    return found or spec.check(options)


def fits(driver: str, url: str) -> bool:
    """Tell whether an address is one that the driver can open."""
    spec = SPECS.get(driver)
    return spec is None or url.startswith(spec.schemes)
