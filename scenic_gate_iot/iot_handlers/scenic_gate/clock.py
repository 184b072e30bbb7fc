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


class Clock:
    """Unix seconds UTC. ``floor``: the proven time that was kept from the last run."""

    def __init__(
        self,
        floor: float = 0.0,
        wall: Callable[[], float] = time.time,
        mono: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall, self._mono = wall, mono
        self.floor = float(floor)  # at the moment _floor_mono
        self._floor_mono = mono()
        self._base, self._base_mono = max(wall(), self.floor), self._floor_mono
        self._last = self._base
        self.quality = UNSURE
        self.drift = 0.0  # seconds by which the host's clock is ahead of the server

    def mono(self) -> float:
        """Seconds for intervals; starts anywhere and never jumps."""
        return self._mono()

    def proven(self) -> float:
        """Return the lower bound that is certain now."""
        return self.floor + (self._mono() - self._floor_mono) * SLOW

    def now(self) -> float:
        """Return the corrected time; never less than what was returned before."""
        now = max(self._base + (self._mono() - self._base_mono), self.proven(), self._last)
        self._last = now
        return now

    def correct(self, server_now: float) -> None:
        """Take the time of a signed reply.

        Unproven time may go back here once; proven time never does.
        """
        mono = self._mono()
        proven = self.proven()
        self.drift = self._wall() - server_now
        if self.quality == UNSURE:
            self._last = min(self._last, max(server_now, proven))
        if server_now > proven:
            self.floor, self._floor_mono = server_now, mono
        ours = self._base + (mono - self._base_mono)
        if self.quality == UNSURE or abs(ours - server_now) > SLACK:
            self._base, self._base_mono = server_now, mono
        self.quality = OK
