"""A drill: one lane of this box is cut off from the server and meets test tickets.

Everything is real: decision, journal, barrier, write-back. Only the scans come from here, and the
tickets are of a product and a key that no gate knows except during the drill. The server sends them
in a signed reply and grades what arrives afterwards; the box does not know what is expected.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from ..scenic_rules import wire
from .config import ConfigError, parse
from .lane import State
from .store import StoreError

if TYPE_CHECKING:
    from .box import GateBox

_logger = logging.getLogger(__name__)

CUT_S, ANSWER_S, PASSAGE_S = 40.0, 10.0, 90.0
MAX_STEPS = 20
CUT_TEXT = "cut off for a drill"


class Drills:
    """Runs at most one drill at a time, each drill once."""

    def __init__(self, box: GateBox) -> None:
        self._box = box
        self._package: Mapping = {}
        self._run: dict = {}

    def offered(self, package: object) -> None:
        """Take what a signed reply announces: the drill that waits, or nothing."""
        good = isinstance(package, Mapping) and isinstance(package.get("uid"), str)
        self._package = package if good else {}

    def told(self) -> dict:
        """Return the report of the last drill, for the status."""
        return self._run or self._box.store.get("drill", {})

    def step(self) -> None:
        """Run the drill that waits, if its moment has come; takes a minute."""
        package, box = self._package, self._box
        if not package or package["uid"] == box.store.get("drill", {}).get("uid"):
            return
        now, quiet_s = box.clock.now(), float(package.get("quiet_s") or 0)
        runner = box.runners.get(package.get("lane"))
        if now > float(package.get("expires") or 0) or runner is None or not runner.lane.usable:
            return
        lines = runner.recent.lines
        if runner.lane.state is not State.IDLE or (lines and now - lines[0]["t"] < quiet_s):
            return
        # once, whatever happens in the middle
        self._run = {"uid": package["uid"], "state": "running", "began": now}
        box.store.put(drill=self._run)
        try:
            self._carry_out(package, runner)
        except (ConfigError, StoreError, wire.WireError, KeyError, TypeError, ValueError) as err:
            self._run |= {"state": "broken", "error": f"{type(err).__name__}: {err}"[:200]}
        finally:
            self._restore()
        self._run |= {"ended": box.clock.now(), "last": box.engine.journal.seq}
        box.store.put(drill=self._run)
        box.wake.set()

    def _carry_out(self, package: Mapping, runner) -> None:
        box, run = self._box, self._run
        box.sync.cut = CUT_TEXT
        box.wake.set()
        if not self._wait(lambda: box.sync.error == CUT_TEXT, CUT_S):
            raise ValueError("the server could not be cut off")
        config = box.engine.config
        rule = wire.rule_from_wire(package["rule"])
        box.engine.configure(
            replace(
                config,
                certificates=(*config.certificates, bytes.fromhex(package["certificate"])),
                rules={**config.rules, rule.product: rule},
            )
        )
        box.engine.snapshot.apply(package["tickets"], box.store.get("cursor", 0))
        box.engine.journal.flush()
        run |= {"epoch": box.store.epoch, "first": box.engine.journal.seq, "steps": []}
        for step in list(package["steps"])[:MAX_STEPS]:
            run["steps"].append(self._scan(runner, str(step["name"]), str(step["text"])))
        box.engine.journal.flush()
        run |= {"state": "done"}

    def _scan(self, runner, name: str, text: str) -> dict:
        """Let the lane meet one ticket, and wait until it is shut again."""
        idle = self._wait(lambda: runner.lane.state is State.IDLE, PASSAGE_S)
        runner.scan(text)
        answered = self._wait(lambda: self._answer(runner, text) is not None, ANSWER_S)
        shut = self._wait(lambda: runner.lane.state is State.IDLE, PASSAGE_S)
        reason, took = self._answer(runner, text) or ("", 0.0)
        return {
            "name": name,
            "reason": reason,
            "ms": round(took * 1000, 1),
            "shut": bool(idle and answered and shut),
        }

    @staticmethod
    def _answer(runner, text: str) -> tuple[str, float] | None:
        found = [(reason, took) for seen, reason, _uid, took in list(runner.recent.decisions)
                 if seen == text]  # fmt: skip
        return found[-1] if found else None

    def _wait(self, condition, seconds: float) -> bool:
        deadline = self._box.clock.mono() + seconds
        while not condition():
            if self._box.clock.mono() > deadline or self._box.stopping.wait(0.02):
                return False
        return True

    def _restore(self) -> None:
        """Forget the test tickets and their key, and talk to the server again."""
        box = self._box
        uids = [(int(item["u"], 16),) for item in self._package.get("tickets") or ()]
        try:
            with box.store.transaction() as db:
                db.executemany("DELETE FROM ticket WHERE uid = ?", uids)
            data = box.store.get("config")
            if data is not None:
                box.engine.configure(parse(data))
        except (StoreError, ConfigError):
            _logger.exception("Scenic drill: the configuration comes with the next restart")
        box.sync.cut = ""
