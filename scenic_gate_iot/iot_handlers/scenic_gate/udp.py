"""UDP as boxes use it: what cannot be sent is lost, and nobody waits longer than wanted."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Callable
from contextlib import suppress

from .lan_ask import Line
from .lan_wire import MAX_DATAGRAM

Address = tuple[str, int]

BUFFER = 1 << 20


class Port:
    """A socket that hears on one port of all addresses; 0 = any free one. OSError: not to be had.

    It is polled by hand: a socket with a timeout would be polled before it sends, too.
    """

    def __init__(self, number: int = 0) -> None:
        self._socket = made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            with suppress(OSError):
                made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
            made.bind(("", number))
            made.setblocking(False)
        except OSError:
            made.close()
            raise
        self.number: int = made.getsockname()[1]
        self._poll = select.poll()
        self._poll.register(made, select.POLLIN)

    def send(self, address: Address, datagram: bytes) -> None:
        """Send, or lose: no route, a cable that is out, a full buffer."""
        with suppress(OSError):
            self._socket.sendto(datagram, address)

    def hear(self, seconds: float) -> tuple[bytes, Address] | None:
        """Return the next datagram and where it came from, None when none comes in time.

        :raises OSError: the socket was closed
        """
        if not self._poll.poll(seconds * 1000):
            return None
        try:
            return self._socket.recvfrom(MAX_DATAGRAM + 1)
        except BlockingIOError:
            return None

    def close(self) -> None:
        """Give the port back."""
        self._socket.close()


class OwnLine(Line):
    """The line of a lane that hears its answers itself, on a port of its own.

    Handed over by the thread of the common port, an answer would cost two more wake-ups of
    threads: a third of the time that a claim takes. What comes in at the common port all the same,
    from a box of an older version, wakes the lane by an empty datagram.
    """

    def __init__(
        self,
        send: Callable[[Port, int, bytes], None],
        handle: Callable[[bytes, Address], None],
        done: Callable[[OwnLine], None],
    ) -> None:
        self.port = Port()
        self._send, self._handle, self._done = send, handle, done
        self._thread = 0  # who waits here

    def open(self) -> OwnLine:
        """Make it the line of this thread."""
        self._thread = threading.get_ident()
        return self

    def send(self, box: int, datagram: bytes) -> None:
        """Ask from here, so that the answer comes here."""
        self._send(self.port, box, datagram)

    def wait(self, seconds: float) -> None:
        """Hear one datagram."""
        heard = self.port.hear(seconds)
        if heard and heard[0]:
            self._handle(*heard)

    def tell(self) -> None:
        """Wake who waits, unless it is who heard it."""
        if self._thread != threading.get_ident():
            self.port.send(("127.0.0.1", self.port.number), b"")

    def close(self) -> None:
        """Leave the line to the next question."""
        self._done(self)
