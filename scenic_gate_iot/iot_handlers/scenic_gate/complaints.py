"""What breaks in a loop is logged, and not so often that the log fills the disk of the box."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable

AGAIN_S = 600.0  # the same trouble of the same loop is told again after that
MOST = 64  # troubles remembered


class Complaints:
    """Logs the exception under way, each cause once in a while."""

    def __init__(self, logger: logging.Logger, mono: Callable[[], float] = time.monotonic) -> None:
        self._logger, self._mono = logger, mono
        self._told: dict[str, float] = {}

    def say(self, what: str) -> None:
        """Tell that ``what`` broke; called where the exception is caught."""
        key, now = f"{what}: {sys.exc_info()[1]!r}"[:300], self._mono()
        if now - self._told.get(key, float("-inf")) < AGAIN_S:
            return
        if len(self._told) >= MOST:
            self._told.clear()
        self._told[key] = now
        self._logger.exception("%s", what)
