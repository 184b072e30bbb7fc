"""The asking side of a claim: whom to ask for a ticket, and how long to wait for the answer.

The database is never touched while ``_lock`` is held.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from ..scenic_rules.reading import Reading
from ..scenic_rules.reason import Reason
from ..scenic_rules.views import Decision
from . import lan_wire as wire
from . import peer_uses
from .claim import NOT_MINE, Answer, Owner, Question, ask_body
from .claim_rules import in_order, rank
from .claiming import Plan
from .engine import Engine
from .lan_config import LanConfig
from .lan_views import Views

ALIVE_S = 3.0  # a box that was not heard for so long is not asked
OWNER_SHARE = 0.6  # of the budget, where somebody else can be asked afterwards
HAND_S = 60.0  # how long a handheld may take to tell of a passage, after which it is cut off
MOST_ASKED = 6  # where all have to agree: more cannot be asked in the time there is


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
    plan: Plan
    line: Line
    targets: list[int] = field(default_factory=list)
    answers: dict[int, Answer] = field(default_factory=dict)

    def verdict(self) -> tuple[Answer | None, bool]:
        """Return what the answers so far mean, and whether those who have to said so."""
        owner, lists = self.plan.owner, self.plan.lists
        useful = {box: a for box, a in self.answers.items() if a.reason != NOT_MINE}
        for box, answer in useful.items():
            if not answer.persons:
                return answer, box == owner
        if lists and useful:
            agreed = all(box in useful and useful[box].sure for box in self.plan.targets)
            return min(useful.values(), key=lambda answer: answer.persons), agreed
        if owner in useful:
            return useful[owner], useful[owner].sure
        return next(iter(useful.values()), None), False

    def ended(self) -> bool:
        """Tell whether nobody else has to be asked."""
        answer, sure = self.verdict()
        return answer is not None and (sure or not answer.persons or not self.plan.lists)


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
        self._waiting: dict[str, tuple[int, str]] = {}  # passage: ticket, list of boxes
        self._links: dict[int, wire.Link] = {}
        self.views = Views()
        self._pending: dict[str, Pending] = {}

    def now(self) -> float:
        """Return Unix seconds."""
        raise NotImplementedError

    def _sealed(self, box: int, kind: int, body: bytes) -> bytes | None:
        raise NotImplementedError

    def alive(self, box: int) -> bool:
        """Whether a box was heard lately."""
        heard = self._heard.get(box)
        return heard is not None and self.mono() - heard[0] < ALIVE_S

    def plan(self, reading: Reading, decision: Decision) -> Plan:
        """Tell whom to ask for this passage."""
        ticket = reading.ticket
        if self.config is None or (decision.rest is None and reading.rule and reading.rule.plain):
            return Plan()  # what is not limited cannot be used twice
        return self.route(ticket.uid, ticket.entrances)

    def route(self, uid: int, mask: int, by_hand: bool = False) -> Plan:
        """Tell whom to ask for a ticket; ``by_hand``: in the name of a handheld."""
        config = self.config
        order = rank(uid, config.boxes, mask)
        with self._lock:
            alive = {box for box in self._links if self.alive(box)}
            settled = self.views.settled(alive)
            if by_hand:
                alive = {box for box in alive if not self.views.is_old(box)}
            if not settled:
                return self._joint(uid, mask, order, alive)
        before = order[: order.index(config.box)] if config.box in order else order
        targets = tuple(box for box in before if box in alive)
        return Plan(order[0], targets, order[0] != config.box and order[0] not in targets)

    def _joint(self, uid: int, mask: int, order: list[int], alive: set[int]) -> Plan:
        """Ask who answers by each list that is in use; who answers asks those it knows little of.

        All ask in the same order, so that of two passages one comes first somewhere.
        """
        me, views = self.config.box, self.views
        names, asked, degraded = views.in_use(alive), set(), False
        for name in names:
            theirs = rank(uid, views.lists[name], mask) if name in views.lists else [0]
            first = next((box for box in theirs if box == me or box in alive), 0)
            degraded |= not first or first != theirs[0]
            asked.add(first)
        if me in asked:
            asked |= views.unsure(alive) & set(order)
        targets = tuple(box for box in in_order(uid, asked - {0, me}))
        degraded |= len(targets) > MOST_ASKED
        return Plan(order[0], targets[:MOST_ASKED], degraded, tuple(names), me in asked)

    def owners(self, uid: int, mask: int) -> set[int]:
        """Return who owns a ticket by the lists that are in use."""
        with self._lock:
            names = self.views.in_use({box for box in self._links if self.alive(box)})
            known = [self.views.lists[name] for name in names if name in self.views.lists]
        return {rank(uid, boxes, mask)[0] for boxes in known}

    @property
    def is_settled(self) -> bool:
        """Whether all that are heard follow one list, and hide nothing from this box."""
        return self._is_sure([self.views.mine])

    def _is_sure(self, lists: list[str]) -> bool:
        """Tell whether this box vouches for its yes to a question by these lists."""
        with self._lock:
            alive = {box for box in self._links if self.alive(box)}
            self.views.settled(alive)
            return not self.views.unsure(alive) and set(self.views.in_use(alive)) <= set(lists)

    def _followed(self) -> str:
        """Return the list to be told to others: an older one as long as passages go by it."""
        with self._lock:
            older = {name for _uid, name in self._waiting.values()} - {self.views.mine}
            if older or self.views.oldest == self.views.mine:
                return min(older, default=self.views.mine)
            since = int((self.now() - HAND_S) * 1000)
        # whoever owns the ticket now has not heard what handhelds were granted here
        waits = peer_uses.hands_wait(self.engine.store, since)
        return self.views.oldest if waits else self.views.mine

    def _forget_who_left(self) -> None:
        with self._lock:
            known = {peer.box for peer in self.config.peers} if self.config else set()
            for box in [box for box in self._links if box not in known and not self.alive(box)]:
                del self._links[box], self._heard[box]
                self.views.lost(box)

    def rivalry(self, uid: int, box: int = 0) -> str:
        """Return why ``box`` gets no yes to a ticket that this box is letting in just now."""
        if self.is_busy(uid) and in_order(uid, (box, self.config.box))[0] != box:
            return Reason.E_USED.value
        return ""

    def begin(self, op: str, uid: int) -> None:
        """Note that a passage waits for its answer."""
        with self._lock:
            self._waiting[op] = uid, self.views.mine

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
        return any(uid == waiting for waiting, _name in list(self._waiting.values()))

    def wait_for(self, uid: int) -> None:
        """Wait until it does no more, a few budgets at most."""
        budget = self.config.budget_s if self.config else 0.0
        with self._ended:
            self._ended.wait_for(lambda: not self.is_busy(uid), 4 * budget + 0.1)

    def ask(self, plan: Plan, question: Question) -> tuple[Answer | None, bool]:
        """Return the answer, None without one in time, and whether the owner itself gave it."""
        pending = Pending(question, plan, self.open_line())
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
        for box, seconds in _slots(targets, pending.plan, self.config.budget_s):
            begun, until = until, until + seconds
            pending.targets.append(box)
            datagram = self._question(pending, box)
            # once more after half of the time: the same datagram, so that it counts once. From the
            # common port: a firewall may let answers through to that one only
            for end, send in (((begun + until) / 2, pending.line.send), (until, self.send)):
                if datagram and not pending.answers.get(box):
                    send(box, datagram)
                self._await(pending, box, end)
            if pending.ended():
                return

    def _await(self, pending: Pending, box: int, end: float) -> None:
        while box not in pending.answers and (left := end - self.mono()) > 0:
            pending.line.wait(left)

    def _question(self, pending: Pending, box: int) -> bytes | None:
        try:
            plan = pending.plan
            by = box if plan.lists else plan.owner  # so that boxes of older versions answer too
            body = wire.to_body(ask_body(self.engine, pending.question, by, plan.lists))
        except ValueError:
            return None  # a ticket with dozens of zones: nobody can be asked
        return self._sealed(box, wire.ASK, body)


def _slots(targets: tuple[int, ...], plan: Plan, budget: float) -> list[tuple[int, float]]:
    """Share the time between those who are asked; the owner gets the most of it."""
    owner = plan.owner
    if len(targets) < 2 or targets[0] != owner or plan.lists:
        return [(box, budget / len(targets)) for box in targets]
    rest = budget * (1 - OWNER_SHARE) / (len(targets) - 1)
    return [(owner, budget * OWNER_SHARE), *((box, rest) for box in targets[1:])]
