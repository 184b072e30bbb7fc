"""Where a lane is in its cycle, and the passage under way. Plain data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .effects import Show

REFUSE_LANE = "E_FAULT"  # reason of a refusal by the lane itself: held, emergency, no barrier
UNSEEN = "R_UNSEEN"  # opened, and nobody knows whether somebody passed
IN_THE_WAY = "R_BLOCKED"  # somebody or something stands in the passage


class State(str, Enum):
    """Where a lane is in its cycle."""

    IDLE = "idle"
    DECIDING = "deciding"
    OPENING = "opening"
    AWAIT = "await"  # open, somebody may pass
    CLOSING = "closing"
    SETTLE = "settle"  # shut; a late pulse still belongs to this passage
    HELD = "held"
    EMERGENCY = "emergency"


@dataclass(slots=True)
class Passage:
    """The passage under way. ``ticket``: rights were consumed for it."""

    ticket: bool
    left: int
    named: bool = False  # facts name the ticket: also on the way outside
    reopen: bool = False
    told: bool = False  # staff's command has its answer
    welcome: Show | None = None  # what the visitor is told as soon as the barrier obeys
    unsure: bool = False  # an order to open was not confirmed and nobody was seen since
    blind: bool = False  # the barrier was out of reach for a while, or not seen to shut
    waited: bool = False  # its time was over while somebody stood in the way
