"""The asking side of a claim: whom to ask for a ticket, and how long to wait for the answer.

The database is never touched while ``_lock`` is held.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from ..scenic_rules.reading import Reading
from ..scenic_rules.views import Decision
from . import lan_wire as wire
from .claim import NOT_MINE, Answer, Owner, Question, ask_body
from .claim_rules import rank
from .claiming import Plan
from .engine import Engine
from .lan_config import LanConfig

ALIVE_S = 3.0  # a box that was not heard for so long is not asked
OWNER_SHARE = 0.6  # of the budget, where somebody else can be asked afterwards


class Line:
    """Where a passage waits for its answers. One for each question, kept by the thread that asks.

    This one is told by another thread; see ``udp.OwnLine`` for one that hears for itself.
    """

    def __init__(self, send: Callable[[int, bytes], None]) -> None:
        self.send = send
        self._told = threading.Event()

    def wait(self, seconds: float) -> None:
        """Wait until :meth:`tell`, or a little longer than nothing; at most so long."""
        if self._told.wait(seconds):
            self._told.clear()

    def tell(self) -> None:
        """Say that there is an answer; from any thread."""
        self._told.set()

    def close(self) -> None:
        """End the question."""


@dataclass
class Pending:
    """A question under way."""

    question: Question
    owner: int
    line: Line
    targets: list[int] = field(default_factory=list)
    answers: dict[int, Answer] = field(default_factory=dict)

    def verdict(self) -> tuple[Answer | None, bool]:
        """Return what the answers so far mean, and whether the owner said so."""
        useful = {box: a for box, a in self.answers.items() if a.reason != NOT_MINE}
        for box, answer in useful.items():
            if not answer.persons:
                return answer, box == self.owner
        if self.owner in useful:
            return useful[self.owner], True
        return next(iter(useful.values()), None), False


class Asking:
    """Asks other boxes for passages of this one. ``send(box, datagram)`` may lose what it gets."""

    def __init__(
        self, engine: Engine, mono: Callable[[], float], send: Callable[..., None]
    ) -> None:
        self.engine, self.mono, self.send = engine, mono, send
        self.config: LanConfig | None = None
        self.owner = Owner(engine)
        self.counts: Counter[str] = Counter()
        self.open_line: Callable[[], Line] = lambda: Line(self.send)
        self._lock = threading.Lock()
        self._ended = threading.Condition(self._lock)
        self._heard: dict[int, tuple[float, float | None]] = {}  # box: mono, Unix
        self._waiting: dict[str, int] = {}  # passage: ticket
        self._pending: dict[str, Pending] = {}

    def _sealed(self, box: int, kind: int, body: bytes) -> bytes | None:
        raise NotImplementedError

    def alive(self, box: int) -> bool:
        """Whether a box was heard lately."""
        heard = self._heard.get(box)
        return heard is not None and self.mono() - heard[0] < ALIVE_S

    def plan(self, reading: Reading, decision: Decision) -> Plan:
        """Tell whom to ask for this passage."""
        config, ticket = self.config, reading.ticket
        if config is None or (decision.rest is None and reading.rule and reading.rule.plain):
            return Plan()  # what is not limited cannot be used twice
        order = rank(ticket.uid, config.boxes, ticket.entrances)
        before = order[: order.index(config.box)] if config.box in order else order
        targets = tuple(box for box in before if self.alive(box))
        return Plan(order[0], targets, order[0] != config.box and order[0] not in targets)

    def begin(self, op: str, uid: int) -> None:
        """Note that a passage waits for its answer."""
        with self._lock:
            self._waiting[op] = uid

    def end(self, op: str) -> None:
        """Note that it is decided, and written if it was a yes."""
        with self._ended:
            self._waiting.pop(op, None)
            self._ended.notify_all()

    def _under_way(self) -> frozenset[str]:
        with self._lock:
            return frozenset(self._waiting)

    def is_busy(self, uid: int) -> bool:
        """Whether a passage with this ticket waits."""
        return uid in list(self._waiting.values())

    def wait_for(self, uid: int) -> None:
        """Wait until it does no more, a few budgets at most."""
        budget = self.config.budget_s if self.config else 0.0
        with self._ended:
            self._ended.wait_for(lambda: not self.is_busy(uid), 4 * budget + 0.1)

    def ask(self, plan: Plan, question: Question) -> tuple[Answer | None, bool]:
        """Return the answer, None without one in time, and whether the owner itself gave it."""
        pending = Pending(question, plan.owner, self.open_line())
        self.counts["asked"] += 1
        with self._lock:
            self._pending[question.op] = pending
        try:
            self._ask_each(pending, plan.targets, self.mono())
        finally:
            with self._lock:
                del self._pending[question.op]
            pending.line.close()
        answer, by_owner = pending.verdict()
        if answer is not None and not answer.persons:
            self.counts["refused"] += 1
        else:
            self.counts["granted" if by_owner else "degraded"] += 1
        return answer, by_owner

    def _ask_each(self, pending: Pending, targets: tuple[int, ...], start: float) -> None:
        until = start
        for box, seconds in _slots(targets, pending.owner, self.config.budget_s):
            begun, until = until, until + seconds
            pending.targets.append(box)
            datagram = self._question(pending, box)
            # once more after half of the time: the same datagram, so that it counts once. From the
            # common port: a firewall may let answers through to that one only
            for end, send in (((begun + until) / 2, pending.line.send), (until, self.send)):
                if datagram and not pending.answers.get(box):
                    send(box, datagram)
                self._await(pending, box, end)
            if pending.verdict()[0] is not None:
                return

    def _await(self, pending: Pending, box: int, end: float) -> None:
        while box not in pending.answers and (left := end - self.mono()) > 0:
            pending.line.wait(left)

    def _question(self, pending: Pending, box: int) -> bytes | None:
        try:
            body = wire.to_body(ask_body(self.engine, pending.question, pending.owner))
        except ValueError:
            return None  # a ticket with dozens of zones: nobody can be asked
        return self._sealed(box, wire.ASK, body)


def _slots(targets: tuple[int, ...], owner: int, budget: float) -> list[tuple[int, float]]:
    """Share the time between those who are asked; the owner gets the most of it."""
    if len(targets) < 2 or targets[0] != owner:
        return [(box, budget / len(targets)) for box in targets]
    rest = budget * (1 - OWNER_SHARE) / (len(targets) - 1)
    return [(owner, budget * OWNER_SHARE), *((box, rest) for box in targets[1:])]
