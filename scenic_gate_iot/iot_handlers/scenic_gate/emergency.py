"""An emergency outlasts a restart: only staff ends it, never a power cut."""

from __future__ import annotations

from .facts import EMERGENCY_OFF, EMERGENCY_ON
from .store import Store, StoreError

_LAST = "SELECT kind, t FROM fact WHERE lane = ? AND kind IN (?, ?) ORDER BY seq DESC LIMIT 1"


def since(store: Store, lane: str) -> float | None:
    """Return when the emergency of a lane began that staff has not ended, else None."""
    try:
        rows = store.rows(_LAST, (lane, EMERGENCY_ON, EMERGENCY_OFF))
    except StoreError:
        return None
    return rows[0][1] / 1000 if rows and rows[0][0] == EMERGENCY_ON else None
