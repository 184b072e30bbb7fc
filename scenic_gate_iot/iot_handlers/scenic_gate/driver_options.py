"""How the options of a driver are described. Pure; ``driver_specs.py`` describes the drivers.

A problem is a value, ``Problem(option, code, wanted)``; whoever shows it finds the words.
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
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # options, by role


SERIAL = ("/", "socket://", "rfc2217://", "tcp://")
LINE: dict[str, Option] = {
    "baud": whole(50, 4_000_000),
    "parity": Option("choice", choices=("N", "E", "O", "M", "S")),
    "stop": Option("choice", choices=(1, 1.5, 2)),
}
