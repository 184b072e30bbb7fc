"""Facts of one transaction of the journal, and what they mean for uses and passages."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from . import emergency, exposure, uses
from .entry import Entry, chained, values_of
from .facts import (
    CLOSED,
    EMERGENCIES,
    ENDINGS,
    GIVEN_BACK_UNSEEN,
    LEAVINGS,
    RELEASED,
    RESERVED,
    UNKNOWN,
    of_unknown,
)

_INSERT = "INSERT INTO fact VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_REOPEN = (
    "INSERT INTO reopen VALUES (?, ?, ?, ?, ?, ?, ?, 0)"
    " ON CONFLICT (op) DO UPDATE SET pax = pax + excluded.pax"
)


def by_rule(entry: Entry, rule: str) -> tuple[Entry, ...]:
    """Return the facts that end a passage as unknown by the rule of its lane."""
    return tuple(replace(entry, kind=k, reason=reason) for k, reason in of_unknown(rule))


class Batch:
    """Facts of one transaction; nothing counts before the transaction is durable."""

    def __init__(
        self, db: sqlite3.Connection, seq: int, head: str, late: tuple[Entry, ...]
    ) -> None:
        self._db, self.seq, self.head, self.late = db, seq, head, late
        self.exposed = 0  # cents, more or less than before
        self.entries: list[Entry] = []
        self.written = False
        self.carried = 0  # facts that were counted elsewhere

    def carry(self, entry: Entry) -> None:
        """Append a fact of another journal of this box: it uses no right and ends nothing here."""
        self.carried += 1
        self._chain(entry)

    def add(self, entry: Entry) -> None:
        """Append a fact and change local uses and the passage under way as it says."""
        self.add_late()
        self._note(entry)

    def add_late(self) -> None:
        """Append the facts that have been waiting for the disk."""
        late, self.late = self.late, ()
        for waiting in late:
            self._note(waiting)

    def _note(self, entry: Entry) -> None:
        self.entries.append(entry)
        self._add(entry)

    def _add(self, e: Entry) -> None:
        if e.kind == RESERVED:
            self._end_stale(e)
        self._chain(e)
        if e.kind == RESERVED:
            self._reserve(e)
        elif e.op and e.kind in ENDINGS:
            self._end(e)
        elif e.uid is not None and e.zone is None and e.kind in LEAVINGS:
            uses.leave(self._db, e.uid, e.t)
        elif e.kind in EMERGENCIES:
            emergency.note(self._db, e.lane, e.kind, e.t)

    def _chain(self, e: Entry) -> None:
        self.head = chained(e, self.seq + 1, self.head)["hash"]
        self._db.execute(_INSERT, (*values_of(e, self.seq + 1), bytes.fromhex(self.head)))
        self.seq += 1

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
