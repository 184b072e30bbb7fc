"""Boxes tell each other what was used and what became void, also while the server is away.

Each box says now and then how far it knows the journal of every box (a digest). Whoever knows more
sends the difference, in order and without holes, so that any datagram may be lost or come twice.
Facts of third boxes are told on: a box that comes late learns from any other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from . import lan_wire, peer_uses
from .engine import Engine
from .facts import CLOSED, PASSED, RELEASED, RESERVED
from .store import put_in

TELL_S = 3 * 86400  # facts of others are kept that long to be told on
TELL_FACTS = 150_000  # of the own journal, some days; no clock decides what a box may hear
BATCH = 40  # datagrams in answer to one digest: at most that much work at once
ROWS = 8  # facts in one datagram
NEWS_ROWS = 20
JOURNALS = 24  # of others that one digest names; the next digest names the next ones
KNOWN = 512  # journals of others that are told of at all, the liveliest
WHOLE = 2**63 - 1  # second half of a place in the feed: everything up to that change is known

Heads = Mapping[tuple[int, str], int]

_STATES = ("valid", "held", "blocked", "void", "superseded")
_EPOCH = re.compile(r"[0-9a-f]{16}\Z")
_OP = re.compile(r"[0-9a-f]{32}\Z")
_KINDS = (RESERVED, RELEASED, PASSED, CLOSED)
# test tickets of a drill (those of key 0xFFFF) are the business of their lane alone
_OWN = (
    "SELECT seq, kind, t, lane, zone, uid, pax, op FROM fact WHERE seq > ?"
    " AND uid IS NOT NULL AND uid >> 32 <> 65535 AND (kind IN ('reserved', 'released')"
    " OR (kind IN ('passed', 'closed') AND zone IS NULL AND op IS NULL)) ORDER BY seq LIMIT ?"
)
_OTHERS = (
    "SELECT seq, kind, t, lane, zone, uid, pax, op FROM peer_fact"
    " WHERE box = ? AND epoch = ? AND seq > ? ORDER BY seq LIMIT ?"
)
_NEWS = (
    "SELECT uid, gen, state, no FROM state_news WHERE (no, uid) > (?, ?) ORDER BY no, uid LIMIT ?"
)
_PUT_NEWS = "INSERT OR REPLACE INTO state_news VALUES (?, ?, ?, ?, ?)"
_RESTATE = "UPDATE ticket SET state = ?, gen = ? WHERE uid = ? AND gen <= ?"


@dataclass(frozen=True, slots=True)
class Digest:
    """How far a box knows each journal and the server's feed, and what it is asking for now.

    ``feed``: (number of a change, ticket): what one page of the feed brought has one number.
    ``is_part``: more journals are known than it names.
    """

    heads: dict[tuple[int, str], int]
    feed: tuple[int, int]
    busy: frozenset[str]
    is_part: bool = False

    def named(self, box: int, number: int) -> list[list]:
        """Return the heads that ``box`` is told: the own one, its own newest, some of the rest.

        A box whose journal were not named would tell all of it, each time.
        """
        own, *others = [[of, epoch, seq] for (of, epoch), seq in self.heads.items()]
        theirs = next(([head] for head in others if head[0] == box), [])
        rest = [head for head in others if head not in theirs]
        room = JOURNALS - len(theirs)
        if len(rest) > room:
            begin = number * room % len(rest)
            rest = (rest[begin:] + rest[:begin])[:room]
        return [own, *theirs, *rest]

    def body(self, number: int, name: str = "", box: int = 0) -> bytes:
        """Write it as it goes to ``box``, with as many journals as fit.

        ``name``: of the list of boxes that this box follows.
        """
        told = {
            "l": name,
            "j": len(self.heads),
            "v": self.named(box, number),
            "c": list(self.feed),
            "b": sorted(self.busy)[:8],
            "m": len(self.busy),
            "n": number,
        }
        while True:
            try:
                return lan_wire.to_body(told)
            except ValueError:
                if len(told["v"]) < 2:
                    raise
                told["v"].pop()

    @staticmethod
    def read(body: dict) -> Digest:
        """Read one; ValueError, TypeError or KeyError for anything else."""
        heads = {(int(box), epoch_of(epoch)): int(seq) for box, epoch, seq in body["v"]}
        busy = frozenset(str(op) for op in body["b"])
        # a list that was cut says nothing about what is not on it
        complete = len(busy) == int(body["m"])
        known = busy if complete else frozenset({"*"})
        # versions before 19.0.1.4.0 do not say how many there are
        is_part = len(heads) < int(body.get("j", 0)) or ("j" not in body and len(heads) > JOURNALS)
        return Digest(heads, _place(body["c"]), known, is_part)


def epoch_of(text: object) -> str:
    """Return the name of a journal; ValueError for anything else."""
    if not isinstance(text, str) or not _EPOCH.match(text):
        raise ValueError("epoch")
    return text


def _place(pair: object) -> tuple[int, int]:
    number, uid = pair
    return int(number), int(uid)


class Gossip:
    """The gossip of one box. ``busy()`` gives the passages it is asking owners for."""

    def __init__(self, engine: Engine, busy: Callable[[], frozenset[str]]) -> None:
        self.engine, self._busy = engine, busy
        self.box = 0  # number of this box
        self._digests: dict[int, tuple[bytes, int, Digest]] = {}  # last of each box, for its claims

    # ------------------------------------------------------------------- tell

    def digest(self) -> Digest:
        """Say how far this box knows everything."""
        store = self.engine.store
        # first what is under way, then the head: what ends in between is in the journal
        busy = self._busy()
        with store.lock:
            heads = {(self.box, store.epoch): self.engine.journal.seq}
            heads |= peer_uses.seen(store, KNOWN)
            feed = self.feed()
        return Digest(heads, feed, busy)

    def feed(self) -> tuple[int, int]:
        """How far this box knows the server's feed, itself or by hearsay."""
        store = self.engine.store
        return max((int(store.get("cursor", 0)), WHOLE), _place(store.get("news_at", (0, 0))))

    def difference(self, theirs: Digest, known: Heads | None = None) -> Iterator[tuple[int, dict]]:
        """Give (kind, body) of the datagrams that tell a box what it does not know.

        ``known``: how far this box knows the journals of others, where that was looked up.
        """
        left = BATCH
        known = peer_uses.seen(self.engine.store) if known is None else known
        own = (self.box, self.engine.store.epoch)
        for (box, epoch), head in [(own, self.engine.journal.seq), *known.items()]:
            if theirs.is_part and (box, epoch) not in theirs.heads and (box, epoch) != own:
                continue  # it may know all of it, and names it another time
            after = theirs.heads.get((box, epoch), 0)
            while after < head and left:
                rows = self._facts(box, epoch, after, head)
                upto = rows[-1][0] if len(rows) == ROWS else max(head, rows[-1][0] if rows else 0)
                yield lan_wire.FACTS, {"b": box, "e": epoch, "a": after, "u": upto, "f": rows}
                after, left = upto, left - 1
        at, known = theirs.feed, self.feed()
        while at < known and left:
            rows = self.engine.store.rows(_NEWS, (*at, NEWS_ROWS))
            upto = (rows[-1][3], rows[-1][0]) if len(rows) == NEWS_ROWS else known
            told = [[f"{uid:016x}", gen, state, no] for uid, gen, state, no in rows]
            yield lan_wire.NEWS, {"a": at, "u": upto, "s": told}
            at, left = upto, left - 1

    def _facts(self, box: int, epoch: str, after: int, head: int) -> list[list]:
        store = self.engine.store
        if (box, epoch) == (self.box, store.epoch):
            rows = store.rows(_OWN, (max(after, head - TELL_FACTS), ROWS))
        else:
            rows = store.rows(_OTHERS, (box, epoch, after, ROWS))
        return [[*row[:5], f"{row[5]:016x}", *row[6:]] for row in rows]

    # ------------------------------------------------------------------- hear

    def knows_less(self, theirs: Digest, known: Heads | None = None) -> bool:
        """Whether the other box knows something that this one does not."""
        known = peer_uses.seen(self.engine.store) if known is None else known
        own = (self.box, self.engine.store.epoch)
        return theirs.feed > self.feed() or any(
            seq > known.get(key, 0) for key, seq in theirs.heads.items() if key != own
        )

    def hear_facts(self, body: dict) -> bool:
        """Take over facts; False when others before them are missing."""
        box, epoch = int(body["b"]), epoch_of(body["e"])
        after, upto = int(body["a"]), int(body["u"])
        rows = [_fact(row) for row in body["f"]]
        if not 0 <= after < upto or any(not after < row[0] <= upto for row in rows):
            raise ValueError("facts out of their range")
        if (box, epoch) == (self.box, self.engine.store.epoch):
            return True  # nobody tells this box what it did itself
        with self.engine.store.transaction() as db:
            done = peer_uses.apply(db, box, epoch, after, upto, rows)
        self._end_claims(box)
        return done

    def hear_news(self, body: dict, now: float) -> None:
        """Take over states of tickets that are newer than what the server told this box."""
        after, upto = _place(body["a"]), _place(body["u"])
        rows = [_news(row) for row in body["s"]]
        with self.engine.store.transaction() as db:
            mine = self.feed()
            if not after <= mine < upto:
                return
            for uid, gen, state, no in rows:
                if (no, uid) > mine:
                    db.execute(_PUT_NEWS, (uid, gen, state, no, int(now * 1000)))
                    db.execute(_RESTATE, (state, gen, uid, gen))
            put_in(db, {"news_at": upto})

    def hear_digest(self, box: int, run: bytes, number: int, theirs: Digest) -> None:
        """Note what a box is asking for; claims that it never used end once its facts are known."""
        self._digests[box] = (run, number, theirs)
        self._end_claims(box)

    def last_digest(self, box: int) -> Digest | None:
        """Return what a box said last."""
        return self._digests[box][2] if box in self._digests else None

    def behind(self, box: int) -> int:
        """How many facts of its own a box has told of that are not known here."""
        theirs = self.last_digest(box)
        known = peer_uses.seen(self.engine.store)
        heads = theirs.heads.items() if theirs else ()
        return sum(max(0, seq - known.get(key, 0)) for key, seq in heads if key[0] == box)

    def _end_claims(self, box: int) -> None:
        if box not in self._digests or not peer_uses.open_claims(self.engine.store, box):
            return
        run, number, theirs = self._digests[box]
        known = peer_uses.seen(self.engine.store)
        own = [(key, seq) for key, seq in theirs.heads.items() if key[0] == box]
        if "*" in theirs.busy or any(known.get(key, 0) < seq for key, seq in own):
            return
        with self.engine.store.transaction() as db:
            peer_uses.end_claims(db, box, run, number, theirs.busy)


def _fact(row: list) -> tuple:
    seq, kind, t, lane, zone, uid, pax, op = row
    if kind not in _KINDS or not isinstance(lane, str) or not 0 <= int(pax) <= 65_535:
        raise ValueError("fact")
    named = isinstance(zone, str) and isinstance(op, str) and _OP.match(op)
    if kind in (RESERVED, RELEASED) and not named:
        raise ValueError("zone or op")
    return int(seq), kind, int(t), lane[:64], zone, int(uid, 16), int(pax), op


def _news(row: list) -> tuple:
    uid, gen, state, no = row
    if state not in _STATES:
        raise ValueError("state")
    return int(uid, 16), int(gen), state, int(no)
