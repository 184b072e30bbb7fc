"""The wire between the boxes of a site: one UDP socket, one thread that hears, one that tells."""

from __future__ import annotations

import logging
import threading

from .clock import Clock
from .complaints import Complaints
from .engine import Engine
from .lan_ask import Line
from .lan_config import LanConfig
from .lan_desk import LanDesk
from .udp import Address, OwnLine, Port

_logger = logging.getLogger(__name__)
_complaints = Complaints(_logger)

TELL_S = 1.0  # between digests while nothing happens
LOOK_S = 0.05  # how soon others hear of a new fact
HEAR_S = 0.5  # how soon the end is noticed


class Lan:
    """Carries what :class:`LanDesk` says. ``run``: eight random bytes, others at each start."""

    def __init__(self, engine: Engine, clock: Clock, run: bytes) -> None:
        self.engine = engine
        self.desk = LanDesk(engine, run, clock.now, clock.mono, self._send)
        self.desk.open_line = self._open_line
        self.error = ""
        self._clock = clock
        self._port: Port | None = None
        self._lines: list[OwnLine] = []  # that no lane is using
        self._addresses: dict[int, Address] = {}
        self._stopped = threading.Event()
        self._heard = threading.Event()
        self._threads: list[threading.Thread] = []

    def configure(self, config: LanConfig | None) -> None:
        """Follow a configuration; called again whenever it changes."""
        # of boxes that left the list too: the desk knows how long it speaks to them
        self._addresses |= (
            {peer.box: (peer.host, peer.port) for peer in config.peers} if config else {}
        )
        self.desk.configure(config)
        self._heard.set()
        if config and not self._stopped.is_set():
            self._listen_on(config.port)

    def _listen_on(self, number: int) -> None:
        if self._port is not None and number == self._port.number:
            return
        try:
            made = Port(number)
        except OSError as err:
            text = f"UDP port {number}: {err}"
            if text != self.error:
                _logger.error("Boxes cannot talk to each other: %s", text)
            self.error = text
            return
        old, self._port, self.error = self._port, made, ""
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
        for port in (self._port, *(line.port for line in self._lines)):
            if port is not None:
                port.close()

    def _send(self, box: int, datagram: bytes, source: Address | None = None) -> None:
        if self._port is not None:
            self._send_from(self._port, box, datagram, source)

    def _send_from(
        self, port: Port, box: int, datagram: bytes, source: Address | None = None
    ) -> None:
        """Send to where the configuration says, or on its host to the port of ``source``."""
        address = self._addresses.get(box)
        if address:
            port.send(source if source and source[0] == address[0] else address, datagram)

    def _open_line(self) -> Line:
        try:
            return self._lines.pop().open()
        except IndexError:
            pass
        try:
            return OwnLine(self._send_from, self._handle, self._keep).open()
        except OSError:
            return Line(self._send)  # no file is left to open; the common port hears

    def _keep(self, line: OwnLine) -> None:
        if self._stopped.is_set():
            line.port.close()
        else:
            self._lines.append(line)

    def _hear_loop(self) -> None:
        while not self._stopped.is_set():
            try:
                heard = self._port.hear(HEAR_S)
            except OSError:
                self._stopped.wait(0.01)  # the port was replaced
                continue
            if heard is not None:
                self._handle(*heard)

    def _handle(self, datagram: bytes, source: Address) -> None:
        try:
            self.desk.handle(datagram, source)
            if self.desk.inbox or self.desk.eager:
                self._heard.set()
        except Exception:
            # whatever a datagram caused, the next claim is answered
            _complaints.say("Scenic claims")

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
                _complaints.say("Scenic gossip")
                self._stopped.wait(0.2)

    def status(self) -> dict:
        """What people want to know about the other boxes, and about claims."""
        names = ("asked", "granted", "refused", "degraded", "served", "bad")
        return {
            "peers": self.desk.status(),
            "claims": {name: self.desk.counts[name] for name in names} | {"error": self.error},
        }
