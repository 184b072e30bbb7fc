"""The offline brain of a box: one scan in, one durable decision out.

``scan`` reads the text, decides with ``scenic_rules`` and writes the consumed rights in one
transaction; when it says yes, the yes is on disk. Nothing here knows the time, the network or a
device: they come in as arguments or are told by whoever knows them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..scenic_rules.reading import Reading
from ..scenic_rules.reason import Colour, Reason
from ..scenic_rules.views import Decision, History, TicketView, refusal, ticket_from_row
from ..scenic_rules.wire import TicketRow
from . import claiming, facts, uses
from .config import Config
from .entry import Entry
from .journal import Journal, by_rule
from .judge import Judge, Outcome, outcome
from .snapshot import Snapshot
from .store import Store, StoreError


class Engine(Judge):
    """Decides for every lane of one box. ``new_op`` gives 32 fresh random hex digits."""

    def __init__(self, store: Store, new_op: Callable[[], str]) -> None:
        super().__init__()
        self.store = store
        self.journal = Journal(store)
        self.snapshot = Snapshot(store)
        self.contact = float(store.get("contact", 0))
        self.new_op = new_op
        self.peers: claiming.Peers | None = None  # the other boxes of the site

    @property
    def exposed(self) -> int:
        """Cents let in that the server has not heard of."""
        return self.journal.exposed

    def _follow(self, config: Config, *parts) -> None:
        # between two scans: none is judged half by the old one
        with self.store.lock:
            super()._follow(config, *parts)
            self.snapshot.site = config.site

    def look(self, text: str, now: float) -> Reason:
        """Tell whether a text is a good ticket; not in the middle of another lane's scan."""
        with self.store.lock:
            return super().look(text, now)

    def row_of(self, uid: int) -> TicketRow | None:
        """Return the listed ticket with this number."""
        return self.snapshot.row(uid)

    def row_of_alias(self, alias: str) -> TicketRow | None:
        """Return the listed ticket with this alias."""
        return self.snapshot.row_by_alias(alias)

    def rows_of_tags(self, tags: list[bytes], today: int) -> list[TicketRow]:
        """Return the listed tickets of a credential, those for today first."""
        return self.snapshot.rows_of_tags(tags, today)

    def past_of(self, uid: int, zone: str, with_exit: bool) -> History:
        """Tell what is known of a ticket at a gate into ``zone``."""
        return uses.history(self.store, self._row, uid, zone, self.config.tz, with_exit)

    def with_news(self, ticket: TicketView) -> TicketView:
        """Return a ticket that is not listed, in the state that other boxes told of."""
        rows = self.store.rows("SELECT gen, state FROM state_news WHERE uid = ?", (ticket.uid,))
        if not rows:
            return ticket
        gen, state = rows[0]
        row = replace(
            ticket, gen=max(gen, ticket.gen), state=state if gen >= ticket.gen else ticket.state
        )
        return ticket_from_row(row, ticket.gen)

    def look_again(self, reading: Reading) -> Reading:
        """Return what was read with what is known of the ticket now."""
        ticket = reading.ticket
        self._row = row = self.row_of(ticket.uid)
        if row is None:
            return replace(reading, ticket=replace(ticket, listed=False))
        gen = reading.decoded.ticket.gen if reading.decoded else row.ticket.gen
        return replace(reading, ticket=ticket_from_row(row.ticket, gen))

    # ------------------------------------------------------------------- scan

    def scan(
        self, lane: str, text: str, now: float, persons: int = 0, staff: bool = False
    ) -> Outcome:
        """Decide on a text read at ``lane``; a yes is durable when this returns.

        ``now`` is Unix seconds; ``persons`` and ``staff``: an attendant counted them.
        """
        place = self.config.lanes.get(lane) if self.config else None
        if place is None:
            return self.turn_away(lane, None, refusal(Reason.E_FAULT), Reading(), text, now)
        try:
            if self.peers:
                return claiming.scan(self, claiming.Scan(place, text, now, persons, staff))
            with self.journal.batch() as batch:
                reading, decision = self.judge(place, text, now, persons, staff)
                if not decision.uses:
                    return self.turn_away(lane, place.zone, decision, reading, text, now)
                op = self.new_op()
                batch.add(self.reservation(place, decision, reading, op, now))
                batch.expose(op, self.at_risk(reading.ticket, decision.uses, now), decision.uses)
        except StoreError:
            return self.turn_away(lane, place.zone, refusal(Reason.E_STORE), Reading(), text, now)
        return outcome(decision, reading, place.zone, op)

    def turn_away(
        self,
        lane: str,
        zone: str | None,
        decision: Decision,
        reading: Reading,
        text: str,
        now: float,
    ) -> Outcome:
        """Note a refusal and return what the lane is told."""
        entry = self.refused(lane, zone, decision, reading, text, now)
        if entry is not None:
            self.journal.refuse(entry)
        return outcome(decision, reading, zone, None)

    # ------------------------------------------------------------ other facts

    def record(self, kind: str, lane: str, now: float, of: Outcome | None = None, **values) -> bool:
        """Write what happened; ``of`` is the passage it belongs to."""
        if of is not None:
            values |= {"zone": of.zone, "uid": of.uid, "gen": of.gen, "op": of.op}
        elif self.config and lane in self.config.lanes:
            values["zone"] = self.config.lanes[lane].zone
        entry = Entry(kind, **values, **self.stamp(lane, now))
        if kind != facts.UNKNOWN:
            return self.journal.record(entry)
        return self.journal.record(*by_rule(entry, self._on_unknown(lane)))

    def reopen(self, op: str, lane: str) -> Outcome | None:
        """Use up the one re-opening of a passage that ended unknown or unconfirmed."""
        row = self.journal.take_reopen(op, lane)
        if row is None:
            return None
        uid, gen, zone, pax = row
        return Outcome(Reason.OK, Colour.GREEN, pax, 0, op, zone, uid, gen)

    def boot(self, now: float) -> int:
        """Note the start; end passages that the last run left open.

        :return: number of passages whose outcome nobody knows
        """
        unknown = self.recover(now)
        self.record(facts.BOOT, "", now, pax=unknown)
        return unknown

    def recover(self, now: float, lane: str | None = None) -> int:
        """End the passages under way as unknown, of all lanes or of one."""
        entry = Entry(facts.UNKNOWN, **self.stamp("", now))
        return self.journal.recover(entry, lane, self._on_unknown)

    def _on_unknown(self, lane: str) -> str:
        place = self.config.lanes.get(lane) if self.config else None
        return place.settings.on_unknown if place else "consumed"
