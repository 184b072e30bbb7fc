"""A lane that staff holds open: everybody is counted, nobody is asked. Pure.

A gate that was held open and forgotten lets in whoever comes. So what an attendant holds open
shuts by itself after a while, unless it is prolonged; what the back office ordered lasts until
somebody ends it.
"""

from __future__ import annotations

from . import facts
from .device import Ack
from .effects import Effect, Hold, Record, Result
from .lane_events import LaneEvents
from .lane_state import State

HOLD_OVER = "A_HOLD_OVER"  # reason of the fact: it ended by itself


class LaneHold(LaneEvents):
    """Holding open; the other members are those of :class:`lane.Lane`."""

    def __init__(self) -> None:
        super().__init__()
        self.counted = 0  # persons since the lane is held open
        self._waited_once = False  # its time was over while somebody stood in the way

    # given by the other half
    def _close(self) -> list[Effect]:
        raise NotImplementedError

    def hold(self, until: float | None) -> list[Effect]:
        """Hold open, until a moment or (None) until somebody ends it."""
        if self.state is not State.IDLE:
            return [Result("busy")]
        self.state, self.deadline, self.counted, self._waited_once = State.HELD, until, 0, False
        return [Hold()]

    def prolong(self, until: float | None) -> list[Effect]:
        """Let holding open last longer; what has no end keeps having none."""
        if self.state is not State.HELD:
            return [Result("busy")]
        self.deadline = None if self.deadline is None else until
        self._waited_once = False
        return [Result("done")]

    def held(self, ack: Ack) -> list[Effect]:
        """The barrier answered to ``Hold``."""
        if ack is Ack.NOT_SENT:
            self.state, self.deadline = State.IDLE, None
            return [Result(ack.value)]
        return [Record(facts.OPENED), Result(ack.value)]

    def release(self) -> list[Effect]:
        """Staff ends it."""
        if self.state is not State.HELD:
            return [Result("busy")]
        return [*self._close(), Result("done")]

    def _hold_over(self, now: float) -> list[Effect]:
        """Nobody prolonged it: shut, though not onto somebody who stands there just now."""
        if self.is_blocked(now) and not self._waited_once:
            self._waited_once, self.deadline = True, self._blocked_until
            return []
        return [Record(facts.STAFF, self.counted, reason=HOLD_OVER), *self._close()]
