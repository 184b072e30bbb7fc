"""The step between the decision of a lane and its reservation: ask the box that owns the ticket.

The database is locked while this box decides and while it writes, never while it waits. Meanwhile
no other lane of the box decides on the same ticket.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from ..scenic_rules.reading import Reading
from ..scenic_rules.reason import Reason
from ..scenic_rules.views import Decision, refusal
from .claim import Answer, Question
from .claim_rules import told
from .facts import DEGRADED
from .judge import Outcome, entrance_of, outcome
from .scan import CODE, kind_of

if TYPE_CHECKING:
    from .config import LaneConfig
    from .engine import Engine
    from .journal import Batch


@dataclass(frozen=True, slots=True)
class Plan:
    """Whom to ask, in order; nobody = this box decides alone.

    ``owner``: the box that answers for the ticket; ``degraded``: it is out of reach. ``lists``:
    boxes follow these lists, or may have done what is not known here: all of ``targets`` have to
    agree, and this box too where it is one of those who answer (``mine``).
    """

    owner: int = 0
    targets: tuple[int, ...] = ()
    degraded: bool = False
    lists: tuple[str, ...] = ()
    mine: bool = False


class Peers(Protocol):
    """The other boxes of the site, see :class:`lan_desk.LanDesk`."""

    def plan(self, reading: Reading, decision: Decision) -> Plan:
        """Tell whom to ask for this passage."""

    def begin(self, op: str, uid: int) -> None:
        """Note that a passage waits for its answer."""

    def end(self, op: str) -> None:
        """Note that it is decided, and written if it was a yes."""

    def is_busy(self, uid: int) -> bool:
        """Whether a passage with this ticket waits."""

    def wait_for(self, uid: int) -> None:
        """Wait until it does no more, a few budgets at most."""

    def ask(self, plan: Plan, question: Question) -> tuple[Answer | None, bool]:
        """Return the answer, None without one, and whether the owner itself gave it."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What an engine was asked: the arguments of ``Engine.scan``."""

    place: LaneConfig
    text: str
    now: float
    persons: int
    staff: bool


def scan(engine: Engine, asked: Scan) -> Outcome:
    """Decide where other boxes of the site may know more; StoreError: nothing may open."""
    peers, op = engine.peers, engine.new_op()
    for _ in range(2):
        with engine.journal.batch() as batch:
            reading, decision = engine.judge(
                asked.place, asked.text, asked.now, asked.persons, asked.staff
            )
            if not decision.uses:
                return _refused(engine, asked, reading, decision)
            uid = reading.ticket.uid
            waits = peers.is_busy(uid)
            if not waits:
                plan = peers.plan(reading, decision)
                if not plan.targets:
                    return _reserve(engine, batch, asked, reading, decision, op, plan.degraded)
                peers.begin(op, uid)
        if not waits:
            break
        peers.wait_for(uid)
    else:
        return _refused(engine, asked, reading, refusal(Reason.E_FAULT))
    try:
        return _ask(engine, asked, reading, decision, op, plan)
    finally:
        peers.end(op)


def _ask(
    engine: Engine, asked: Scan, reading: Reading, decision: Decision, op: str, plan: Plan
) -> Outcome:
    place = asked.place
    question = Question(
        op, reading.ticket, place.zone, entrance_of(place, reading), place.code, decision.uses,
        asked.now, asked.persons > 0,
    )  # fmt: skip
    answer, by_owner = engine.peers.ask(plan, question)
    if answer is not None and not answer.persons:
        return _refused(
            engine, asked, reading, told(answer.reason, answer.first_t, answer.first_lane)
        )
    most = answer.persons if answer else decision.uses
    with engine.journal.batch() as batch:
        # while this box waited it may have heard of a use, a refund, another configuration
        reading = engine.look_again(reading)
        live = reading.live or kind_of(asked.text) != CODE
        decision = engine.weigh(place, reading, asked.now, asked.persons, asked.staff, live)
        if not decision.uses:
            return _refused(engine, asked, reading, decision)
        if decision.uses > most:
            rest = None if decision.rest is None else decision.rest + decision.uses - most
            decision = replace(decision, admit=most, uses=most, rest=rest)
        return _reserve(engine, batch, asked, reading, decision, op, plan.degraded or not by_owner)


def _reserve(
    engine: Engine, batch: Batch, asked: Scan, reading: Reading, decision: Decision, op: str,
    degraded: bool,
) -> Outcome:  # fmt: skip
    entry = engine.reservation(asked.place, decision, reading, op, asked.now)
    batch.add(replace(entry, mode=DEGRADED) if degraded else entry)
    # the owner vouches for a listed ticket; nobody on site can for one that may be forged
    if degraded or not reading.ticket.listed:
        cents = engine.at_risk(reading.ticket, decision.uses, asked.now)
        batch.expose(op, cents, decision.uses)
    return outcome(decision, reading, asked.place.zone, op)


def _refused(engine: Engine, asked: Scan, reading: Reading, decision: Decision) -> Outcome:
    place = asked.place
    return engine.turn_away(place.code, place.zone, decision, reading, asked.text, asked.now)
