"""An emergency outlasts a restart: only staff ends it, never a power cut.

Noted beside the facts, in their transaction: facts are forgotten after some weeks, and to look for
the last one among hundreds of thousands would hold up the other lanes.
"""

from __future__ import annotations

import sqlite3

from .facts import EMERGENCY_OFF, EMERGENCY_ON
from .store import Store, StoreError, put_in

_UNKNOWN = object()
_LAST = "SELECT kind, t FROM fact WHERE lane = ? AND kind IN (?, ?) ORDER BY seq DESC LIMIT 1"


def note(db: sqlite3.Connection, lane: str, kind: str, t: int) -> None:
    """Remember that an emergency of a lane began, or that staff ended it."""
    put_in(db, {f"emergency:{lane}": t if kind == EMERGENCY_ON else None})


def since(store: Store, lane: str) -> float | None:
    """Return when the emergency of a lane began that staff has not ended, else None."""
    try:
        t = store.get(f"emergency:{lane}", _UNKNOWN)
        if t is _UNKNOWN:
            t = _of_facts(store, lane)
    except StoreError:
        return None
    return None if t is None else t / 1000


def _of_facts(store: Store, lane: str) -> int | None:
    # once for each lane: earlier versions noted nothing
    rows = store.rows(_LAST, (lane, EMERGENCY_ON, EMERGENCY_OFF))
    t = rows[0][1] if rows and rows[0][0] == EMERGENCY_ON else None
    store.put(**{f"emergency:{lane}": t})
    return t
