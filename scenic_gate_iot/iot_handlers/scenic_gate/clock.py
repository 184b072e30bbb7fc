"""The time of the box: never before a time that was proven, corrected by the server.

A Raspberry Pi has no battery clock: after a power cut it starts in the past. The floor is time the
server has proven (plus what the monotonic clock counted since); it is kept on disk and the clock
never goes below it. Time that nobody proved (the host's own clock) may be corrected backwards down
to that floor, so that one wrong battery clock cannot lock a gate in the future for ever.
"""

from __future__ import annotations

import time
from collections.abc import Callable

OK = "ok"
UNSURE = "unsure"
SLACK = 2.0  # seconds of difference to the server that are network delay, not drift
SLOW = 0.999  # a lower bound must hold even if the monotonic clock runs 0.1 % fast


class _Era:
    """Time since the last correction. ``last``: the latest that was told in it.

    Lanes ask for the time while the sync corrects it. One that is in the middle of asking writes
    into the era that it began with: it cannot bring a time back that was just found to be wrong.
    """

    __slots__ = ("base", "mono", "last")

    def __init__(self, base: float, mono: float, last: float) -> None:
        self.base, self.mono, self.last = base, mono, last


class Clock:
    """Unix seconds UTC. ``floor``: the proven time that was kept from the last run."""

    def __init__(
        self,
        floor: float = 0.0,
        wall: Callable[[], float] = time.time,
        mono: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall, self._mono = wall, mono
        began = mono()
        self._floor = (float(floor), began)  # proven, and when
        base = max(wall(), float(floor))
        self._era = _Era(base, began, base)
        self.quality = UNSURE
        self.drift = 0.0  # seconds by which the host's clock is ahead of the server

    def mono(self) -> float:
        """Seconds for intervals; starts anywhere and never jumps."""
        return self._mono()

    def proven(self) -> float:
        """Return the lower bound that is certain now."""
        floor, at = self._floor
        return floor + (self._mono() - at) * SLOW

    def now(self) -> float:
        """Return the corrected time; never less than what was returned before."""
        era = self._era
        era.last = now = max(era.base + (self._mono() - era.mono), self.proven(), era.last)
        return now

    def correct(self, server_now: float) -> None:
        """Take the time of a signed reply.

        Unproven time may go back here once; proven time never does.
        """
        mono = self._mono()
        proven, era = self.proven(), self._era
        self.drift = self._wall() - server_now
        first = self.quality == UNSURE
        last = min(era.last, max(server_now, proven)) if first else era.last
        if server_now > proven:
            self._floor = (server_now, mono)
        ours = era.base + (mono - era.mono)
        if first or abs(ours - server_now) > SLACK:
            self._era = _Era(server_now, mono, last)
        self.quality = OK
