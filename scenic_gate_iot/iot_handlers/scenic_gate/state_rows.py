"""What the feed says for other boxes too: states of tickets, and whose uses it counts."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from ..scenic_rules.views import STATE_VALID
from . import peer_uses

_NEWS = (
    "INSERT INTO state_news VALUES (?1, ?2, ?3, ?4, 0) ON CONFLICT (uid) DO UPDATE"
    " SET gen = excluded.gen, state = excluded.state, no = excluded.no"
)
_KNOWN = "UPDATE state_news SET gen = ?2, state = ?3, no = ?4 WHERE uid = ?1"


def put(db: sqlite3.Connection, rows: Sequence[tuple[int, dict]], no: int) -> None:
    """Note (ticket, row of the wire) of the feed up to change ``no``, in a transaction."""
    news = db.execute("SELECT 1 FROM state_news LIMIT 1").fetchone()
    listed = db.execute("SELECT 1 FROM listed_use LIMIT 1").fetchone()
    for uid, item in rows:
        values = (uid, item["g"], item["st"], no)
        if item["st"] != STATE_VALID or item["g"]:
            db.execute(_NEWS, values)
        elif news:
            db.execute(_KNOWN, values)
        journals = item.get("w")
        if isinstance(journals, dict) and journals:
            peer_uses.list_uses(db, uid, journals)
        elif listed:
            db.execute("DELETE FROM listed_use WHERE uid = ?", (uid,))
