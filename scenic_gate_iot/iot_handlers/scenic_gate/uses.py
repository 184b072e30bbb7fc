"""What a box knows of the past of a ticket: its own passages, and what the server adds.

One row for each reservation, so that one which is given back leaves no trace in the moments and
days of the others, whatever happened in between.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import tzinfo

from ..scenic_rules.site_time import day_at
from ..scenic_rules.views import History, ZoneUse
from ..scenic_rules.wire import TicketRow
from .store import Store

FOLD_ABOVE = 16  # passages of a ticket in a zone that are kept one by one
_LONGEST_DAY_MS = 25 * 3600 * 1000

_RESERVE = "INSERT INTO use VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?5, ?6)"
_GIVE_BACK = "UPDATE use SET used = used - ? WHERE uid = ? AND zone = ? AND op = ?"
_OWN = (
    "SELECT zone, used, first_t, first_lane, last_t, last_lane FROM use WHERE uid = ?"
    " ORDER BY zone, first_t"
)
_MANY = (
    "SELECT uid, zone FROM use WHERE last_t < ? GROUP BY uid, zone HAVING count(*) > ?"
    " ORDER BY uid, zone"
)
_OLD = (
    "SELECT op, used, first_t, first_lane, last_t, last_lane FROM use"
    " WHERE uid = ? AND zone = ? AND last_t < ? ORDER BY first_t"
)

_NEVER_USED = History()


@dataclass(frozen=True, slots=True)
class Own:
    """Local uses of one ticket in one zone, without those given back; times in ms.

    ``day_used`` of them are of the site's day ``last_day``.
    """

    used: int = 0
    first_t: int = 0
    first_lane: str = ""
    last_t: int = 0
    last_lane: str = ""
    last_day: int = -1
    day_used: int = 0


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
    return {zone: _own(rows, tz) for zone, rows in zones.items()}


def _own(rows: list[tuple], tz: tzinfo) -> Own:
    """Add up the rows of one zone, in the order of their first passage."""
    _used, first_t, first_lane, _last_t, _last_lane = rows[0]
    last_t, last_lane = max((row[3], row[4]) for row in rows)
    last_day = day_at(last_t / 1000, tz)
    day_used = sum(
        row[0]
        for row in rows
        # most are far too old to be of that day; telling a day costs
        if last_t - row[3] < _LONGEST_DAY_MS and day_at(row[3] / 1000, tz) == last_day
    )
    return Own(
        sum(row[0] for row in rows), first_t, first_lane, last_t, last_lane, last_day, day_used
    )


def history(
    store: Store, row: TicketRow | None, uid: int, zone: str, tz: tzinfo, with_exit: bool
) -> History:
    """What is known of a ticket at a gate into ``zone``; ``with_exit``: also when it left."""
    own = own_uses(store, uid, tz)
    out_t = _out_t(store, row, uid) if with_exit else None
    if not own and not (row and (row.elsewhere or row.uses)):
        return _NEVER_USED if out_t is None else History(out_t=out_t)
    here = _merged(own.get(zone), row, zone)
    names = {*own, *(row.elsewhere if row else ()), *(row.uses if row else ())} - {zone}
    others = tuple((name, _merged(own.get(name), row, name)) for name in sorted(names))
    mine = own.get(zone, Own())
    first, last = mine.first_t / 1000, mine.last_t / 1000
    return History(
        used=here.used,
        first_t=here.first_t,
        first_lane=mine.first_lane if here.first_t == first else "",
        last_t=here.last_t,
        last_lane=mine.last_lane if here.last_t == last else "",
        last_day=here.last_day,
        day_used=here.day_used,
        others=tuple(item for item in others if item[1].used > 0),
        out_t=out_t,
    )


def _merged(own: Own | None, row: TicketRow | None, zone: str) -> ZoneUse:
    """Add what the server knows of other places to the box's own uses in one zone."""
    there = (row.uses.get(zone) if row else None) or ZoneUse()
    elsewhere = row.elsewhere.get(zone, there.used) if row else 0
    used = elsewhere + (own.used if own else 0)
    if used <= 0:
        return ZoneUse(used)
    if own is None:
        return ZoneUse(used, there.first_t, there.last_t, there.last_day, there.day_used)
    last_day = max(own.last_day, there.last_day)
    return ZoneUse(
        used,
        _of(min, own.first_t / 1000, there.first_t),
        _of(max, own.last_t / 1000, there.last_t),
        last_day,
        sum(part.day_used for part in (own, there) if part.last_day == last_day),
    )


def _of(choose, mine: float, other: float | None) -> float:
    return mine if other is None else choose(mine, other)


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
