"""What a box knows of the past of a ticket: its own passages, and what peers and server add.

One row for each reservation, so that one which is given back leaves no trace in the moments and
days of the others, whatever happened in between.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import tzinfo

from ..scenic_rules.views import History
from ..scenic_rules.wire import TicketRow
from .past import Own, history_of, own_of
from .store import Store

FOLD_ABOVE = 16  # passages of a ticket in a zone that are kept one by one

_RESERVE = "INSERT INTO use VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?5, ?6)"
_GIVE_BACK = "UPDATE use SET used = used - ? WHERE uid = ? AND zone = ? AND op = ?"
# those of other boxes that the server's number does not contain count like own ones
_OWN = (
    "SELECT zone, used, first_t, first_lane, last_t, last_lane FROM use WHERE uid = ?1"
    " UNION ALL SELECT p.zone, p.used, p.t, p.lane, p.t, p.lane FROM peer_use p"
    " LEFT JOIN listed_use l ON l.uid = p.uid AND l.box = p.box AND l.epoch = p.epoch"
    " WHERE p.uid = ?1 AND p.used > 0 AND (p.seq IS NULL OR l.seq IS NULL OR p.seq > l.seq)"
    " ORDER BY 1, 3"
)
_MANY = (
    "SELECT uid, zone FROM use WHERE last_t < ? GROUP BY uid, zone HAVING count(*) > ?"
    " ORDER BY uid, zone"
)
_OLD = (
    "SELECT op, used, first_t, first_lane, last_t, last_lane FROM use"
    " WHERE uid = ? AND zone = ? AND last_t < ? ORDER BY first_t"
)


def reserve(
    db: sqlite3.Connection, uid: int, zone: str, op: str, persons: int, t: int, lane: str
) -> None:
    """Count a reservation."""
    db.execute(_RESERVE, (uid, zone, op, persons, t, lane))


def give_back(db: sqlite3.Connection, uid: int, zone: str, op: str, persons: int) -> None:
    """Count persons of a reservation as not passed."""
    if not db.execute(_GIVE_BACK, (persons, uid, zone, op)).rowcount:
        # the passage was begun by a version that added all of them up
        db.execute(_GIVE_BACK, (persons, uid, zone, ""))
    db.execute("DELETE FROM use WHERE uid = ? AND zone = ? AND used <= 0", (uid, zone))


def leave(db: sqlite3.Connection, uid: int, t: int) -> None:
    """Note that the holder of a ticket went out at ``t`` (ms)."""
    db.execute(
        "INSERT INTO exit VALUES (?, ?) ON CONFLICT (uid) DO UPDATE SET t = max(t, excluded.t)",
        (uid, t),
    )


def own_uses(store: Store, uid: int, tz: tzinfo) -> dict[str, Own]:
    """Local uses of a ticket by zone."""
    zones: dict[str, list[tuple]] = {}
    for zone, *row in store.rows(_OWN, (uid,)):
        zones.setdefault(zone, []).append(tuple(row))
    return {zone: own_of(rows, tz) for zone, rows in zones.items()}


def history(
    store: Store, row: TicketRow | None, uid: int, zone: str, tz: tzinfo, with_exit: bool
) -> History:
    """What is known of a ticket at a gate into ``zone``; ``with_exit``: also when it left."""
    out_t = _out_t(store, row, uid) if with_exit else None
    return history_of(own_uses(store, uid, tz), row, zone, out_t)


def _out_t(store: Store, row: TicketRow | None, uid: int) -> float | None:
    known: list[float] = [
        t / 1000 for (t,) in store.rows("SELECT t FROM exit WHERE uid = ?", (uid,))
    ]
    if row and row.out_t is not None:
        known.append(row.out_t)
    return max(known, default=None)


def fold(store: Store, before: int) -> int:
    """Add up passages older than ``before`` (ms) of tickets with many: a year pass stays quick.

    One short transaction for each ticket: scans go on meanwhile.
    :return: number of tickets and zones that were folded
    """
    many = store.aside(_MANY, (before, FOLD_ABOVE))
    for uid, zone in many:
        with store.transaction() as db:
            _fold(db, uid, zone, db.execute(_OLD, (uid, zone, before)).fetchall())
    return len(many)


def _fold(db: sqlite3.Connection, uid: int, zone: str, rows: Iterable[tuple]) -> None:
    rows = list(rows)
    if not rows:
        return
    last_t, last_lane = max((row[4], row[5]) for row in rows)
    db.executemany(
        "DELETE FROM use WHERE uid = ? AND zone = ? AND op = ?", [(uid, zone, r[0]) for r in rows]
    )
    used = sum(row[1] for row in rows)
    db.execute(
        "INSERT INTO use VALUES (?, ?, '', ?, ?, ?, ?, ?)",
        (uid, zone, used, rows[0][2], rows[0][3], last_t, last_lane),
    )
