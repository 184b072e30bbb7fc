"""What a barrier reports beside a person who passed: the lane's answer to each. Pure.

One half of :class:`lane.Lane`; the other half is the passage of a visitor.
"""

from __future__ import annotations

from . import facts
from .effects import Effect, LaneSettings, Record
from .lane_state import REFUSE_LANE, Passage, State

BLOCKED_S = 10.0  # a controller that says "blocked" once and never "clear" stops a lane that long


class LaneEvents:
    """Events of the barrier; the members are those of :class:`lane.Lane`."""

    settings: LaneSettings
    state: State
    passage: Passage | None
    deadline: float | None
    usable: bool
    counted: int

    def __init__(self) -> None:
        self._panel: bool | None = False  # the emergency input is active; None: nobody knows
        self._free = 0  # persons counted during an emergency
        self._queued: tuple[str, float] | None = None
        self._blocked_until: float | None = None

    # given by the other half
    def tick(self, now: float) -> list[Effect]:
        raise NotImplementedError

    def _next(self, now: float) -> list[Effect]:
        raise NotImplementedError

    # ---------------------------------------------------------------- persons

    def reverse(self, count: int, now: float) -> list[Effect]:
        """The sensor saw persons against the direction of the lane."""
        del now
        self._way_is_clear()
        if self.state is State.EMERGENCY:
            self._free += count
            return []
        return [Record(facts.REVERSE, count)]

    def tailgate(self, count: int, now: float) -> list[Effect]:
        """The controller saw persons beyond those it let through; ``passed`` never counts them."""
        del now
        self._way_is_clear()
        if self.state is State.EMERGENCY:
            self._free += count
            return []
        if self.state is State.HELD or self.settings.outward:
            self.counted += count
            return [Record(facts.PASSED, count)]
        return [Record(facts.TAILGATE, count, bool(self.passage and self.passage.ticket))]

    def forced(self, count: int, now: float) -> list[Effect]:
        """The controller saw somebody break or climb through; it counts for no ticket."""
        del now
        if self.state is State.EMERGENCY:
            self._free += count
            return []
        return [Record(facts.FORCED, count)]

    # --------------------------------------------------------------- the door

    def timeout(self, now: float) -> list[Effect]:
        """The controller shut by itself: its window is over, whatever ours says."""
        if self.state is not State.AWAIT:
            return []
        self._way_is_clear()
        self.deadline = now
        return self.tick(now)

    def blocked(self, active: bool, now: float) -> list[Effect]:
        """Somebody or something stands in the passage, or no longer does.

        Nothing opens onto it and nothing is shut onto it for a while; see ``_window_over``.
        """
        before = self.is_blocked(now)
        self._blocked_until = now + BLOCKED_S if active else None
        if active:
            of_op = bool(self.passage and self.passage.ticket)
            return [] if before else [Record(facts.BLOCKED, 0, of_op)]
        if self.state is State.AWAIT and self.passage and self.passage.waited:
            self.deadline = now + self.settings.pass_timeout_s
        return self._next(now) if self.state is State.IDLE else []

    def _way_is_clear(self) -> None:
        if self._blocked_until is not None and self.state is State.IDLE:
            self.deadline = 0.0  # due at once: somebody may wait
        self._blocked_until = None

    def is_blocked(self, now: float) -> bool:
        """Whether the passage was last reported as blocked, not long ago."""
        return self._blocked_until is not None and now < self._blocked_until

    def emergency(self, active: bool, now: float) -> list[Effect]:
        """The fire or emergency input changed. The barrier is opened by its wiring, not by us."""
        del now
        self._panel = active
        if not active or self.state is State.EMERGENCY:
            return []
        passage, self.passage = self.passage, None
        self._blocked_until = None
        self.state, self.deadline, self._queued, self._free = State.EMERGENCY, None, None, 0
        out: list[Effect] = []
        if passage and passage.ticket and passage.left:
            out.append(Record(facts.UNKNOWN, passage.left, True))
        return [*out, Record(facts.EMERGENCY_ON)]

    @property
    def panel(self) -> bool | None:
        """Whether the emergency input is active; None when its device lost sight of it."""
        return self._panel

    def panel_lost(self) -> list[Effect]:
        """The device was out of reach and cannot ask: the emergency waits for staff alone."""
        if self.state is State.EMERGENCY:
            self._panel = None
        return []

    def available(self, usable: bool, now: float) -> list[Effect]:
        """The barrier answers again, or no longer does."""
        del now
        changed, self.usable = usable != self.usable, usable
        if changed:
            self._way_is_clear()
        if self.passage and not usable:
            # somebody may have passed unseen: nothing of this passage may be given back
            self.passage.blind = True
        return [Record(facts.FAULT, reason=REFUSE_LANE)] if changed and not usable else []
