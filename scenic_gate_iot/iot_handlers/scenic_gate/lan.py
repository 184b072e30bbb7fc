"""The wire between the boxes of a site: one UDP socket, one thread that hears, one that tells."""

from __future__ import annotations

import logging
import socket
import threading
from contextlib import suppress

from .clock import Clock
from .engine import Engine
from .lan_config import LanConfig
from .lan_desk import LanDesk
from .lan_wire import MAX_DATAGRAM

_logger = logging.getLogger(__name__)

TELL_S = 1.0  # between digests while nothing happens
LOOK_S = 0.05  # how soon others hear of a new fact
BUFFER = 1 << 20


class Lan:
    """Carries what :class:`LanDesk` says. ``run``: eight random bytes, others at each start."""

    def __init__(self, engine: Engine, clock: Clock, run: bytes) -> None:
        self.engine = engine
        self.desk = LanDesk(engine, run, clock.now, clock.mono, self._send)
        self.error = ""
        self._clock = clock
        self._socket: socket.socket | None = None
        self._addresses: dict[int, tuple[str, int]] = {}
        self._port = 0
        self._stopped = threading.Event()
        self._heard = threading.Event()
        self._threads: list[threading.Thread] = []

    def configure(self, config: LanConfig | None) -> None:
        """Follow a configuration; called again whenever it changes."""
        self._addresses = (
            {peer.box: (peer.host, peer.port) for peer in config.peers} if config else {}
        )
        self.desk.configure(config)
        if config and not self._stopped.is_set():
            self._listen_on(config.port)

    def _listen_on(self, port: int) -> None:
        if self._socket is not None and port == self._port:
            return
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            with suppress(OSError):
                made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
            made.bind(("", port))
            made.settimeout(0.5)
        except OSError as err:
            text = f"UDP port {port}: {err}"
            if text != self.error:
                _logger.error("Boxes cannot talk to each other: %s", text)
            self.error = text
            made.close()
            return
        old, self._socket, self._port, self.error = self._socket, made, port, ""
        if old is not None:
            old.close()
        if not self._threads:
            self._start()

    def _start(self) -> None:
        for name, loop in (("claims", self._hear_loop), ("gossip", self._tell_loop)):
            thread = threading.Thread(target=loop, name=f"scenic {name}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """End the threads and close the socket."""
        self._stopped.set()
        self._heard.set()
        for thread in self._threads:
            thread.join(timeout=5)
        if self._socket is not None:
            self._socket.close()

    def _send(self, box: int, datagram: bytes) -> None:
        address = self._addresses.get(box)
        if address and self._socket is not None:
            # no route, a cable that is out: lost like any other datagram
            with suppress(OSError):
                self._socket.sendto(datagram, address)

    def _hear_loop(self) -> None:
        while not self._stopped.is_set():
            try:
                data = self._socket.recv(MAX_DATAGRAM + 1)
            except TimeoutError:
                continue
            except OSError:
                # an unreachable peer, or the socket was replaced
                self._stopped.wait(0.01)
                continue
            try:
                self.desk.handle(data)
                if self.desk.inbox:
                    self._heard.set()
            except Exception:
                # a thread's loop: whatever a datagram caused, the next claim is answered
                _logger.exception("Scenic claims")

    def _tell_loop(self) -> None:
        tell_at, told = 0.0, -1
        while not self._stopped.is_set():
            self._heard.wait(LOOK_S)
            self._heard.clear()
            try:
                self.desk.listen()
                seq = self.engine.journal.seq
                if seq != told or self._clock.mono() >= tell_at:
                    tell_at, told = self._clock.mono() + TELL_S, seq
                    self.desk.tell()
            except Exception:
                # a thread's loop: gossip lost is told again
                _logger.exception("Scenic gossip")
                self._stopped.wait(0.2)

    def status(self) -> dict:
        """What people want to know about the other boxes, and about claims."""
        names = ("asked", "granted", "refused", "degraded", "served", "bad")
        return {
            "peers": self.desk.status(),
            "claims": {name: self.desk.counts[name] for name in names} | {"error": self.error},
        }
