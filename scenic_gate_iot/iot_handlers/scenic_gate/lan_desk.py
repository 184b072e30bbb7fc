"""One box among those of its site: what it says, hears, asks and answers. No socket, no thread.

``send(box, datagram, source=None)`` may lose what it is given; datagrams come in through
:meth:`LanDesk.handle`.
The database is never touched while ``_lock`` is held.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable

from . import hand_claim
from . import lan_wire as wire
from .claim import NOT_MINE, Answer
from .engine import Engine
from .gossip import Digest, Gossip, Heads
from .lan_ask import Asking
from .lan_config import LanConfig
from .lan_views import NAME, NONE, Views, read_list
from .peer_uses import seen
from .store import StoreError

_logger = logging.getLogger(__name__)

INBOX = 400  # datagrams of gossip that wait; more are lost, and told again
GREETINGS = 100  # a second

Source = tuple[str, int] | None


class LanDesk(Asking):
    """``run``: eight random bytes of this start; ``now``, ``mono``: see :class:`clock.Clock`."""

    def __init__(
        self,
        engine: Engine,
        run: bytes,
        now: Callable[[], float],
        mono: Callable[[], float],
        send: Callable[..., None],
    ) -> None:
        super().__init__(engine, mono, send)
        self.run, self._now = run, now
        self.gossip = Gossip(engine, self._under_way)
        self.inbox: deque[wire.Packet] = deque(maxlen=INBOX)
        self.eager: set[int] = set()  # boxes that are told at once
        self._number = 0
        self._greeted = (0.0, 0)

    def now(self) -> float:
        return self._now()

    def configure(self, config: LanConfig | None) -> None:
        """Follow a configuration; links are kept, unless the key is another.

        A box that left the list is listened to as long as it speaks: it may not know yet.
        """
        # no lane decides meanwhile: each decision is by the old list or by the new one
        with self.engine.store.lock, self._lock:
            old, self.config = self.config, config
            keep = old is not None and config is not None
            keep = keep and (old.key, old.box) == (config.key, config.box)
            if not keep:
                self._links, self._heard, self.views = {}, {}, Views()
            for box in [peer.box for peer in config.peers] if config else ():
                self._links.setdefault(box, wire.Link(config.box, self.run, box))
                self._heard.setdefault(box, (self.mono(), None))
            if config:
                self.views.follow(tuple(config.boxes))
            self.eager = set(self._links)
            self.gossip.box = config.box if config else 0
            self.engine.peers = self if self._links else None

    # ---------------------------------------------------------------- datagrams

    def _sealed(self, box: int, kind: int, body: bytes) -> bytes | None:
        with self._lock:
            link, config = self._links.get(box), self.config
            if link is None or config is None:
                return None
            self._number += 1
            return wire.seal(config.key, link.packet(kind, self._number, body))

    def handle(self, data: bytes, source: Source = None) -> None:
        """Take a datagram, whoever sent it; anything that is no good is counted and forgotten.

        ``source``: where it came from, if the answer to a question may go there.
        """
        config = self.config
        packet = wire.unseal(config.key, data) if config else None
        with self._lock:
            link = self._links.get(packet.sender) if packet else None
            if link is None or packet.receiver != config.box:
                self.counts["bad"] += 1
                return
            run, what = link.run, link.accept(packet)
            if what in ("new", "met"):
                self._note_heard(packet.sender)
            if link.run != run:
                self.eager.add(packet.sender)  # it waits to hear what this box knows
            greeting = self._greeting(link, packet) if what == "greet" else None
        if greeting:
            self.send(packet.sender, greeting)
        elif what == "met":
            self._say_again(packet.sender)
        elif what == "again" and packet.kind == wire.ASK:
            self._answer_again(link, packet)
        elif what == "new":
            self._act(link, packet, source)

    def _note_heard(self, box: int) -> None:
        if not self.alive(box):
            self.views.lost(box)
            self.eager.add(box)
        self._heard[box] = (self.mono(), self.now())

    def _greeting(self, link: wire.Link, packet: wire.Packet) -> bytes | None:
        since, count = self._greeted
        if self.mono() - since >= 1:
            since, count = self.mono(), 0
        self._greeted = since, count + 1
        if count >= GREETINGS:
            return None
        self._number += 1
        return wire.seal(self.config.key, link.greeting(packet, self._number))

    def _say_again(self, box: int) -> None:
        for pending in [p for p in list(self._pending.values()) if box in p.targets]:
            if box not in pending.answers and (datagram := self._question(pending, box)):
                pending.line.send(box, datagram)

    def _answer_again(self, link: wire.Link, packet: wire.Packet) -> None:
        if datagram := link.answers.get(packet.number):
            self.send(packet.sender, datagram)

    def _act(self, link: wire.Link, packet: wire.Packet, source: Source) -> None:
        try:
            if packet.kind == wire.ASK:
                self._serve(link, packet, source)
            elif packet.kind == wire.ANSWER:
                self._hear_answer(packet)
            else:
                self.inbox.append(packet)
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
            self.counts["bad"] += 1
        except StoreError:
            _logger.warning("A claim of box %s is not answered", packet.sender, exc_info=True)

    def _serve(self, link: wire.Link, packet: wire.Packet, source: Source) -> None:
        body = wire.from_body(packet.body)
        lists = [str(name) for name in body.get("w") or ()]

        def objection(ticket, by):
            if not lists and by not in self.owners(ticket.uid, ticket.entrances):
                return NOT_MINE
            return self.rivalry(ticket.uid, packet.sender)

        who = hand_claim.asker(packet.sender, packet.run, packet.number, body)
        op, answer = self.owner.answer(*who, body, objection)
        if answer.persons:
            answer = answer._replace(sure=self._is_sure(lists or [self.views.mine]))
        self.counts["served"] += 1
        datagram = self._sealed(packet.sender, wire.ANSWER, wire.to_body(answer.body(op)))
        if datagram:
            link.answers[packet.number] = datagram
            self.send(packet.sender, datagram, source)

    def _hear_answer(self, packet: wire.Packet) -> None:
        op, answer = Answer.read(wire.from_body(packet.body))
        pending = self._pending.get(op)
        if pending and packet.sender in pending.targets:
            pending.answers.setdefault(packet.sender, answer)
            pending.line.tell()

    # ------------------------------------------------------------------- gossip

    def tell(self, boxes: list[int] | None = None) -> None:
        """Say to others how far this box knows everything."""
        with self._lock:
            self._number += 1
            number = self._number
        # only then: a claim with a lower number is named as under way, or its fact is told
        name = self._followed()
        digest = self.gossip.digest()
        self._forget_who_left()
        for box in list(self._links) if boxes is None else boxes:
            body = digest.body(number, name, box)
            if datagram := self._sealed(box, wire.DIGEST, body):
                self.send(box, datagram)

    def listen(self) -> None:
        """Work off what came in as gossip."""
        with self._lock:
            behind, self.eager = self.eager, set()
        while self.inbox:
            packet = self.inbox.popleft()
            try:
                if self._hear(packet):
                    behind.add(packet.sender)
            except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
                self.counts["bad"] += 1
        if behind:
            self.tell([box for box in behind if box in self._links])

    def _hear(self, packet: wire.Packet) -> bool:
        """Act on one datagram; True when its sender knows more."""
        body = wire.from_body(packet.body)
        if packet.kind == wire.LIST:
            with self._lock:
                self.views.learn(read_list(body["l"]))
            return False
        if packet.kind == wire.FACTS:
            whole = self.gossip.hear_facts(body)
            self._cover()
            return not whole or self._more(packet.sender)
        if packet.kind == wire.NEWS:
            self.gossip.hear_news(body, self.now())
            return self._more(packet.sender)
        theirs = Digest.read(body)
        self.gossip.hear_digest(packet.sender, packet.run, int(body["n"]), theirs)
        known = seen(self.engine.store)  # once: fifty boxes say something each second
        self._view(packet.sender, str(body.get("l", NONE))[:NAME], theirs, known)
        for kind, told in self.gossip.difference(theirs, known):
            if datagram := self._sealed(packet.sender, kind, wire.to_body(told)):
                self.send(packet.sender, datagram)
        return self.gossip.knows_less(theirs, known)

    def _view(self, box: int, name: str, theirs: Digest, known: Heads) -> None:
        """Note which list a box follows and what it had done; tell it this one, if they differ."""
        own = (self.gossip.box, self.engine.store.epoch)
        heads = {key: seq for key, seq in theirs.heads.items() if key != own}
        with self._lock:
            self.views.told(box, name, heads, known)
            mine = self.views.mine
        if name not in (NONE, mine):
            body = wire.to_body({"l": self.config.boxes})
            if datagram := self._sealed(box, wire.LIST, body):
                self.send(box, datagram)

    def _cover(self) -> None:
        if self.views.is_owed:
            known = seen(self.engine.store)
            with self._lock:
                self.views.covered(known)

    def _more(self, box: int) -> bool:
        known = self.gossip.last_digest(box)
        return not self.inbox and known is not None and self.gossip.knows_less(known)

    # ------------------------------------------------------------------- status

    def status(self) -> dict:
        """What people want to know about the other boxes."""
        config = self.config
        return {
            str(peer.box): {
                "name": peer.name,
                "alive": self.alive(peer.box),
                "heard": self._heard.get(peer.box, (0.0, None))[1],
                "behind": self.gossip.behind(peer.box),
            }
            for peer in (config.peers if config else ())
        }
