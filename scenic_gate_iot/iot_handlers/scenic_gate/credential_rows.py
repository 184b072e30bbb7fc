"""The table that leads from the tag of a credential to tickets."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence

from .store import Store

_CHUNK = 400  # tags in one question; SQLite takes 999 values
_MOST = 16  # tickets of one person or card that are looked at


def put(db: sqlite3.Connection, rows: Iterable[tuple[int, Sequence[str]]]) -> None:
    """Note the tags of tickets in the place of those before; in the caller's transaction."""
    rows = list(rows)
    # most boxes read no cards, and their tickets come without tags
    known = any(tags for _uid, tags in rows) or db.execute("SELECT 1 FROM credential LIMIT 1")
    if known is not True and not known.fetchone():
        return
    db.executemany("DELETE FROM credential WHERE uid = ?", [(uid,) for uid, _tags in rows])
    db.executemany(
        "INSERT OR IGNORE INTO credential VALUES (?, ?)",
        [(bytes.fromhex(tag), uid) for uid, tags in rows for tag in tags],
    )


def uids(store: Store, tags: Sequence[bytes]) -> list[int]:
    """Return the tickets that have one of these tags."""
    found: list[int] = []
    for start in range(0, len(tags), _CHUNK):
        part = tuple(tags[start : start + _CHUNK])
        marks = ", ".join("?" * len(part))
        sql = f"SELECT DISTINCT uid FROM credential WHERE tag IN ({marks}) LIMIT {_MOST}"
        found += [uid for (uid,) in store.rows(sql, part)]
    return found[:_MOST]


def prune(store: Store, pause: Callable[[], None]) -> None:
    """Forget the tags of tickets that are gone."""
    gone = "uid NOT IN (SELECT uid FROM ticket)"
    store.sweep(
        f"SELECT tag, uid FROM credential WHERE {gone}",
        (),
        f"DELETE FROM credential WHERE tag = ?1 AND uid = ?2 AND {gone}",
        pause=pause,
    )
