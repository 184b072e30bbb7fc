"""Test orders of staff: look whether the devices of a lane work, without using any right."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .device import Barrier, Feedback, Reader
from .effects import Show
from .feedback import feedback_of
from .judge import NOT_OURS
from .lane import State
from .scan import CODE, kind_of

if TYPE_CHECKING:
    from .runner import LaneRunner

TEST_ACTIONS = ("test_open", "test_lamp", "test_read", "test_sound")
LAMP_PAUSE_S = 1.0  # green, then red: the eye has to tell them apart
SOUND_PAUSE_S = 3.0  # a spoken sentence takes its time
# what a visitor may hear, one after the other: welcome, welcome to a group, wait, stop
SOUNDS = (Show(True, "OK", 1), Show(True, "OK", 2), Show(False, "R_ID"), Show(False, "E_USED"))


class LaneTest:
    """The test that a lane is at, if any; driven by the thread of its runner."""

    def __init__(self, runner: LaneRunner) -> None:
        self._runner = runner
        self._answer: Callable[[str], None] | None = None
        self._until = 0.0  # monotonic; the reading test ends
        self._red_at: float | None = None
        self._sounds: list[Show] = []  # of the test of the sounds, still to come
        self._sound_at: float | None = None
        self.heard: Feedback | None = None  # the last of them
        self.played = 0  # how many there ever were

    @property
    def waiting(self) -> bool:
        """Whether the next scan is for the test."""
        return self._answer is not None

    @property
    def deadline(self) -> float | None:
        """When :meth:`tick` is due."""
        due = [self._until if self._answer else None, self._red_at, self._sound_at]
        return min((at for at in due if at is not None), default=None)

    def begin(self, command: dict, answer: Callable[[str], None], now: float) -> None:
        """Do what a test order says; only an idle lane has time for it."""
        runner = self._runner
        if runner.lane.state is not State.IDLE or self._answer:
            answer("busy")
        elif command["action"] == "test_lamp":
            self._show(True)
            self._red_at = now + LAMP_PAUSE_S
            answer("done")
        elif command["action"] == "test_sound":
            self._sounds, self._sound_at = list(SOUNDS), now
            good = any(display.health().ok for display in runner.displays)
            answer("done" if good else "no_speaker")
        elif not any(reader.health().ok for reader in runner.readers):
            answer("no_reader")
        else:
            self._answer = answer
            # the order's own end, so that nobody's ticket is swallowed after staff went away
            self._until = now + max(0.0, int(command["expires"]) - runner.clock.now())

    def scan(self, text: str) -> bool:
        """Take a text that the test waits for; False: it is a visitor's."""
        answer, self._answer = self._answer, None
        if answer is None:
            return False
        self._runner.lane.seen(text, self._runner.clock.mono())
        answer(self._describe(text))
        # never green: the answer of a terminal may be what opens its door
        for device in self._devices():
            device.deciding(text)
            device.show(Feedback("staff", "R_TEST"))
        return True

    def _describe(self, text: str) -> str:
        """Tell kind, length and whether it verifies, never the text: it may be anybody's."""
        if kind_of(text) != CODE:
            return "read:card:0:"
        reason = self._runner.engine.look(text, self._runner.clock.now())
        if reason in NOT_OURS:
            kind = "foreign"
        else:
            kind = "number" if len(text.strip()) <= 20 else "ticket"
        return f"read:{kind}:{len(text.strip())}:{reason.value}"

    def tick(self, now: float) -> None:
        """End what has lasted long enough."""
        if self._red_at is not None and now >= self._red_at:
            self._red_at = None
            self._show(False)
        if self._sound_at is not None and now >= self._sound_at:
            self._say_next(now)
        if self._answer and now >= self._until:
            self.end("nothing_read")

    def end(self, result: str) -> None:
        """Stop waiting for a scan."""
        answer, self._answer = self._answer, None
        if answer:
            answer(result)

    def _say_next(self, now: float) -> None:
        """Let the next sound of the test be heard, unless a visitor has come."""
        runner = self._runner
        if runner.lane.state is not State.IDLE or not self._sounds:
            self._sounds, self._sound_at = [], None
            return
        told = feedback_of(self._sounds.pop(0), None, runner.engine.config, runner.config)
        self.heard, self.played = told, self.played + 1
        self._sound_at = now + SOUND_PAUSE_S
        for display in runner.displays:
            display.show(told)

    def _show(self, good: bool) -> None:
        for device in self._devices():
            device.feedback(good)

    def _devices(self) -> list[Reader | Barrier]:
        barrier = self._runner.barrier
        return [*([barrier] if barrier else []), *self._runner.readers]
