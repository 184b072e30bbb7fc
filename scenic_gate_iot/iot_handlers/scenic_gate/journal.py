"""The append-only journal of a box: facts in a hash chain, and the local uses they imply.

A reservation must be on disk before the motor moves, so its failure is the caller's to handle. Any
other fact that cannot be written is kept in memory, in order, and written before the next one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from . import exposure, uses
from .entry import Entry, chained, uid_hex, values_of
from .facts import (
    CLOSED,
    ENDINGS,
    FIELDS,
    GIVEN_BACK_UNSEEN,
    LEAVINGS,
    RELEASED,
    RESERVED,
    UNKNOWN,
    genesis,
    of_unknown,
)
from .store import Store, StoreError, put_in

MAX_WAITING = 2000  # refusals kept in memory; a lane at full speed makes about one a second

_INSERT = "INSERT INTO fact VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_FACTS = (
    "SELECT seq, kind, t, lane, zone, uid, gen, pax, op, mode, clock, reason, code, hash FROM fact"
    " WHERE seq > ? ORDER BY seq LIMIT ?"
)
_REOPEN = (
    "INSERT INTO reopen VALUES (?, ?, ?, ?, ?, ?, ?, 0)"
    " ON CONFLICT (op) DO UPDATE SET pax = pax + excluded.pax"
)


def by_rule(entry: Entry, rule: str) -> tuple[Entry, ...]:
    """Return the facts that end a passage as unknown by the rule of its lane."""
    return tuple(replace(entry, kind=k, reason=reason) for k, reason in of_unknown(rule))


class Batch:
    """Facts of one transaction; nothing counts before the transaction is durable."""

    def __init__(self, db, seq: int, head: str, late: tuple[Entry, ...]) -> None:
        self._db, self.seq, self.head, self.late = db, seq, head, late
        self.exposed = 0  # cents, more or less than before

    def add(self, entry: Entry) -> None:
        """Append a fact and change local uses and the passage under way as it says."""
        late, self.late = self.late, ()
        for waiting in late:
            self._add(waiting)
        self._add(entry)

    def _add(self, e: Entry) -> None:
        if e.kind == RESERVED:
            self._end_stale(e)
        self.head = chained(e, self.seq + 1, self.head)["hash"]
        self._db.execute(_INSERT, (*values_of(e, self.seq + 1), bytes.fromhex(self.head)))
        self.seq += 1
        if e.kind == RESERVED:
            self._reserve(e)
        elif e.op and e.kind in ENDINGS:
            self._end(e)
        elif e.uid is not None and e.zone is None and e.kind in LEAVINGS:
            uses.leave(self._db, e.uid, e.t)

    def expose(self, op: str, cents: int, persons: int) -> None:
        """Count the reservation that was added last as let in without the server's knowledge."""
        if cents:
            exposure.add(self._db, op, self.seq, cents, persons)
            self.exposed += cents

    def _reserve(self, e: Entry) -> None:
        uses.reserve(self._db, e.uid, e.zone, e.op, e.pax, e.t, e.lane)
        self._db.execute(
            "INSERT INTO passage VALUES (?, ?, ?, ?, ?, ?)",
            (e.lane, e.op, e.uid, e.gen, e.zone, e.pax),
        )

    def _end_stale(self, e: Entry) -> None:
        # only after a commit whose outcome was in doubt: its passage never opened or never ended
        row = self._db.execute(
            "SELECT op, uid, gen, zone, left FROM passage WHERE lane = ?", (e.lane,)
        ).fetchone()
        if row:
            op, uid, gen, zone, left = row
            self._add(
                replace(e, kind=UNKNOWN, op=op, uid=uid, gen=gen, zone=zone, pax=left, code=None)
            )

    def _end(self, e: Entry) -> None:
        if e.kind == RELEASED:
            uses.give_back(self._db, e.uid, e.zone, e.op, e.pax)
            self.exposed -= exposure.give_back(self._db, e.op, e.pax)
            if e.reason == GIVEN_BACK_UNSEEN:
                # who has the right again needs no door opened by staff
                self._db.execute("DELETE FROM reopen WHERE op = ? AND done = 0", (e.op,))
        elif e.kind in (CLOSED, UNKNOWN):
            self._db.execute(_REOPEN, (e.op, e.lane, e.uid, e.gen, e.zone, e.pax, e.t))
        self._db.execute(
            "UPDATE passage SET left = left - ? WHERE lane = ? AND op = ?", (e.pax, e.lane, e.op)
        )
        self._db.execute("DELETE FROM passage WHERE lane = ? AND left <= 0", (e.lane,))


class Journal:
    """Writer and reader of the facts of one :class:`Store`."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.epoch = store.epoch
        self._refusals: deque[Entry] = deque(maxlen=MAX_WAITING)
        self._late: deque[Entry] = deque()
        self._load_head()

    def _load_head(self) -> None:
        rows = self.store.rows("SELECT seq, hash FROM fact ORDER BY seq DESC LIMIT 1")
        self.seq = rows[0][0] if rows else 0
        self._head = rows[0][1].hex() if rows else self._before_first()
        self.exposed: int = self.store.rows(exposure.TOTAL)[0][0]

    def _before_first(self) -> str:
        return self.store.get("pruned_hash") or genesis(self.epoch)

    # ---------------------------------------------------------------- writing

    @contextmanager
    def batch(self) -> Iterator[Batch]:
        """One durable transaction: read, decide and add facts; all or nothing.

        :raises StoreError: nothing was written, nothing may open
        """
        with self.store.lock:
            late = tuple(self._late)
            try:
                with self.store.transaction() as db:
                    batch = Batch(db, self.seq, self._head, late)
                    yield batch
            except StoreError:
                # a failed commit may have been durable all the same: ask the disk
                with suppress(StoreError):
                    self._load_head()
                raise
            self.seq, self._head = batch.seq, batch.head
            self.exposed += batch.exposed
            if late and not batch.late:
                self._late.clear()

    def record(self, *entries: Entry) -> bool:
        """Write facts that already happened, together; False when they wait for the disk."""
        with self.store.lock:
            self._late.extend(entries)
            return self._drain(())

    def refuse(self, entry: Entry) -> None:
        """Note a refusal; :meth:`flush` writes it with the others."""
        self._refusals.append(entry)

    def flush(self) -> bool:
        """Write everything that waits, in one transaction. False when the disk refuses."""
        with self.store.lock:
            refusals = [self._refusals.popleft() for _ in range(len(self._refusals))]
            done = self._drain(refusals)
            if not done:
                self._refusals.extendleft(reversed(refusals))
            return done

    @property
    def waiting(self) -> int:
        """Facts that are in memory only."""
        return len(self._late) + len(self._refusals)

    def _drain(self, more) -> bool:
        entries = (*self._late, *more)
        if not entries:
            return True
        late, self._late = self._late, deque()
        try:
            with self.batch() as batch:
                for entry in entries:
                    batch.add(entry)
        except StoreError:
            self._late = late
            return False
        return True

    # --------------------------------------------------------------- recovery

    def recover(
        self,
        entry: Entry,
        lane: str | None = None,
        rule_of: Callable[[str], str] = lambda lane: "consumed",
    ) -> int:
        """End as unknown what was under way when the last run stopped (or one lane's thread died).

        ``entry`` gives time, clock and mode of the new facts; ``rule_of`` a lane's rule for them.
        :return: number of passages ended
        """
        rows = self.store.rows(
            "SELECT lane, op, uid, gen, zone, left FROM passage WHERE ? IN (lane, '')"
            " ORDER BY lane",
            (lane or "",),
        )
        for code, op, uid, gen, zone, left in rows:
            of = {"lane": code, "op": op, "uid": uid, "gen": gen, "zone": zone, "pax": left}
            self.record(*by_rule(replace(entry, **of), rule_of(code)))
        return len(rows)

    def take_reopen(self, op: str, lane: str) -> tuple[int, int, str, int] | None:
        """Use up the one re-opening of a passage; ``(uid, gen, zone, pax)`` or None."""
        with self.store.transaction() as db:
            return db.execute(
                "UPDATE reopen SET done = 1 WHERE op = ? AND lane = ? AND done = 0"
                " RETURNING uid, gen, zone, pax",
                (op, lane),
            ).fetchone()

    # ---------------------------------------------------------------- reading

    def facts(self, after: int, limit: int) -> list[dict]:
        """Return facts with ``seq > after`` as they go over the wire, at most ``limit``."""
        with self.store.lock:
            rows = self.store.rows(_FACTS, (after, limit))
            before = self._hash_of(rows[0][0] - 1) if rows else None
        out = []
        for *values, digest in rows:
            fact = dict(zip(FIELDS, values, strict=True))
            fact["uid"] = uid_hex(fact["uid"])
            fact["prev"], fact["hash"] = before, digest.hex()
            before = fact["hash"]
            out.append(fact)
        return out

    def _hash_of(self, seq: int) -> str:
        rows = self.store.rows("SELECT hash FROM fact WHERE seq = ?", (seq,))
        return rows[0][0].hex() if rows else self._before_first()

    def oldest(self) -> int:
        """Return the seq of the oldest fact still here; the next one to come if there is none."""
        return self.store.rows("SELECT min(seq) FROM fact")[0][0] or self.seq + 1

    def last_t(self) -> int:
        """Return the time (ms) of the newest fact that was written with a proven clock."""
        rows = self.store.rows("SELECT t FROM fact WHERE clock = 'ok' ORDER BY seq DESC LIMIT 1")
        return rows[0][0] if rows else 0

    # ------------------------------------------------------------ housekeeping

    def acknowledged(self, acked: int) -> None:
        """Remember up to which fact the server has everything."""
        with self.store.transaction() as db:
            put_in(db, {"acked": acked})
            left = exposure.acknowledged(db, acked)
            self.exposed = left

    def prune(self, acked: int, before: int) -> int:
        """Forget acknowledged facts up to the first that is not older than ``before`` (ms).

        The newest fact stays, and the hash of the last one forgotten: the chain has no hole.
        :return: number of facts forgotten
        """
        with self.store.transaction() as db:
            young = db.execute("SELECT min(seq) FROM fact WHERE t >= ?", (before,)).fetchone()[0]
            last = min(acked, self.seq - 1, self.seq if young is None else young - 1)
            row = db.execute("SELECT hash FROM fact WHERE seq = ?", (last,)).fetchone()
            if row:
                put_in(db, {"pruned_hash": row[0].hex()})
            done = db.execute("DELETE FROM fact WHERE seq <= ?", (last,))
            db.execute("DELETE FROM reopen WHERE t < ?", (before,))
        return done.rowcount
