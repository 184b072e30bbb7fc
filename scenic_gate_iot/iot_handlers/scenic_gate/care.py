"""What a box does for itself beside its lanes: follow new handlers, run drills."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from .complaints import Complaints
from .drill import Drills
from .updates import Updates, signed_post

if TYPE_CHECKING:
    from .box import GateBox

_complaints = Complaints(logging.getLogger(__name__))


class Care:
    """``guard``: what takes bad handlers back; ``pinned``: the stock box fetches none by itself."""

    def __init__(self, box: GateBox, transport, pairing, guard, pinned: Callable[[], bool]) -> None:
        self._box, self._transport, self._pairing = box, transport, pairing
        self.paused = threading.Event()  # lanes stay shut: the box is about to restart
        self.updates = Updates(box, guard, pinned)
        self.drills = Drills(box)

    def offered(self, reply: dict) -> None:
        """Take what a signed reply announces beside tickets and configuration."""
        self.updates.offered(reply.get("handlers"))
        self.drills.offered(reply.get("drill"))

    def loop(self) -> None:
        """Do what is due until the box stops."""
        while not self._box.stopping.wait(1.0):
            try:
                self.updates.step()
                self.drills.step()
                self._box.sounds.step()
            except Exception:
                # a thread's loop: the lanes do not depend on it
                _complaints.say("Scenic updates")

    def empty_lanes(self, seconds: float) -> bool:
        """Shut all lanes as soon as nobody is passing; False when somebody was, they go on."""
        box = self._box
        self.paused.set()
        for runner in list(box.runners.values()):
            runner.retire()
        deadline = box.clock.mono() + seconds
        while box.runners and box.clock.mono() < deadline:
            box.stopping.wait(0.05)
        if box.runners:
            self.paused.clear()
            return False
        return True

    def signed_post(self, path: str, data: dict) -> bytes:
        """Ask the server something beside the sync; the answer is its own, or an exception."""
        now, nonce = int(self._box.clock.now()), secrets.token_hex(16)
        return signed_post(self._transport, self._pairing(), path, now, nonce, data)
