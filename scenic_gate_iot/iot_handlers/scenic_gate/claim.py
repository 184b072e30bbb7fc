"""One right, one entry: which box answers for a ticket, what is asked, and how the owner answers.

Pure but for the store: messages come and go as dictionaries, ``lan.py`` carries them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from ..scenic_rules.passage import decide
from ..scenic_rules.reason import Reason
from ..scenic_rules.views import GateView, TicketView, ticket_from_row
from ..scenic_rules.wire import TicketRow, ticket_from_wire, ticket_to_wire
from . import peer_uses, uses

if TYPE_CHECKING:
    from .engine import Engine

OWN_S = 2 * 86400  # an asking box tells its own uses of that time
OWN_MOST = 6  # and at most that many: they have to fit into the datagram
NOT_MINE = "NOT_MINE"  # the owner follows another list of boxes

_OP = re.compile(r"[0-9a-f]{32}\Z")
_OWN = (
    "SELECT op, zone, used, first_t, first_lane FROM use"
    " WHERE uid = ? AND op != '' AND first_t >= ? ORDER BY first_t DESC LIMIT ?"
)


class Question(NamedTuple):
    """What a box asks for: ``persons`` of a ticket to pass a lane into ``zone`` at ``t``.

    ``counted``: an attendant counted them; fewer are not what was asked for.
    """

    op: str
    ticket: TicketView
    zone: str
    entrance: int
    lane: str
    persons: int
    t: float
    counted: bool = False
    hand: Mapping | None = None  # of a handheld that asked this box: its words


def ask_body(engine: Engine, question: Question, owner: int, lists: tuple[str, ...] = ()) -> dict:
    """Write a question as it goes over the wire, with the own uses of the ticket."""
    q = question
    known = {"by": owner} | ({"w": list(lists)} if lists else {})
    if q.hand is not None:
        return {**q.hand, **known}
    since = int((q.t - OWN_S) * 1000)
    with engine.store.lock:
        head = engine.journal.seq
        rows = engine.store.rows(_OWN, (q.ticket.uid, since, OWN_MOST + 1))
    if len(rows) > OWN_MOST:
        rows = rows[:OWN_MOST]
        since = rows[-1][3]
    return {
        "op": q.op,
        "k": ticket_to_wire(TicketRow(q.ticket)),
        "z": q.zone,
        "e": q.entrance,
        "l": q.lane,
        "n": q.persons,
        "t": round(q.t, 3),
        "c": int(q.counted),
        **known,
        "ep": engine.store.epoch,
        "h": head,
        "s": since,
        "own": [list(row) for row in rows],
    }


def read_ask(body: dict, site: int) -> tuple[Question, dict]:
    """Read a question; anything wrong with it is a ValueError, TypeError or KeyError."""
    op, lane, zone = body["op"], body["l"], body["z"]
    if not (isinstance(op, str) and _OP.match(op) and isinstance(lane, str)):
        raise ValueError("op or lane")
    if not isinstance(zone, str):
        raise ValueError("zone")
    ticket = ticket_from_wire(body["k"], site, listed=False).ticket
    own = [(str(use[0]), str(use[1]), int(use[2]), int(use[3]), str(use[4])) for use in body["own"]]
    told = {
        "uid": ticket.uid,
        "epoch": str(body["ep"]),
        "head": int(body["h"]),
        "since": int(body["s"]),
        "uses": own,
    }
    question = Question(
        op, ticket, zone, int(body["e"]), lane, int(body["n"]), float(body["t"]), bool(body["c"])
    )
    if not (1 <= question.persons <= 255 and 0 <= question.entrance < 16):
        raise ValueError("persons or entrance")
    return question, told


class Answer(NamedTuple):
    """``persons`` may pass (0 = none, ``reason`` says why); with a use the first one is told.

    ``sure``: whoever says so knows all that the boxes which it hears have done.
    """

    reason: str
    persons: int = 0
    first_t: float | None = None
    first_lane: str = ""
    sure: bool = True

    def body(self, op: str) -> dict:
        """Write it as it goes over the wire."""
        told = {"op": op, "r": self.reason, "n": self.persons, "t": self.first_t,
                "l": self.first_lane}  # fmt: skip
        return told if self.sure else told | {"u": 1}

    @staticmethod
    def read(body: dict) -> tuple[str, Answer]:
        """Read an answer and the passage it is about; ValueError, TypeError or KeyError."""
        first = body["t"]
        answer = Answer(
            str(body["r"]),
            int(body["n"]),
            None if first is None else float(first),
            str(body["l"]),
            not body.get("u"),
        )
        return str(body["op"]), answer


class Owner:
    """Answers questions of other boxes; a yes is on disk before it is said."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def answer(
        self,
        box: int,
        run: bytes,
        number: int,
        body: dict,
        objection: Callable[[TicketView, int], str] = lambda *_: "",
    ) -> tuple[str, Answer]:
        """Answer box ``box``; StoreError or a bad body leave nothing behind.

        ``run``, ``number`` identify the question; ``objection(ticket, by)``: the reason why this
        box does not even look, ``by`` being the owner as who asks sees it.
        """
        engine = self.engine
        question, told = read_ask(body, engine.config.site)
        with engine.store.transaction() as db:
            before = peer_uses.granted(db, question.op, box, question.ticket.uid)
            if before:
                return question.op, Answer(Reason.OK.value, before)
            if reason := objection(question.ticket, int(body["by"])):
                return question.op, Answer(reason)
            if run == peer_uses.HAND and number <= peer_uses.seen_of(
                engine.store, box, told["epoch"]
            ):
                return question.op, Answer(NOT_MINE)  # it comes late: that passage has ended
            peer_uses.take_own(db, box, told["epoch"], run, number, told)
            answer = self.decide(question)
            if answer.persons:
                use = (
                    question.ticket.uid, question.zone, answer.persons,
                    int(question.t * 1000), question.lane,
                )  # fmt: skip
                peer_uses.claim(db, question.op, box, told["epoch"], run, number, use)
        return question.op, answer

    def decide(self, q: Question) -> Answer:
        """Tell what this box knows of a passage, and note nothing."""
        engine = self.engine
        row = engine.row_of(q.ticket.uid)
        ticket = ticket_from_row(row.ticket, q.ticket.gen) if row else engine.with_news(q.ticket)
        rule = engine.config.rules.get(ticket.product)
        with_exit = rule is not None and rule.passback
        past = uses.history(engine.store, row, ticket.uid, q.zone, engine.config.tz, with_exit)
        # the asking box has settled what can be seen at the lane: document, group, live code
        gate = GateView.at(
            q.t, engine.config.tz, site=engine.config.site, zone=q.zone, entrance=q.entrance,
            lane=q.lane, staff=True,
        )  # fmt: skip
        decision = decide(ticket, rule, past, gate, q.t, q.persons, True)
        if not (decision.uses or q.counted):
            # part of a group is inside already: the rest may follow
            decision = decide(ticket, rule, past, gate, q.t, 0, True)
        if decision.uses:
            return Answer(Reason.OK.value, min(decision.uses, q.persons))
        first = decision.first_use_t, decision.first_use_lane
        if not (first[0] and first[1]):
            first = peer_uses.first_use(engine.store, ticket.uid, q.zone) or first
        return Answer(decision.reason.value, 0, *first)
