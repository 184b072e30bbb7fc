"""What a lane wants done, and how it is set. Plain data."""

from __future__ import annotations

from dataclasses import dataclass

OK = "OK"


@dataclass(frozen=True, slots=True)
class Decide:
    """Ask the engine about a text; on a yes the rights are consumed durably."""

    text: str
    persons: int = 0
    staff: bool = False


@dataclass(frozen=True, slots=True)
class Open:
    """Order the barrier to let persons through."""

    persons: int


@dataclass(frozen=True, slots=True)
class Close:
    """Order the barrier shut and read it back."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Order the barrier open until further notice."""


@dataclass(frozen=True, slots=True)
class Record:
    """Write a fact. ``of_op``: it belongs to the ticket of the passage under way."""

    kind: str
    pax: int = 0
    of_op: bool = False
    reason: str = OK


@dataclass(frozen=True, slots=True)
class Show:
    """Tell the visitor: ``good`` or not, the code of the reason, persons admitted."""

    good: bool
    reason: str
    persons: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """Answer to the command under way."""

    result: str


Effect = Decide | Open | Close | Hold | Record | Show | Result


@dataclass(frozen=True, slots=True)
class LaneSettings:
    """How a lane behaves; times in seconds."""

    confirm: str = "sensor"  # none: passages are assumed
    on_unconfirmed: str = "released"  # or consumed
    on_unknown: str = "consumed"  # or released, or staff: see facts.of_unknown
    multi: str = "repeat"  # one pulse per person, or hold_n: held open for the group
    pass_timeout_s: float = 5.0
    settle_s: float = 0.3
    quiet_s: float = 3.0
    queue_s: float = 8.0
    hold_limit_s: float = 1800.0  # what an attendant holds open shuts by itself after that time
    outward: bool = False  # leads outside: uses no right, everybody is only counted
