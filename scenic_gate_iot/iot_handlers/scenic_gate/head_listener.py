"""Where heads connect by TCP and stay: one thread for a port, whatever comes in.

Unknown addresses are hung up on without a byte. A head has one connection: a new one takes the
place of the one before, which may be dead without anybody having said so. Nobody can hold the
thread: it never waits for one connection.
"""

from __future__ import annotations

import fcntl
import logging
import selectors
import socket
import termios
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from .addresses import Networks, is_in
from .line_reader import LineSplitter
from .port import monotonic, wait

_logger = logging.getLogger(__name__)

MOST = 64  # connections at a time
CHUNK = 4096  # bytes from one connection before the next has its turn
TURN_S = 0.2  # how soon silence is noticed
# a head whose plug was pulled says nothing: the system asks for it after 10 s, gives up after 25
_ALIVE = ((socket.TCP_KEEPIDLE, 10), (socket.TCP_KEEPINTVL, 5), (socket.TCP_KEEPCNT, 3))


class Head(Protocol):
    """A device that may connect."""

    networks: Networks
    gap_s: float
    max_chars: int
    silence_s: float  # without a byte for so long it is away; 0: it may be silent for ever

    def connected(self, line: Line) -> None:
        """It is there, on a new connection."""

    def said(self, line: Line, text: str) -> None:
        """It sent a line."""

    def gone(self, line: Line) -> None:
        """The connection is over."""


class Line:
    """One connection of a head; the thread of the port reads, anybody may send."""

    def __init__(self, link: socket.socket, host: str, head: Head) -> None:
        self.link, self.host, self.head = link, host, head
        self.splitter = LineSplitter(head.gap_s, head.max_chars)
        self.heard = monotonic()
        self.open = True
        self._lock = threading.Lock()

    def send(self, data: bytes) -> bool | None:
        """Send some bytes without waiting; None: nothing left, False: only a part did."""
        with self._lock:
            if not self.open:
                return None
            try:
                sent = self.link.send(data, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
            except OSError:
                return None
        return sent == len(data)

    def has_arrived(self, seconds: float) -> bool:
        """Wait until the head's own system has acknowledged all that was sent."""
        until = monotonic() + seconds
        while True:
            with self._lock:
                if not self.open:
                    return False
                try:
                    queued = fcntl.ioctl(self.link, termios.TIOCOUTQ, bytes(4))
                except OSError:
                    return False
            if not any(queued):
                return True
            if monotonic() >= until:
                return False
            wait(0.001)

    def end(self) -> None:
        """Hang up; the thread of the port closes it, so that its number is not given away early."""
        self.open = False
        with suppress(OSError):
            self.link.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the connection back; for the thread of the port only."""
        with self._lock:
            self.open = False
            with suppress(OSError):
                self.link.close()


class HeadListener:
    """One port; it is open as long as a head is registered."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.counts: Counter[str] = Counter()
        self._heads: list[Head] = []
        self._lines: dict[Head, Line] = {}
        self._lock = threading.RLock()
        self._stopped: threading.Event | None = None

    def register(self, head: Head) -> None:
        """Let a head in; OSError when the port cannot be had."""
        with self._lock:
            if self._stopped is None:
                door = socket.create_server(("0.0.0.0", self.port), backlog=32)
                door.setblocking(False)
                self._stopped = threading.Event()
                threading.Thread(
                    target=self._run,
                    args=(door, self._stopped),
                    name=f"scenic heads {self.port}",
                    daemon=True,
                ).start()
            self._heads = [*self._heads, head]

    def leave(self, head: Head) -> None:
        """Forget a head; the last one shuts the port."""
        with self._lock:
            self._heads = [other for other in self._heads if other is not head]
            line = self._lines.pop(head, None)
            if not self._heads and self._stopped:
                self._stopped.set()
                self._stopped = None
        if line:
            line.end()

    def count(self, what: str) -> None:
        """Count something that was refused."""
        with self._lock:
            self.counts[what] += 1

    # ---------------------------------------------------------------- thread

    def _run(self, door: socket.socket, stopped: threading.Event) -> None:
        with door, selectors.DefaultSelector() as selector:
            selector.register(door, selectors.EVENT_READ, None)
            lines: list[Line] = []
            while not stopped.is_set():
                for key, _events in selector.select(self._pause(lines)):
                    if key.data is None:
                        self._guarded(lambda: self._accept(door, selector, lines))
                    else:
                        self._guarded(lambda line=key.data: self._read(line))
                for line in [line for line in lines if not self._is_kept(line)]:
                    lines.remove(line)
                    selector.unregister(line.link)
                    self._end(line)
            for line in lines:
                self._end(line)

    @staticmethod
    def _pause(lines: list[Line]) -> float:
        """Return seconds until a silence may end a code."""
        now = monotonic()
        gaps = [line.heard + line.head.gap_s - now for line in lines if line.splitter.begun]
        return max(0.001, min([TURN_S, *gaps]))

    def _guarded(self, job: Callable[[], None]) -> None:
        try:
            job()
        except Exception:
            # a thread's loop: whatever one head sent must not silence the others
            _logger.exception("Heads at port %s", self.port)
            self.count("broken")

    def _accept(self, door: socket.socket, selector, lines: list[Line]) -> None:
        try:
            link, (host, _port) = door.accept()
        except OSError:
            return
        head = self._known(host)
        if head is None or len(lines) >= MOST:
            self.count("crowded" if head else "stranger")
            link.close()
            return
        link.setblocking(False)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in _ALIVE:
            link.setsockopt(socket.IPPROTO_TCP, option, value)
        line = Line(link, host, head)
        with self._lock:
            before, self._lines[head] = self._lines.get(head), line
        if before:
            self.count("replaced")
            before.end()
        selector.register(link, selectors.EVENT_READ, line)
        lines.append(line)
        head.connected(line)

    def _known(self, host: str) -> Head | None:
        return next((head for head in self._heads if is_in(host, head.networks)), None)

    def _read(self, line: Line) -> None:
        if not line.open:
            return
        try:
            data = line.link.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            line.open = False
            return
        line.heard = monotonic()
        for text in line.splitter.feed(data, line.heard):
            line.head.said(line, text)

    def _is_kept(self, line: Line) -> bool:
        """Look after a silent connection; tell whether it goes on."""
        now = monotonic()
        if line.open:
            for text in line.splitter.idle(now):
                self._guarded(lambda text=text: line.head.said(line, text))
        silence = line.head.silence_s
        return line.open and not (silence and now - line.heard > silence)

    def _end(self, line: Line) -> None:
        line.close()
        with self._lock:
            if self._lines.get(line.head) is line:
                del self._lines[line.head]
        self._guarded(lambda: line.head.gone(line))


_listeners: dict[int, HeadListener] = {}
_lock = threading.Lock()


def listener(port: int) -> HeadListener:
    """Return the one listener of a port in this process."""
    with _lock:
        return _listeners.setdefault(port, HeadListener(port))
