"""A drill: one lane of this box is cut off and meets test tickets; the other lanes go on.

Everything is real: decision, journal, barrier, write-back. Only the scans come from here, and the
tickets are of a key and products that no other lane and no gate ever knows. The server sends them
in a signed reply and grades what arrives afterwards; the box does not know what is expected.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..scenic_rules import wire
from .config import ConfigError
from .drill_lane import RUNNING, CutLane, forget, left_behind, open_aside, write_back
from .lane import State
from .store import StoreError

if TYPE_CHECKING:
    from .box import GateBox
    from .engine import Engine
    from .runner import LaneRunner

_logger = logging.getLogger(__name__)

ANSWER_S, PASSAGE_S = 10.0, 90.0
MAX_STEPS, TRIES = 20, 3
KID = 0xFFFF  # of test tickets
DONE, BROKEN, INTERRUPTED, WAITING = "done", "broken", "interrupted", "waiting"
_BROKEN = (ConfigError, StoreError, wire.WireError, KeyError, TypeError, ValueError)
# older handlers put test tickets beside the others
_OLD_TICKETS = "DELETE FROM ticket WHERE uid >> 32 = ?"


class Interrupted(Exception):
    """Something more important came to the lane; the drill says nothing about it."""


class Drills:
    """Runs at most one drill at a time, each drill once."""

    def __init__(self, box: GateBox) -> None:
        self._box = box
        self._package: Mapping = {}
        self._run: dict = {}
        self._aside: Engine | None = None
        self._how: dict = {}  # how it ended, until that is written
        self._waits: dict = {}

    @property
    def lane(self) -> str:
        """Code of the lane that is cut off now, "" when none is."""
        return self._run.get("lane", "") if self._run.get("state") == RUNNING else ""

    def offered(self, package: object) -> None:
        """Take what a signed reply announces: the drill that waits, or nothing."""
        good = isinstance(package, Mapping) and isinstance(package.get("uid"), str)
        self._package = package if good else {}

    def told(self) -> dict:
        """Return the report of the last drill, or why the next one waits, for the status."""
        return self._waits or self._run or self._box.store.get("drill", {})

    def step(self) -> None:
        """Run the drill that waits, if its moment has come; takes a minute."""
        package, box = self._package, self._box
        self._waits = {}
        if not self._is_over() or not package:
            return
        if package["uid"] == box.store.get("drill", {}).get("uid"):
            return
        if box.clock.now() > float(package.get("expires") or 0):
            return
        why = self._hindrance(package)
        if why:
            self._waits = {"uid": package["uid"], "state": WAITING, "why": why}
            return
        run = {
            "uid": package["uid"],
            "state": RUNNING,
            "began": box.clock.now(),
            "cut": "lane",
            "lane": package["lane"],
            "steps": [],
        }
        self._how = {}
        box.store.put(drill=run)  # once, whatever happens in the middle
        self._run = run
        box.wake.set()
        self._how = self._outcome_of(package, box.runners[package["lane"]])
        self._finish(self._how)

    def _hindrance(self, package: Mapping) -> str:
        """Tell why the drill cannot begin now, "" when it can."""
        box = self._box
        runner = box.runners.get(package.get("lane"))
        if runner is None or not runner.lane.usable or box.care.paused.is_set():
            return "lane"
        if runner.lane.state is not State.IDLE or runner.test.waiting:
            return runner.lane.state.value
        lines = runner.recent.lines
        quiet_s = float(package.get("quiet_s") or 0)
        return "visitors" if lines and box.clock.now() - lines[0]["t"] < quiet_s else ""

    # ------------------------------------------------------------- under way

    def _outcome_of(self, package: Mapping, runner: LaneRunner) -> dict:
        """Carry a drill out and return how it ended."""
        try:
            self._carry_out(package, runner)
        except Interrupted as why:
            return {"state": INTERRUPTED, "why": str(why)}
        except _BROKEN as err:
            return {"state": BROKEN, "error": f"{type(err).__name__}: {err}"[:200]}
        finally:
            runner.engine = self._box.engine
        return {"state": DONE}

    def _carry_out(self, package: Mapping, runner: LaneRunner) -> None:
        box = self._box
        steps = [(str(step["name"]), str(step["text"])) for step in self._steps(package)]
        texts = {text for _name, text in steps}
        self._aside = open_aside(box.engine, box.home, package, secrets.token_hex)
        runner.engine = CutLane(box.engine, self._aside, texts)
        try:
            for name, text in steps:
                self._run["steps"].append(self._show(runner, name, text))
        finally:
            runner.recent.forget(texts)

    @staticmethod
    def _steps(package: Mapping) -> list[Mapping]:
        return [*package["steps"], *(package.get("more_steps") or ())][:MAX_STEPS]

    def _show(self, runner: LaneRunner, name: str, text: str) -> dict:
        """Let the lane meet one ticket, and wait until it is shut again."""
        answer = None
        for _ in range(TRIES):
            if not self._wait(runner, lambda: runner.lane.state is State.IDLE, PASSAGE_S):
                raise Interrupted("busy")
            others = self._others(runner, text)
            if not self._answer(runner, text):
                runner.scan(text)
            self._wait(runner, lambda: self._answer(runner, text), ANSWER_S)
            answer = self._answer(runner, text)
            # a visitor was faster: the lane looks at one ticket at a time
            if answer or self._others(runner, text) == others:
                break
        shut = self._wait(runner, lambda: runner.lane.state is State.IDLE, PASSAGE_S)
        self._aside.journal.flush()
        reason, took = answer or ("", 0.0)
        return {"name": name, "reason": reason, "ms": round(took * 1000, 1), "shut": shut}

    @staticmethod
    def _answer(runner: LaneRunner, text: str) -> tuple[str, float] | None:
        found = [(reason, took) for seen, reason, _uid, took in list(runner.recent.decisions)
                 if seen == text]  # fmt: skip
        return found[-1] if found else None

    @staticmethod
    def _others(runner: LaneRunner, text: str) -> list:
        return [seen for seen in list(runner.recent.decisions) if seen[0] != text]

    def _wait(self, runner: LaneRunner, condition, seconds: float) -> bool:
        """Wait for a condition; False after ``seconds``.

        :raises Interrupted: the lane is needed for something else, or gone
        """
        deadline = self._box.clock.mono() + seconds
        while not condition():
            self._look_out(runner)
            if self._box.clock.mono() > deadline:
                return False
            self._box.stopping.wait(0.02)
        self._look_out(runner)
        return True

    def _look_out(self, runner: LaneRunner) -> None:
        box, state = self._box, runner.lane.state
        if state in (State.EMERGENCY, State.HELD):
            raise Interrupted(state.value)
        if box.stopping.is_set() or box.care.paused.is_set():
            raise Interrupted("stopped")
        if box.runners.get(runner.config.code) is not runner:
            raise Interrupted("lane")

    # ------------------------------------------------------------------- end

    def _finish(self, how: dict) -> None:
        """Write back what the lane did alone, and forget the tickets and their key."""
        box = self._box
        report = self._run | how | {"ended": box.clock.now()}
        if self._aside is None:
            forget(box.home)  # it may have failed half made
            seq = box.engine.journal.seq
            report |= {"epoch": box.store.epoch, "first": seq, "last": seq}
            box.store.put(drill=report)
        else:
            report = write_back(box.engine, self._aside, box.clock, report)
            self._aside.store.close()
            self._aside = None
            forget(box.home)
        self._run = report
        box.wake.set()

    def _is_over(self) -> bool:
        """End what a power cut or a full disk kept from ending; False while that is not done."""
        box = self._box
        try:
            known = box.store.get("drill", {})
            if RUNNING in (known.get("state"), self._run.get("state")):
                self._run = self._run or known
                if self._aside is None:
                    self._aside = left_behind(box.engine, box.home, secrets.token_hex)
                    with box.store.transaction() as db:
                        db.execute(_OLD_TICKETS, (KID,))
                self._finish(self._how or {"state": INTERRUPTED, "why": "power"})
        except StoreError:
            _logger.exception("Scenic drill: its facts are written back later")
            return False
        return True

    def recover(self) -> None:
        """At the start: end a drill that a power cut interrupted, and forget its tickets."""
        if self._is_over():
            forget(self._box.home)
