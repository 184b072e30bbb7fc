"""The offline brain of a box: one scan in, one durable decision out.

``scan`` reads the text, decides with ``scenic_rules`` and writes the consumed rights in one
transaction; when it says yes, the yes is on disk. Nothing here knows the time, the network or a
device: they come in as arguments or are told by whoever knows them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..scenic_rules.passage import decide
from ..scenic_rules.reading import Reading, Stores, read
from ..scenic_rules.reason import Colour, Reason
from ..scenic_rules.ticket_code import MAX_TEXT, CodeError
from ..scenic_rules.verifier import Verifier
from ..scenic_rules.views import Decision, GateView, History, TicketView, refusal
from ..scenic_rules.wire import TicketRow
from . import facts, uses
from .config import Config, LaneConfig
from .journal import Entry, Journal
from .snapshot import Snapshot
from .store import Store, StoreError

# a text refused for one of these is not a ticket of ours; it may be a payment code or an ID number
_NOT_OURS = (Reason.E_FOREIGN, Reason.E_FORMAT, Reason.E_TYPE, Reason.E_UNKNOWN_ALIAS)
MAX_LIVE = 50_000  # live codes remembered; they matter only while the clock is unsure


@dataclass(frozen=True, slots=True)
class Outcome:
    """Answer to one scan. ``op`` names the passage whose rights are consumed, None if none are."""

    reason: Reason
    colour: Colour
    admit: int = 0
    uses: int = 0
    op: str | None = None
    zone: str | None = None
    uid: int | None = None
    gen: int = 0
    rest: int | None = None
    first_use_t: float | None = None
    first_use_lane: str = ""


class Engine:
    """Decides for every lane of one box. ``new_op`` gives 32 fresh random hex digits."""

    def __init__(self, store: Store, new_op: Callable[[], str]) -> None:
        self.store = store
        self.journal = Journal(store)
        self.snapshot = Snapshot(store)
        self.config: Config | None = None
        self.bad_certificates = 0
        self.trusted = False  # the server has confirmed the clock
        self.online = False  # the last sync succeeded
        self.contact = float(store.get("contact", 0))  # Unix seconds of the last success
        self._new_op = new_op
        self._verifier = Verifier(0, {})
        self._last_live: dict[int, int] = {}
        self._row: TicketRow | None = None  # of the scan under way

    def configure(self, config: Config) -> None:
        """Follow a configuration from now on."""
        verifier = Verifier(config.site, config.roots)
        bad = 0
        for blob in config.certificates:
            try:
                verifier.add_certificate(blob)
            except CodeError:
                bad += 1
        for kid, status in config.keys.items():
            verifier.set_status(kid, status)
        self.snapshot.site = config.site
        self._stores = Stores(
            rule=config.rules.get,
            ticket=self._ticket,
            alias=self._alias,
            dynamic_key=config.dynamic_key,
            last_live=lambda uid: self._last_live.get(uid, 0),
        )
        self._verifier, self.bad_certificates, self.config = verifier, bad, config

    # ------------------------------------------------------------------- scan

    def scan(
        self, lane: str, text: str, now: float, persons: int = 0, staff: bool = False
    ) -> Outcome:
        """Decide on a text read at ``lane``; a yes is durable when this returns.

        ``now`` is Unix seconds; ``persons`` and ``staff``: an attendant counted them.
        """
        place = self.config.lanes.get(lane) if self.config else None
        if place is None:
            return self._refused(lane, None, refusal(Reason.E_FAULT), Reading(), text, now)
        try:
            with self.journal.batch() as batch:
                reading, decision = self._decide(place, text, now, persons, staff)
                if not decision.uses:
                    return self._refused(lane, place.zone, decision, reading, text, now)
                op = self._new_op()
                batch.add(self._reservation(place, decision, reading, op, now))
        except StoreError:
            return self._refused(lane, place.zone, refusal(Reason.E_STORE), Reading(), text, now)
        return _outcome(decision, reading, place.zone, op)

    def _decide(
        self, place: LaneConfig, text: str, now: float, persons: int, staff: bool
    ) -> tuple[Reading, Decision]:
        self._row = None
        reading = read(text, self._verifier, self._stores, now, self.trusted)
        if reading.ticket is None:
            return reading, refusal(reading.reason)
        if reading.live_t is not None:
            if len(self._last_live) >= MAX_LIVE:
                self._last_live.clear()
            self._last_live[reading.ticket.uid] = reading.live_t
        gate = GateView.at(
            now,
            self.config.tz,
            site=self.config.site,
            zone=place.zone,
            entrance=_entrance(place, reading),
            lane=place.code,
            cut_off=now - self.contact > self.config.cut_off_s,
            staff=staff,
            clock_trusted=self.trusted,
        )
        history = self._history(reading, place.zone)
        return reading, decide(
            reading.ticket, reading.rule, history, gate, now, persons, reading.live
        )

    def _ticket(self, uid: int) -> TicketView | None:
        self._row = self.snapshot.row(uid)
        return self._row.ticket if self._row else None

    def _alias(self, alias: str) -> TicketView | None:
        self._row = self.snapshot.row_by_alias(alias)
        return self._row.ticket if self._row else None

    def _history(self, reading: Reading, zone: str | None) -> History:
        if zone is None:
            return History()
        with_exit = reading.rule is not None and reading.rule.passback
        return uses.history(
            self.store, self._row, reading.ticket.uid, zone, self.config.tz, with_exit
        )

    def _reservation(
        self, place: LaneConfig, decision: Decision, reading: Reading, op: str, now: float
    ) -> Entry:
        ticket = reading.ticket
        return Entry(
            facts.RESERVED,
            zone=place.zone,
            uid=ticket.uid,
            gen=ticket.gen,
            pax=decision.uses,
            op=op,
            code=reading.decoded.text if reading.decoded else None,
            **self.stamp(place.code, now),
        )

    def stamp(self, lane: str, now: float) -> dict:
        """Fields that every fact of this moment carries."""
        return {
            "lane": lane,
            "t": int(now * 1000),
            "mode": "online" if self.online else "offline",
            "clock": "ok" if self.trusted else "unsure",
        }

    def _refused(
        self,
        lane: str,
        zone: str | None,
        decision: Decision,
        reading: Reading,
        text: str,
        now: float,
    ) -> Outcome:
        if decision.admit == 0 and decision.reason is not Reason.SAME_SCAN:
            ticket = reading.ticket
            keep = decision.reason not in (*_NOT_OURS, Reason.E_FAULT, Reason.E_STORE)
            self.journal.refuse(
                Entry(
                    facts.REFUSED,
                    zone=zone,
                    uid=ticket.uid if ticket else None,
                    gen=ticket.gen if ticket else 0,
                    reason=decision.reason.value,
                    code=text.strip()[:MAX_TEXT] if keep else None,
                    **self.stamp(lane, now),
                )
            )
        return _outcome(decision, reading, zone, None)

    # ------------------------------------------------------------ other facts

    def record(self, kind: str, lane: str, now: float, of: Outcome | None = None, **values) -> bool:
        """Write what happened; ``of`` is the passage it belongs to."""
        if of is not None:
            values |= {"zone": of.zone, "uid": of.uid, "gen": of.gen, "op": of.op}
        elif self.config and lane in self.config.lanes:
            values["zone"] = self.config.lanes[lane].zone
        return self.journal.record(Entry(kind, **values, **self.stamp(lane, now)))

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
        return self.journal.recover(Entry(facts.UNKNOWN, **self.stamp("", now)), lane)


def _entrance(place: LaneConfig, reading: Reading) -> int:
    """Bit of the lane's entrance; a lane of no entrance takes one where the ticket is good."""
    if place.entrance is not None:
        return place.entrance
    mask = reading.ticket.entrances & (reading.rule.entrances if reading.rule else 0)
    return (mask & -mask).bit_length() - 1 if mask else 0


def _outcome(decision: Decision, reading: Reading, zone: str | None, op: str | None) -> Outcome:
    ticket = reading.ticket
    return Outcome(
        reason=decision.reason,
        colour=decision.colour,
        admit=decision.admit,
        uses=decision.uses,
        op=op,
        zone=zone,
        uid=ticket.uid if ticket else None,
        gen=ticket.gen if ticket else 0,
        rest=decision.rest,
        first_use_t=decision.first_use_t,
        first_use_lane=decision.first_use_lane,
    )
