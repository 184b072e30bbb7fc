"""A device that waits for the decision on what it saw, and how it hears of it."""

from __future__ import annotations

import threading
from collections import OrderedDict

from .device import Ack
from .device_http import DeviceClient
from .port import monotonic
from .profile import Profile

READ_S = 1.5  # from the decision to the moment the device has its answer
KEEP = 1024  # events remembered, to know a repetition


class Ask:
    """The answer to a request that is still open: yes, no, or nothing until the time is over."""

    def __init__(self, seconds: float) -> None:
        self._until = monotonic() + seconds
        self._lock = threading.Lock()
        self._decided, self._sent = threading.Event(), threading.Event()
        self._good, self._read = False, False
        self.text = ""  # for the visitor, where the decision has one

    def is_over(self) -> bool:
        """Tell whether nobody waits any more."""
        return self._decided.is_set() or monotonic() >= self._until

    def settle(self, good: bool, text: str = "") -> bool:
        """Decide, if that was not done and is not too late; must not block."""
        with self._lock:
            if self.is_over():
                return False
            self._good, self.text = good, text
            self._decided.set()
            return True

    def grant(self) -> Ack:
        """Say yes; return what is known of its arrival."""
        if not self.settle(True):
            return Ack.NOT_SENT
        if not self._sent.wait(READ_S):
            return Ack.UNKNOWN
        return Ack.DONE if self._read else Ack.UNKNOWN

    def wait(self) -> bool:
        """Wait for the decision (thread of the request); no decision in time is a no."""
        self._decided.wait(max(0.0, self._until - monotonic()))
        with self._lock:
            # from here on nobody can grant any more
            self._decided.set()
            return self._good

    def was_read(self, read: bool) -> None:
        """The reply is out; ``read``: the device has certainly got it."""
        self._read = read
        self._sent.set()


class CheckAsk(Ask):
    """The device waits for a request of ours that carries the decision on event ``number``."""

    def __init__(self, seconds: float, client: DeviceClient, profile: Profile, number: int) -> None:
        super().__init__(seconds)
        self._client, self._profile, self._number = client, profile, number

    def settle(self, good: bool, text: str = "") -> bool:
        """Decide; the request goes out on a thread of its own."""
        if not super().settle(good, text):
            return False
        threading.Thread(target=self._tell, args=(good,), daemon=True).start()
        return True

    def grant(self) -> Ack:
        """Say yes; return what the device answered."""
        if not super().settle(True):
            return Ack.NOT_SENT
        return self._tell(True)

    def _tell(self, good: bool) -> Ack:
        call = self._profile.check_call(self._number, good)
        return self._client.order(call, self._profile.taken) if call else Ack.NOT_SENT


class Once:
    """Which events were seen already."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def is_new(self, event: str) -> bool:
        """Note an event; tell whether it is the first time."""
        with self._lock:
            new = event not in self._seen
            self._seen[event] = None
            self._seen.move_to_end(event)
            if len(self._seen) > KEEP:
                self._seen.popitem(last=False)
            return new


class Stays:
    """Who is still there: the window slides with each time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._last: tuple[str, float] = ("", 0.0)
        self._lock = threading.Lock()

    def is_there(self, text: str, now: float) -> bool:
        """Note who was seen; tell whether it is who was there just now."""
        with self._lock:
            (before, at), self._last = self._last, (text, now)
            return text == before and now - at < self._seconds
