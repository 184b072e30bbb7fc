"""One OSDP device: its session, its keys, and the poll that fetches what it has to say.

Reader and barrier of a device share it. The session begins anew (sequence 0, fresh keys) after
every answer that is missing or wrong.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from . import osdp
from .bus import AGAIN_S, MISSES, Answering, NoAnswer, NotSent
from .osdp import BadPacket, Packet
from .osdp_secure import DEFAULT_KEY, Session

if TYPE_CHECKING:
    from .osdp_bus import OsdpBus

_logger = logging.getLogger(__name__)


class Face(Protocol):
    """Reader or barrier of a device."""

    def heard(self, code: int, data: bytes) -> None:
        """The device said something."""

    def up(self) -> None:
        """The device answers, on a new session."""

    def down(self) -> None:
        """The device is away."""


class OsdpUnit(Answering):
    """One device: its session, and the poll that fetches what it has to say."""

    def __init__(self, bus: OsdpBus, addr: int, keys: list[bytes], options: dict) -> None:
        super().__init__()
        self._bus, self.addr = bus, addr
        # the key in use, and the other it may have: after a power cut nobody knows which
        self._key, self._other = keys
        self._wanted = keys[1]  # the one it is to get when a manager orders that
        self._poll_s = float(options.get("poll_ms", 50)) / 1000
        self._faces: list[Face] = []
        self._lock = threading.RLock()  # over the session: lanes and the line's thread ask
        self._seq = 0
        self._session: Session | None = None
        self._fresh = False  # a session is under way
        self.is_up = False

    @property
    def in_use(self) -> bool:
        """Whether a face is attached."""
        return bool(self._faces)

    @property
    def url(self) -> str:
        """Where the line is, for messages."""
        return self._bus.url

    def health(self) -> tuple[bool, str, int]:
        """Whether it answers, why not, and how many answers were damaged."""
        detail = "" if self.is_up else self._bus.error or "no answer"
        return self.is_up, detail, self._bus.dropped

    def attach(self, face: Face) -> None:
        """Serve a face from now on."""
        self._faces = [*self._faces, face]
        if len(self._faces) == 1:
            self._bus.attach(self)
        elif self.is_up:
            self._bus.later(lambda: self._set_up([face]))

    def detach(self, face: Face) -> None:
        """Stop serving a face."""
        self._faces = [other for other in self._faces if other is not face]
        if not self._faces:
            self._bus.detach(self)

    def later(self, job: Callable[[], None]) -> None:
        """Run a small job in the thread of the line."""
        self._bus.later(job)

    # ----------------------------------------------------------------- polling

    @property
    def poll_s(self) -> float:
        """Seconds between polls."""
        return self._poll_s if self._misses < MISSES else AGAIN_S

    def poll(self) -> None:
        """Ask what is new; begin a session where there is none."""
        try:
            if not self._fresh:
                self.connect()
                self._set_up(self._faces)
            reply = self.ask(osdp.POLL)
        except (NoAnswer, NotSent) as err:
            self._missed(err)
            return
        self._misses, self.is_up = 0, True
        if reply.code not in (osdp.ACK, osdp.NAK, osdp.BUSY):
            for face in self._faces:
                face.heard(reply.code, reply.data)

    def _set_up(self, faces: list[Face]) -> None:
        try:
            for face in faces:
                face.up()
        except NoAnswer:
            self._fresh = False  # to be set up anew
            raise

    def _down(self) -> None:
        self._fresh = False
        self.is_up = False
        for face in self._faces:
            face.down()

    # --------------------------------------------------------------------- keys

    def take_keys(self, keys: list[bytes]) -> None:
        """Follow a configuration with other keys; a session goes on if its key is one of them."""
        with self._lock:
            if self._key not in keys:
                self._fresh, self._key = False, keys[0]
            self._other = next((key for key in reversed(keys) if key != self._key), b"")
            self._wanted = keys[1]

    def install_key(self) -> str:
        """Give the device the new key, as a manager ordered; return what is known of it.

        done, not_sent (it has the old one for sure), unknown (it has either).
        """
        with self._lock:
            old, new = self._key, self._wanted
            if not old or not new or not self.is_up:
                return "not_sent"
            if old == new:
                return "done"  # it answers under that key: it has it
            try:
                reply = self.ask(osdp.KEYSET, osdp.new_key(new))
            except NotSent:
                return "not_sent"
            except NoAnswer:
                reply = None
            if reply and reply.code != osdp.ACK:
                return "refused"
            return self._proved(new, old)

    def _proved(self, new: bytes, old: bytes) -> str:
        """Begin anew with the new key; with the old one, where that does not work."""
        for key, result in ((new, "done"), (old, "not_sent")):
            self._key, self._other = key, old if key is new else new
            try:
                self.connect()
                return result
            except (NotSent, NoAnswer) as err:
                _logger.warning("osdp %s %d: key: %s", self._bus.url, self.addr, err)
        return "unknown"

    # ------------------------------------------------------------------ session

    def connect(self) -> None:
        """Begin anew: sequence 0, and a secure channel where there is a key."""
        with self._lock:
            self._fresh, self._seq, self._session = False, 0, None
            self._plain(osdp.POLL)
            if self._key:
                self._secure()
            self._fresh = True

    def _secure(self) -> None:
        ours, kind = secrets.token_bytes(8), int(self._key != DEFAULT_KEY)
        session = Session(self._key, ours)
        try:
            reply = self._plain(osdp.CHLNG, ours, bytes((0x11, kind)))
            if reply.code != osdp.CCRYPT or len(reply.data) != 32:
                raise BadPacket("no secure channel")
            proof = session.proof(reply.data[8:16], reply.data[16:])
            reply = self._plain(osdp.SCRYPT, proof, bytes((0x13, kind)))
            if reply.code != osdp.RMAC_I or len(reply.data) != 16:
                raise BadPacket("the device refuses our key")
            session.begin(proof, reply.data)
        except BadPacket as err:
            self._bus.error = str(err)
            if self._other:
                # it may have got the new key, or kept the old one: the next attempt tells
                self._key, self._other = self._other, self._key
            raise NoAnswer(str(err)) from err
        self._session = session

    def ask(self, code: int, data: bytes = b"") -> Packet:
        """Send an order in the session, return the answer.

        :raises NotSent: there is no session or no line
        :raises NoAnswer: the session broke; the order may have been followed
        """
        with self._lock:
            if not self._fresh:
                raise NotSent("no session")
            try:
                return self._in_session(code, data) if self._session else self._plain(code, data)
            except NoAnswer:
                self._fresh = False
                raise
            except BadPacket as err:
                self._fresh = False
                self._bus.dropped += 1
                raise NoAnswer(str(err)) from err

    def _plain(self, code: int, data: bytes = b"", block: bytes = b"") -> Packet:
        packet = Packet(self.addr, self._next(), code, data, block)
        return self._matching(packet, self._bus.exchange(osdp.sealed(packet.head())))

    def _in_session(self, code: int, data: bytes) -> Packet:
        session = self._session
        block = b"\x17" if data else b"\x15"
        packet = Packet(self.addr, self._next(), code, session.encrypt(data), block)
        head = packet.head(mac_size=4)
        reply = self._bus.exchange(osdp.sealed(head + session.sign(head)))
        if reply.code == osdp.NAK and not reply.mac:
            raise BadPacket("the device ended the session")
        self._matching(packet, reply)
        mac = session.check(reply.signed, reply.mac)
        data = session.decrypt(reply.data) if reply.block[:1] == b"\x18" else reply.data
        session.accept(mac)
        return Packet(reply.addr, reply.seq, reply.code, data)

    def _next(self) -> int:
        seq, self._seq = self._seq, self._seq % 3 + 1
        return seq

    def _matching(self, packet: Packet, reply: Packet) -> Packet:
        if reply.addr != self.addr | osdp.REPLY_BIT or reply.seq != packet.seq:
            raise NoAnswer("an answer to something else")
        return reply
