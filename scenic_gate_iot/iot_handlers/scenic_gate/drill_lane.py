"""One lane during its drill: test tickets are decided as if the server and all peers were gone.

They have an engine of their own, with a database file of its own: a journal, uses and tickets that
the other lanes do not know. Everything else that happens at the lane, visitors above all, goes the
way it always goes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from ..scenic_rules import wire
from .clock import Clock
from .engine import Engine
from .entry import Entry
from .facts import ENDINGS
from .judge import Outcome
from .store import Store, StoreError, put_in

_logger = logging.getLogger(__name__)

RUNNING = "running"
FILE = "drill.db"
_ALL = 100_000  # more facts than any drill has
_SUFFIXES = ("", "-wal", "-shm")


class CutLane:
    """Stands before the engine of the box, for one lane; the other lanes do not see it.

    ``aside``: the engine of the test tickets; ``texts``: their codes.
    """

    def __init__(self, engine: Engine, aside: Engine, texts: Iterable[str]) -> None:
        self.engine, self.aside = engine, aside
        self._texts, self._ops = frozenset(texts), set()

    def __getattr__(self, name: str):
        return getattr(self.engine, name)

    def scan(
        self, lane: str, text: str, now: float, persons: int = 0, staff: bool = False
    ) -> Outcome:
        """Decide: on a test ticket alone, on any other as always."""
        if text not in self._texts:
            return self.engine.scan(lane, text, now, persons, staff)
        outcome = self.aside.scan(lane, text, now, persons, staff)
        if outcome.op:
            self._ops.add(outcome.op)
        return outcome

    def record(self, kind: str, lane: str, now: float, of: Outcome | None = None, **values) -> bool:
        """Write what happened, to the journal in which its passage began."""
        if of is None or of.op not in self._ops:
            return self.engine.record(kind, lane, now, of, **values)
        if kind in ENDINGS:
            return self.aside.record(kind, lane, now, of, **values)
        # who walks behind a test ticket is no part of the drill
        return self.engine.record(kind, lane, now, **values)

    def recover(self, now: float, lane: str | None = None) -> int:
        """End the passages under way as unknown, visitors' and the drill's."""
        return self.engine.recover(now, lane) + self.aside.recover(now, lane)


def open_aside(engine: Engine, home: Path, package: Mapping, random_hex: Callable) -> Engine:
    """Return an engine that has been without the server for long and knows the test tickets.

    Keys, rules and lanes are those of the box, and those of the drill with them.
    """
    forget(home)
    aside = Engine(Store(home / FILE, random_hex), engine.new_op)
    rules = [wire.rule_from_wire(item) for item in package.get("rules") or [package["rule"]]]
    config = engine.config
    aside.configure(
        replace(
            config,
            certificates=(*config.certificates, bytes.fromhex(package["certificate"])),
            rules={**config.rules, **{rule.product: rule for rule in rules}},
        )
    )
    aside.trusted, aside.online, aside.contact = engine.trusted, False, 0.0
    aside.snapshot.apply(package["tickets"], 0)
    return aside


def write_back(engine: Engine, aside: Engine, clock: Clock, report: dict) -> dict:
    """Give what a drill wrote to the journal of the box, together with its report; once.

    The report says where the facts stand. They are a piece of the chain without a gap, since they
    come in one transaction. They use nothing there: a test ticket means nothing to the box.

    :raises StoreError: nothing was written, try again
    """
    store = engine.store
    known = store.get("drill", {})
    if known.get("state") != RUNNING:
        return known  # the disk failed after it was written
    aside.recover(clock.now())
    if not aside.journal.flush():
        raise StoreError("The facts of the drill wait for the disk.")
    facts = aside.journal.facts(0, _ALL)
    with engine.journal.batch() as batch:
        batch.add_late()
        report = report | {"epoch": store.epoch, "first": batch.seq}
        for fact in facts:
            batch.carry(_entry(fact))
        report |= {"last": batch.seq}
        # the newest fact is no longer the latest: the clock must not start from it
        floor = max(store.get("floor", 0.0), clock.proven())
        put_in(store.db, {"drill": report, "floor": floor})
    return report


def _entry(fact: dict) -> Entry:
    values = {name: fact[name] for name in Entry.__dataclass_fields__}
    return Entry(**values | {"uid": None if fact["uid"] is None else int(fact["uid"], 16)})


def left_behind(engine: Engine, home: Path, random_hex: Callable) -> Engine | None:
    """Return the engine of a drill that a power cut ended, None when there is nothing of it.

    :raises StoreError: it cannot be read now
    """
    path = home / FILE
    if not path.exists():
        return None
    try:
        return Engine(Store(path, random_hex), engine.new_op)
    except StoreError as err:
        if not err.damaged:
            raise
        # nobody's right is in it; it is kept for people to look at
        _logger.exception("What was left of a drill is damaged and put aside")
        for suffix in _SUFFIXES:
            old = path.with_name(FILE + suffix)
            if old.exists():
                old.replace(old.with_name("damaged-" + old.name))
        return None


def forget(home: Path) -> None:
    """Remove the database of a drill."""
    for suffix in _SUFFIXES:
        (home / (FILE + suffix)).unlink(missing_ok=True)
