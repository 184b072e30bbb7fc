"""What a lane counted since its box started; for the status, nothing depends on it."""

from __future__ import annotations

from collections import deque

from ..scenic_rules.reason import Reason

MINUTE_S = 60.0
FORGED = (Reason.E_SIG, Reason.E_CERT)


class Tally:
    """Counts scans. ``minute``: those of the last sixty seconds; ``lost``: too many to look at."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=1000)
        self.scans = self.refused = self.forged = self.lost = 0

    def scan(self, reason: Reason, admitted: bool, now: float) -> None:
        """Count a scan at ``now`` (monotonic seconds)."""
        self._times.append(now)
        self.scans += 1
        self.refused += not admitted
        self.forged += reason in FORGED

    def status(self, now: float) -> dict:
        """Return the counters as a JSON object."""
        return {
            "minute": sum(now - at <= MINUTE_S for at in list(self._times)),
            "scans": self.scans,
            "refused": self.refused,
            "forged": self.forged,
            "lost": self.lost,
        }
