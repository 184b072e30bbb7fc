"""The box's side of the sync protocol: one exchange, with everything that comes in injected.

What is sent may arrive twice, and what is answered may get lost: nothing here depends on either.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from . import auth
from .clock import Clock
from .commands import CommandDesk
from .config import Config, ConfigError, parse
from .engine import Engine
from .store import StoreError, put_in

_logger = logging.getLogger(__name__)

VERSION = 1
ONLINE_S = 2.0  # between exchanges while the server answers
BACKOFF_S = (2.0, 4.0, 8.0, 15.0, 30.0)  # while it does not
CONTACT_EVERY_S = 20.0  # how often the proven time is written to disk


class SyncError(Exception):
    """The exchange failed: not reachable, not signed, or not understood."""


class Transport(Protocol):
    """See :class:`transport.HttpTransport`."""

    def post(self, url: str, headers: dict[str, str], body: bytes):
        """Send one request; raises anything when there is no reply."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """Whom the box belongs to."""

    server: str  # URL without path
    token: str
    box: str  # identifier
    database: str = ""


@dataclass(slots=True)
class Sync:
    """Exchanges with the server. ``nonce()`` gives 32 random hex digits."""

    engine: Engine
    desk: CommandDesk
    clock: Clock
    transport: Transport
    pairing: Callable[[], Pairing | None]
    nonce: Callable[[], str]
    status: Callable[[], dict]
    prepare: Callable[[Config], None] = lambda config: None  # it comes into force right after
    configured: Callable[[], None] = lambda: None  # a new configuration is in force
    pause: Callable[[], None] = lambda: None  # lets scans in between two ticket chunks
    offered: Callable[[dict], None] = lambda reply: None  # handlers, drills
    failures: int = 0
    error: str = "no exchange yet"
    config_error: str = ""
    _contact_at: float = 0.0

    @property
    def delay(self) -> float:
        """Seconds until the next exchange, unless something happens."""
        if not self.failures:
            return ONLINE_S
        return BACKOFF_S[min(self.failures, len(BACKOFF_S)) - 1]

    def once(self) -> bool:
        """One exchange; True when the server has more to send right away."""
        pairing = self.pairing()
        if pairing is None:
            self._failed("not paired")
            return False
        try:
            more = self._exchange(pairing)
        except (SyncError, StoreError) as err:
            self._failed(str(err))
            return False
        self.failures, self.error = 0, ""
        return more

    def _failed(self, text: str) -> None:
        if not self.failures:
            _logger.warning("Scenic sync is offline: %s", text)
        self.failures += 1
        self.error, self.engine.online = text, False

    def _exchange(self, pairing: Pairing) -> bool:
        self.engine.journal.flush()
        store = self.engine.store
        acked = store.get("acked", 0)
        facts = self.engine.journal.facts(acked, auth.MAX_FACTS)
        acks = self.desk.acks()
        request = {
            "v": VERSION,
            "epoch": store.epoch,
            "facts": facts,
            "oldest": self.engine.journal.oldest(),
            "acks": acks,
            "config_rev": store.get("config_rev", ""),
            "cursor": store.get("cursor", 0),
            "status": self._told_status(),
        }
        reply = self._post(pairing, request)
        sent_to = facts[-1]["seq"] if facts else acked
        return self._apply(reply, sent_to, acks)

    def _told_status(self) -> dict:
        try:
            return self.status()
        except Exception as err:
            # only people look at it: whatever is wrong with it, the facts have to go
            _logger.exception("Scenic status")
            return {"error": repr(err)}

    def _post(self, pairing: Pairing, request: dict) -> dict:
        body = json.dumps(request, separators=(",", ":")).encode()
        nonce = self.nonce()
        headers = auth.request_headers(
            pairing.token, "POST", auth.SYNC_PATH, pairing.box, int(self.clock.now()), nonce, body
        )
        if pairing.database:
            headers["X-Odoo-Database"] = pairing.database
        try:
            answer = self.transport.post(pairing.server + auth.SYNC_PATH, headers, body)
        except Exception as err:
            raise SyncError(str(err)) from err
        if not auth.verify_reply(
            pairing.token, nonce, answer.status, answer.body, answer.signature
        ):
            raise SyncError(f"the reply (HTTP {answer.status}) is not signed by our server")
        try:
            reply = json.loads(answer.body)
        except ValueError as err:
            raise SyncError("the reply is not JSON") from err
        if answer.status != 200 or not isinstance(reply, dict) or reply.get("v") != VERSION:
            raise SyncError(f"the server answered {answer.status}: {answer.body[:200]!r}")
        return reply

    # ------------------------------------------------------------------ apply

    def _apply(self, reply: dict, sent_to: int, acks: list[dict]) -> bool:
        """Take over a signed reply. The signature says who wrote it, not that it is right."""
        try:
            now, acked_to = float(reply["now"]), int(reply["acked_to"])
            tickets, cursor = list(reply["tickets"]), int(reply["cursor"])
            commands = list(reply["commands"])
        except (KeyError, TypeError, ValueError) as err:
            raise SyncError(f"the reply cannot be read: {err!r}") from err
        if not 0 <= acked_to <= sent_to:
            raise SyncError(f"the server claims fact {acked_to}; {sent_to} were sent")
        self._contact(now)
        store = self.engine.store
        acked_before, cursor_before = store.get("acked", 0), store.get("cursor", 0)
        if acked_to != acked_before:
            self.engine.journal.acknowledged(acked_to)
        self.desk.acked(acks)
        starts_again = self._configure(reply)
        if acked_to < acked_before:
            # the server was restored from a backup: it gives the numbers of its feed once more
            store.put(cursor=0, news_at=(0, 0))
            starts_again = True
        if not starts_again and (tickets or cursor != cursor_before):
            self.engine.snapshot.apply(tickets, cursor, self.pause)
        for command in commands:
            self.desk.accept(command, from_server=True)
        self.offered(reply)
        # only progress may hurry: a server that stands still must not be asked without a pause
        more_down = starts_again or (bool(reply.get("more")) and cursor != cursor_before)
        return more_down or acked_before < acked_to < self.engine.journal.seq

    def _contact(self, now: float) -> None:
        self.clock.correct(now)
        engine = self.engine
        engine.trusted = engine.online = True
        engine.contact = self.clock.now()
        if self.clock.mono() - self._contact_at >= CONTACT_EVERY_S or not self._contact_at:
            self._contact_at = self.clock.mono()
            engine.store.put(contact=engine.contact, floor=self.clock.proven())

    def _configure(self, reply: dict) -> bool:
        """Follow a new configuration; True when the tickets have to be read from the beginning."""
        data = reply.get("config")
        if data is None:
            return False
        try:
            config = parse(data)
        except ConfigError as err:
            # the revision stays the old one, so the server sees that it was not taken over
            self.config_error = str(err)
            _logger.error("Scenic configuration refused: %s", err)
            return False
        old = self.engine.config
        moved = old is not None and old.site != config.site
        with self.engine.store.transaction() as db:
            put_in(db, {"config": data, "config_rev": str(reply.get("config_rev") or "")})
            if moved:
                # tickets of the old site mean nothing here, and the feed starts again
                db.execute("DELETE FROM ticket")
            again = moved or _asks_more(old, config)
            if again:
                put_in(db, {"cursor": 0})
        self.prepare(config)
        self.engine.configure(config)
        self.config_error = ""
        self.configured()
        return again


def _asks_more(old: Config | None, new: Config) -> bool:
    """Whether the box begins to need what the server did not tell it of tickets.

    Cards, faces and identity cards are told where something reads them. When a ticket was used
    elsewhere is told of tickets whose rule asks for it; those it listed before were sent
    without.
    """
    known = old.rules if old else {}
    if new.credentials and not (old and old.credentials):
        return True  # tickets came without their tags before
    return any(
        rule.asks_when and product in known and not known[product].asks_when
        for product, rule in new.rules.items()
    )
