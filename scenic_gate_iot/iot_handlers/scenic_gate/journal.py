"""The append-only journal of a box: facts in a hash chain, and the local uses they imply.

A reservation must be on disk before the motor moves, so its failure is the caller's to handle. Any
other fact that cannot be written is kept in memory, in order, and written before the next one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from . import exposure
from .batch import Batch, by_rule
from .entry import Entry, fitting, uid_hex
from .facts import FIELDS, RELEASED, RESERVED, genesis
from .store import Store, StoreError, put_in

__all__ = ["Batch", "Entry", "Journal", "by_rule"]

NOT_WRITTEN = "E_STORE"
MAX_WAITING = 2000  # refusals kept in memory; a lane at full speed makes about one a second

_FACTS = (
    "SELECT seq, kind, t, lane, zone, uid, gen, pax, op, mode, clock, reason, code, hash FROM fact"
    " WHERE seq > ? ORDER BY seq LIMIT ?"
)


class Journal:
    """Writer and reader of the facts of one :class:`Store`."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.epoch = store.epoch
        self._refusals: deque[Entry] = deque(maxlen=MAX_WAITING)
        self._late: deque[Entry] = deque()
        self._doubt: Batch | None = None  # failed, and nobody knows whether it was written
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
            self._settle_doubt()
            late, batch = tuple(self._late), None
            try:
                with self.store.transaction() as db:
                    batch = Batch(db, self.seq, self._head, late)
                    yield batch
            except StoreError:
                self._doubt = batch if batch and (batch.entries or batch.carried) else None
                with suppress(StoreError):
                    self._settle_doubt()
                raise
            self.seq, self._head = batch.seq, batch.head
            self.exposed += batch.exposed
            if late and not batch.late:
                self._late.clear()

    def _settle_doubt(self) -> None:
        """Ask the disk about the batch that failed last: the commit may have been durable.

        What was written is not written again. A reservation among it has opened nothing: whoever
        asked for it was told of a failure.
        """
        batch = self._doubt
        if batch is None:
            return
        self._load_head()
        self._doubt = None
        batch.written = (self.seq, self._head) == (batch.seq, batch.head)
        if not batch.written:
            return
        known = set(map(id, batch.entries))
        for waiting in (self._late, self._refusals):
            for _ in range(len(waiting)):  # lanes add to it meanwhile
                entry = waiting.popleft()
                if id(entry) not in known:
                    waiting.append(entry)
        self._late.extend(
            replace(entry, kind=RELEASED, reason=NOT_WRITTEN, code=None)
            for entry in batch.entries
            if entry.kind == RESERVED
        )

    def record(self, *entries: Entry) -> bool:
        """Write facts that already happened, together; False when they wait for the disk."""
        with self.store.lock:
            self._late.extend(map(fitting, entries))
            return self._drain(())

    def refuse(self, entry: Entry) -> None:
        """Note a refusal; :meth:`flush` writes it with the others."""
        self._refusals.append(fitting(entry))

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
        if not (self._late or more):
            return True
        batch = None
        try:
            with self.batch() as batch:
                batch.add_late()
                for entry in more:
                    batch.add(entry)
        except StoreError:
            return batch is not None and batch.written
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
        :raises StoreError: what is known of them is not written yet
        """
        if not self._drain(()):
            # what waits may end these passages: with the next reservation of the lane
            raise StoreError("The facts of the passages under way wait for the disk.")
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

    def prune(self, acked: int, before: int, most: int = 1 << 62) -> int:
        """Forget acknowledged facts up to the first that is not older than ``before`` (ms).

        The newest fact stays, and the hash of the last one forgotten: the chain has no hole.
        ``most``: at a time, for a day has many and scans wait meanwhile.
        :return: number of facts forgotten
        """
        with self.store.transaction() as db:
            young = db.execute("SELECT min(seq) FROM fact WHERE t >= ?", (before,)).fetchone()[0]
            last = min(acked, self.seq - 1, self.seq if young is None else young - 1)
            last = min(last, self.oldest() - 1 + most)
            row = db.execute("SELECT hash FROM fact WHERE seq = ?", (last,)).fetchone()
            if row:
                put_in(db, {"pruned_hash": row[0].hex()})
            done = db.execute("DELETE FROM fact WHERE seq <= ?", (last,))
            db.execute("DELETE FROM reopen WHERE t < ?", (before,))
        return done.rowcount
