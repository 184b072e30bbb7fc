"""Housekeeping of a box: what waits in memory goes to disk, what is old is forgotten."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from ..scenic_rules.site_time import day_and_quarter
from . import peer_uses, uses
from .complaints import Complaints
from .gossip import TELL_S
from .store import SWEEP

if TYPE_CHECKING:
    from .box import GateBox

_complaints = Complaints(logging.getLogger(__name__))

FLUSH_S = 0.5  # refusals are at most that long in memory only
CHECKPOINT_S = 5.0
KEEP_FACTS_S = 14 * 86400
FOLD_S = 3 * 86400  # passages older than this count in sum only
KEEP_USES_S = 400 * 86400  # of tickets that were never listed; longer than an annual pass


class House:
    """Keeps the house of a box; the lanes do not depend on it."""

    def __init__(self, box: GateBox) -> None:
        self._box = box
        self._checkpoint_at = 0.0

    def loop(self) -> None:
        """Do what is due until the box stops."""
        pruned_day = None
        while not self._box.stopping.wait(FLUSH_S):
            try:
                self._box.engine.journal.flush()
                if self._checkpoint():
                    self._box.follow_lan_again()
                today = self._today()
                if today is not None and today != pruned_day:
                    self.prune(today)
                    pruned_day = today
            except Exception:
                # a thread's loop: housekeeping is tried again, the lanes do not depend on it
                _complaints.say("Scenic housekeeping")

    def _checkpoint(self) -> bool:
        now = self._box.clock.mono()
        if now < self._checkpoint_at:
            return False
        self._box.store.checkpoint()
        self._checkpoint_at = self._box.clock.mono() + CHECKPOINT_S
        return True

    def _today(self) -> int | None:
        engine = self._box.engine
        if engine.config is None or not engine.trusted:
            return None
        return day_and_quarter(self._box.clock.now(), engine.config.tz)[0]

    def prune(self, today: int) -> None:
        """Forget what day ``today`` needs no more, in small pieces: scans go on meanwhile."""
        box, now = self._box, self._box.clock.now()
        acked, before = box.store.get("acked", 0), int((now - KEEP_FACTS_S) * 1000)
        while box.engine.journal.prune(acked, before, SWEEP):
            self.pause()
        box.engine.snapshot.prune(today, int((now - KEEP_USES_S) * 1000), self.pause)
        uses.fold(box.store, int((now - FOLD_S) * 1000))
        ages = (TELL_S, KEEP_FACTS_S, KEEP_USES_S)
        peer_uses.prune(box.store, *(int((now - age) * 1000) for age in ages), self.pause)
        box.desk.prune(now)

    def pause(self) -> None:
        """Let scans in between two transactions of housekeeping, and keep the log small."""
        self._box.stopping.wait(0.002)
        self._checkpoint()
