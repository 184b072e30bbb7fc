"""What happened at a lane lately, for the attendant's page. In memory only, no ticket in full."""

from __future__ import annotations

import secrets
from collections import deque
from dataclasses import dataclass

from .device import Feedback
from .effects import Decide
from .judge import Outcome
from .sound_config import tone_of

LINES = 10
COLOURS = {"good": "green", "bad": "red", "staff": "amber"}
_TOLD = {shown: colour for colour, shown in COLOURS.items()}
HELD_S = 180.0  # how long staff may let in a visitor whom the lane sent to them
HELD_MOST = 5


@dataclass(frozen=True, slots=True)
class HeldTicket:
    """A ticket that waits for staff. ``text`` never leaves the box."""

    key: str
    t: float
    text: str
    reason: str
    persons: int
    uid: int | None
    ticket: str


def masked(uid: int | None) -> str:
    """Return the end of a ticket number, enough to tell two visitors apart."""
    return "" if uid is None else f"…{uid & 0xFFFF:04X}"


class Recent:
    """The last scans of one lane; written by the lane's thread, read by others."""

    def __init__(self) -> None:
        self.lines: deque[dict] = deque(maxlen=LINES)
        self._held: deque[HeldTicket] = deque(maxlen=HELD_MOST)
        self.count = 0  # lines ever written
        self.decisions: deque[tuple[str, str, int | None, float]] = deque(maxlen=32)
        self._last: tuple[str, Outcome] | None = None

    def decided(self, ask: Decide, outcome: Outcome, now: float, took: float) -> None:
        """The engine answered; ``took`` seconds."""
        self.decisions.append((ask.text, outcome.reason.value, outcome.uid, took))
        self._last = (ask.text, outcome)
        self._held = deque((h for h in self._held if h.text != ask.text), maxlen=HELD_MOST)
        if outcome.reason.value.startswith("R_") and not ask.staff:
            self._held.append(
                HeldTicket(
                    secrets.token_hex(8),
                    now,
                    ask.text,
                    outcome.reason.value,
                    max(1, outcome.pax),
                    outcome.uid,
                    masked(outcome.uid),
                )  # fmt: skip
            )

    def forget(self, texts) -> None:
        """Let nobody admit these by hand any more."""
        self._held = deque((h for h in self._held if h.text not in texts), maxlen=HELD_MOST)

    def shown(self, now: float, told: Feedback) -> None:
        """The lane told the visitor something."""
        reason = told.reason
        outcome = self._last[1] if self._last and self._last[1].reason.value == reason else None
        self.add(
            now,
            COLOURS.get(told.colour, "red"),
            reason,
            told.persons,
            masked(outcome.uid) if outcome else "",
            outcome.product if outcome else None,
            told.sound,
        )

    def add(
        self,
        now: float,
        colour: str,
        reason: str,
        persons: int,
        ticket: str = "",
        product: int | None = None,
        sound: str = "",
    ) -> None:
        """Add a line; what staff did by hand comes this way too."""
        self.count += 1
        self.lines.appendleft(
            {
                "t": now,
                "colour": colour,
                "reason": reason,
                "persons": persons,
                "ticket": ticket,
                "product": product,
                "no": self.count,
                "sound": sound,  # of the park, by name
                "tone": tone_of(_TOLD[colour], persons),
            }
        )

    def held(self, now: float) -> list[HeldTicket]:
        """Tickets that still wait for staff, the newest first."""
        return [item for item in reversed(list(self._held)) if now - item.t <= HELD_S]
