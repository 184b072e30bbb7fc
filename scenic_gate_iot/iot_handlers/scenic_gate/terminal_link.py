"""The ways from the box to a terminal beside an answer: orders that it fetches, and its stream."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from .device import Ack
from .device_http import DeviceClient, DeviceLost
from .profile import Profile, Seen
from .profile_hik import StreamSplitter

FETCH_S = 4.0  # a device that does not come for its order in that time is not waited for
ACK_S = 3.0
RETRY_S = (1.0, 2.0, 5.0, 10.0)


@dataclass
class Order:
    """One order to open."""

    number: str
    text: str
    fetched: threading.Event = field(default_factory=threading.Event)
    acked: threading.Event = field(default_factory=threading.Event)
    obeyed: bool = False


class Orders:
    """Orders that wait for the device to come. One at a time; what is not fetched is withdrawn."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._order: Order | None = None
        self._lock = threading.Lock()

    def give(self) -> Ack:
        """Order to open, and wait for what becomes of it."""
        number = str(secrets.randbelow(900_000_000) + 100_000_000)
        text = self._profile.order(number)
        if not text:
            return Ack.NOT_SENT
        order = Order(number, text)
        with self._lock:
            self._order = order
        order.fetched.wait(FETCH_S)
        with self._lock:
            if not order.fetched.is_set():
                self._order = None
                return Ack.NOT_SENT
        if not order.acked.wait(ACK_S):
            return Ack.UNKNOWN
        return Ack.DONE if order.obeyed else Ack.NOT_SENT

    def fetch(self) -> list[str]:
        """Hand over what waits, once."""
        with self._lock:
            order = self._order
            if order is None or order.fetched.is_set():
                return []
            order.fetched.set()
            return [order.text]

    def acked(self, number: str, obeyed: bool) -> None:
        """The device answered to an order."""
        with self._lock:
            order = self._order
            if order and order.number == number and order.fetched.is_set():
                order.obeyed = obeyed
                order.acked.set()


class Stream:
    """Reads the events of a device from a connection that it keeps open."""

    def __init__(self, client: DeviceClient, profile: Profile) -> None:
        self._client, self._profile = client, profile

    def run(self, stopped: threading.Event, tell: Callable[[Seen | None, str], None]) -> None:
        """Read until ``stopped``; ``tell(seen, error)`` hears everything, heartbeats as None."""
        failures = 0
        while not stopped.is_set():
            splitter = StreamSplitter()
            try:
                for data in self._client.stream(self._profile.stream):
                    if stopped.is_set():
                        return
                    failures = 0
                    self._pass_on(splitter.feed(data), tell)
            except DeviceLost as err:
                tell(None, str(err))
            stopped.wait(RETRY_S[min(failures, len(RETRY_S) - 1)])
            failures += 1

    def _pass_on(self, objects: list[dict], tell: Callable[[Seen | None, str], None]) -> None:
        tell(None, "")
        for data in objects:
            try:
                tell(self._profile.event(data), "")
            except ValueError:
                continue  # an event that says nothing
