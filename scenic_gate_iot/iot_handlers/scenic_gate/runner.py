"""One lane at work: carries out what the state machine wants, on engine and devices.

Readers, the bus, commands and time all go through one inbox, so that one thread drives the lane.
"""

from __future__ import annotations

import logging
import queue
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from . import emergency
from .clock import Clock
from .complaints import Complaints
from .config import LaneConfig
from .device import Ack, Barrier, Display, Reader, Signal
from .effects import Close, Decide, Effect, Hold, Open, Record, Result, Show
from .engine import Engine
from .facts import EMERGENCY_OFF, OPENED
from .feedback import LastScan, feedback_of, last_scan
from .judge import Outcome
from .lane import Lane, State
from .lane_test import TEST_ACTIONS, LaneTest
from .recent import Recent
from .scan import is_over
from .store import StoreError
from .tally import Tally

_logger = logging.getLogger(__name__)
_complaints = Complaints(_logger)

BEHIND_S = 2.0  # a passage waits so long for a host that has not looked at the sensor in time
MOST_WAITING = 500  # scans in the inbox: some seconds of the fastest scanner; more is noise
RETIRE_S = 30.0  # a lane whose configuration changed gets that long to finish its passage


@dataclass(frozen=True, slots=True)
class Item:
    """Something for the inbox. ``answer`` receives the result of a command."""

    kind: str
    values: tuple = ()
    answer: Callable[[str], None] | None = None
    why: tuple[str, str | None] = ("OK", None)


@dataclass
class LaneRunner:
    """Driver of one :class:`Lane`. ``changed`` is called after facts were written."""

    config: LaneConfig
    engine: Engine
    clock: Clock
    barrier: Barrier | None
    readers: list[Reader] = field(default_factory=list)
    changed: Callable[[], None] = lambda: None
    displays: list[Display] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lane = Lane(self.config.settings)
        self.lane.usable = False  # until the barrier answers
        self.last = LastScan()
        self.tally, self.test = Tally(), LaneTest(self)
        self.recent = Recent()
        self._why: tuple[str, str | None] = ("OK", None)  # of the order under way: reason, who
        self.held_by: tuple[str, str | None] = ("OK", None)  # ... that holds the lane open
        self.since = self.clock.now()
        self._inbox: queue.SimpleQueue[Item] = queue.SimpleQueue()
        self._current: Outcome | None = None  # the passage that Record(of_op=True) means
        self._answer: Callable[[str], None] | None = None
        self._retire_at: float | None = None
        self._over = (0.0, 0.0)  # the last end of a passage's time, and when that was noticed

    # ------------------------------------------------------------------ inbox

    def scan(self, text: str) -> None:
        """A reader delivered a text; may be called from any thread."""
        if self._inbox.qsize() >= MOST_WAITING:
            self.tally.lost += 1
            return
        # whose card or face it was ends here
        self._inbox.put(Item("scan", (self.engine.veil(text), self.clock.mono())))

    def signal(self, signal: Signal, count: int) -> None:
        """The barrier reports something; may be called from any thread."""
        self._inbox.put(Item(signal.value, (count,)))

    def command(
        self,
        command: dict,
        answer: Callable[[str], None],
        why: tuple[str, str | None] = ("OK", None),
    ) -> None:
        """A command whose signature, expiry and uniqueness were verified; any thread.

        ``why``: reason and who, for the facts that follow from it.
        """
        self._inbox.put(Item("command", (command,), answer, why))

    @property
    def retiring(self) -> bool:
        """Whether it ends as soon as the lane is idle."""
        return self._retire_at is not None

    def retire(self) -> None:
        """End :meth:`run` as soon as nobody is passing."""
        self._retire_at = self.clock.mono() + RETIRE_S
        self._inbox.put(Item("wake"))

    # ------------------------------------------------------------------- life

    def run(self, stopped: Callable[[], bool]) -> None:
        """Serve the lane until ``stopped()`` or :meth:`retire`; then shut it."""
        started: list[Reader | Barrier | Display] = []
        try:
            for display in self.displays:
                display.start()
                started.append(display)
            for reader in self.readers:
                reader.start(self.scan)
                started.append(reader)
            if self.barrier:
                self.barrier.start(self.signal)
                started.append(self.barrier)
            self._resume()
            while not stopped() and not self._may_retire():
                self.turn(self._wait())
        finally:
            for device in started:
                self._stop(device)
            self._give_up()

    def _stop(self, device: Reader | Barrier | Display) -> None:
        try:
            device.stop()
        except Exception:
            # a driver's mistake must not leave the others on
            _logger.exception("Device of lane %s", self.config.code)

    def _may_retire(self) -> bool:
        if self._retire_at is None:
            return False
        return self.lane.state is State.IDLE or self.clock.mono() >= self._retire_at

    def _wait(self) -> Item | None:
        due = [at for at in (self.lane.deadline, self.test.deadline) if at is not None]
        deadline = min(due, default=None)
        # half a second at most: stopped() is only asked between turns
        left = 0.5 if deadline is None else deadline - self.clock.mono()
        seconds = min(0.5, max(0.005, left))
        try:
            return self._inbox.get(timeout=seconds)
        except queue.Empty:
            return None

    def turn(self, item: Item | None) -> None:
        """Take one item (None: only time went by) and do all that follows from it."""
        before = self.lane.state
        try:
            if item is not None:
                self._carry(self._input(item))
            self._let_time_pass(self.clock.mono())
            self.test.tick(self.clock.mono())
        except Exception:
            # a thread's loop: whatever broke, the next visitor finds a working, shut lane
            _complaints.say(f"Lane {self.config.code} starts anew")
            self._start_anew()
        if self.lane.state is not before:
            self.since = self.clock.now()

    def _let_time_pass(self, now: float) -> None:
        """End what is over, but no passage before all that the barrier saw of it was heard."""
        lane = self.lane
        if not (lane.passage and self._is_behind(lane.deadline, now)):
            self._carry(lane.tick(now))

    def _is_behind(self, deadline: float | None, now: float) -> bool:
        if self.barrier is None or deadline is None or now < deadline:
            return False
        if self._over[0] != deadline:
            self._over = deadline, now  # from now on: a host may have stood still for long
        if now >= self._over[1] + BEHIND_S:
            return False
        return self.barrier.watched_until() < deadline or not self._inbox.empty()

    def _input(self, item: Item) -> list[Effect]:
        lane, now = self.lane, self.clock.mono()
        value: Any = item.values[0] if item.values else None
        if item.kind == "scan":
            if self.test.scan(value):
                return []
            read_at = item.values[1] if len(item.values) > 1 else now
            late = now - read_at > lane.settings.queue_s
            return lane.late(value, now) if late else lane.scan(value, now)
        if item.kind == "command":
            self._why = item.why
            return self._command(value, item.answer, now)
        return self._signal(item.kind, value, now)

    def _signal(self, kind: str, count: int, now: float) -> list[Effect]:
        lane = self.lane
        match kind:
            case Signal.PASSED.value:
                return lane.passed(count, now)
            case Signal.REVERSE.value:
                return lane.reverse(count, now)
            case Signal.TAILGATE.value:
                return lane.tailgate(count, now)
            case Signal.FORCED.value:
                return lane.forced(count, now)
            case Signal.TIMEOUT.value:
                return lane.timeout(now)
            case Signal.BLOCKED.value:
                return lane.blocked(count > 0, now)
            case Signal.EMERGENCY_ON.value | Signal.EMERGENCY_OFF.value:
                return lane.emergency(kind == Signal.EMERGENCY_ON.value, now)
            case Signal.EMERGENCY_UNKNOWN.value:
                return lane.panel_lost()
            case Signal.UP.value | Signal.DOWN.value:
                return lane.available(kind == Signal.UP.value, now)
        return []

    def _command(self, command: dict, answer, now: float) -> list[Effect]:
        if command["action"] in TEST_ACTIONS and command["action"] != "test_open":
            self.test.begin(command, answer, now)
            return []
        self._answer_with("busy")  # to one that never got its answer
        self._answer = answer
        # a test of the barrier is an opening like any other: somebody may walk through
        action = command["action"].removeprefix("test_")
        persons = max(1, int(command.get("n") or 1))
        if action == "admit":
            return self.lane.admit(str(command.get("code") or ""), persons, now)
        if action == "reopen":
            return self._reopen(str(command.get("op") or ""))
        if action == "hold" and self.lane.state is State.IDLE:
            self.held_by = self._why
        hold_s = command.get("hold_s")  # of the lane page; a signed order has no end
        return self.lane.command(action, persons, None if hold_s is None else now + hold_s)

    def _reopen(self, op: str) -> list[Effect]:
        if self.lane.state is not State.IDLE:
            return [Result("busy")]
        passage = self.engine.reopen(op, self.config.code)
        if passage is None:
            return [Result("limit")]
        self._current = passage
        return self.lane.command("reopen", passage.admit)

    # ---------------------------------------------------------------- effects

    def _carry(self, effects: list[Effect]) -> None:
        todo, wrote = deque(effects), False
        while todo:
            effect = todo.popleft()
            wrote |= isinstance(effect, (Decide, Record))
            # what follows from an effect comes before the effects after it
            todo.extendleft(reversed(self._do(effect)))
        if wrote:
            self.changed()

    def _do(self, effect: Effect) -> list[Effect]:
        lane = self.lane
        match effect:
            case Decide():
                return self._decide(effect)
            case Open(persons):
                ack = self._order(lambda barrier: barrier.open(persons))
                return lane.opened(ack, self.clock.mono())
            case Close():
                ack = self._order(lambda barrier: barrier.close())
                return lane.closed(ack, self.clock.mono())
            case Hold():
                return lane.held(self._order(lambda barrier: barrier.hold()))
            case Record():
                self._record(effect)
            case Show():
                self._show(effect)
            case Result(result):
                self._answer_with(result)
        return []

    def _decide(self, effect: Decide) -> list[Effect]:
        if is_over(effect.text, self.clock.now()):
            return self.lane.decided("SAME_SCAN", 0, False, self.clock.mono())
        for device in (self.barrier, *self.readers):
            if device:
                device.deciding(effect.text)
        now, began = self.clock.now(), time.perf_counter()
        outcome = self.engine.scan(self.config.code, effect.text, now, effect.persons, effect.staff)
        self.recent.decided(effect, outcome, now, time.perf_counter() - began)
        self._current = outcome
        self.tally.scan(outcome.reason, outcome.admit > 0, self.clock.mono())
        if effect.staff:
            self._answer_with(outcome.reason.value)
        return self.lane.decided(
            outcome.reason.value, outcome.admit, outcome.op is not None, self.clock.mono()
        )

    def _order(self, order: Callable[[Barrier], Ack]) -> Ack:
        if self.barrier is None:
            return Ack.NOT_SENT
        try:
            return order(self.barrier)
        except Exception:
            # a driver's mistake says nothing about what the door did
            _logger.exception("Barrier of lane %s", self.config.code)
            return Ack.UNKNOWN

    def _record(self, effect: Record) -> None:
        self.engine.record(
            effect.kind,
            self.config.code,
            self.clock.now(),
            of=self._current if effect.of_op else None,
            pax=effect.pax,
            **self._reason_of(effect),
        )

    def _reason_of(self, effect: Record) -> dict:
        # what staff ordered says why and who ordered it
        if effect.kind not in (OPENED, EMERGENCY_OFF):
            return {"reason": effect.reason}
        (reason, code), self._why = self._why, ("OK", None)
        return {"reason": reason, "code": code}

    def _show(self, effect: Show) -> None:
        outcome = self._current
        told = feedback_of(effect, outcome, self.engine.config, self.config)
        self.last = last_scan(told, outcome, self.clock.now())
        self.recent.shown(self.clock.now(), told)
        for device in (self.barrier, *self.readers, *self.displays):
            if device:
                device.show(told)

    def _answer_with(self, result: str) -> None:
        answer, self._answer = self._answer, None
        if answer:
            answer(result)

    # ---------------------------------------------------------------- failure

    def _start_anew(self) -> None:
        before = self.lane
        self._order(lambda barrier: barrier.close())
        self._give_up()
        self.lane = Lane(self.config.settings)
        self.lane.usable = before.usable
        self._resume(before)

    def _resume(self, before: Lane | None = None) -> None:
        if emergency.since(self.engine.store, self.config.code) is not None:
            self.lane.resume_emergency(before)

    def _give_up(self) -> None:
        """End the passage under way as unknown: nobody watches it any more."""
        self._answer_with("unknown")
        self.test.end("unknown")
        try:
            if self.engine.recover(self.clock.now(), self.config.code):
                self.changed()
        except StoreError:
            _logger.exception("Lane %s: the passage under way stays open", self.config.code)
