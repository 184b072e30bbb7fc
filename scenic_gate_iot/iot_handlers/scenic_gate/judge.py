"""Decides on what a reader gave, for every machine that decides alone: box and handheld.

What differs between them, where tickets and earlier uses are kept, is left open. Nothing here
knows the time, the network, a file or a device.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..scenic_rules.passage import decide
from ..scenic_rules.reading import Reading, Stores, read
from ..scenic_rules.reason import Colour, Reason
from ..scenic_rules.site_time import day_and_quarter
from ..scenic_rules.ticket_code import MAX_TEXT, CodeError
from ..scenic_rules.verifier import Verifier
from ..scenic_rules.views import (
    CHECK_HOLDER,
    CHECK_ID,
    Decision,
    GateView,
    History,
    TicketView,
    refusal,
)
from ..scenic_rules.wire import TicketRow
from . import facts
from .config import Config, LaneConfig
from .credential import veiled
from .entry import Entry
from .scan import CODE, FACE, IDCARD, kind_of

# a text refused for one of these is not a ticket of ours; it may be a payment code or an ID number
NOT_OURS = (
    Reason.E_FOREIGN,
    Reason.E_FORMAT,
    Reason.E_TYPE,
    Reason.E_UNKNOWN_ALIAS,
    Reason.E_NO_TICKET,
)
# what a terminal saw for itself need not be looked at again
_SEEN = {IDCARD: CHECK_ID, FACE: CHECK_HOLDER}
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
    product: int | None = None
    pax: int = 0  # persons on the ticket


class Judge:
    """What a gate knows, without the tickets and the past: these it asks its heirs for."""

    exposed = 0  # cents let in that the server has not heard of

    def __init__(self) -> None:
        self.config: Config | None = None
        self.bad_certificates = 0
        self.trusted = False  # the server has confirmed the clock
        self.online = False  # the last sync succeeded
        self.contact = 0.0  # Unix seconds of the last success
        self._verifier = Verifier(0, {})
        self._last_live: dict[int, int] = {}
        self._row: TicketRow | None = None  # of the scan under way

    def row_of(self, uid: int) -> TicketRow | None:
        """Return the listed ticket with this number."""
        raise NotImplementedError

    def row_of_alias(self, alias: str) -> TicketRow | None:
        """Return the listed ticket with this alias."""
        raise NotImplementedError

    def past_of(self, uid: int, zone: str, with_exit: bool) -> History:
        """Tell what is known of a ticket at a gate into ``zone``."""
        raise NotImplementedError

    def rows_of_tags(self, tags: list[bytes], today: int) -> list[TicketRow]:
        """Return the listed tickets of a credential, those for today first."""
        return []

    def with_news(self, ticket: TicketView) -> TicketView:
        """Return a ticket that is not listed, in the state that other boxes told of."""
        return ticket

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
        stores = Stores(
            rule=config.rules.get,
            ticket=self._ticket,
            alias=self._alias,
            dynamic_key=config.dynamic_key,
            last_live=lambda uid: self._last_live.get(uid, 0),
        )
        self._follow(config, stores, verifier, bad)

    def _follow(self, config: Config, stores: Stores, verifier: Verifier, bad: int) -> None:
        """Judge by all of these from now on."""
        self._stores, self._verifier = stores, verifier
        self.bad_certificates, self.config = bad, config

    def judge(
        self, place: LaneConfig, text: str, now: float, persons: int, staff: bool
    ) -> tuple[Reading, Decision]:
        """Read a text at a lane and decide on it; ``persons``, ``staff``: see ``decide``."""
        self._row = None
        if kind_of(text) != CODE:
            return self._judge_credential(place, text, now, persons, staff)
        reading = read(text, self._verifier, self._stores, now, self.trusted)
        if reading.ticket is None:
            return reading, refusal(reading.reason)
        if reading.live_t is not None:
            if len(self._last_live) >= MAX_LIVE:
                self._last_live.clear()
            self._last_live[reading.ticket.uid] = reading.live_t
        return reading, self.weigh(place, reading, now, persons, staff, reading.live)

    def _judge_credential(
        self, place: LaneConfig, scan: str, now: float, persons: int, staff: bool
    ) -> tuple[Reading, Decision]:
        """Decide on the tickets of a card, face or identity card: the first good one passes."""
        answer = Reading(Reason.E_NO_TICKET), refusal(Reason.E_NO_TICKET)
        if self.config.credentials is None or not scan.partition(":")[2]:
            return answer
        today = day_and_quarter(now, self.config.tz)[0]
        tags = self.config.credentials.tags(scan)
        for number, row in enumerate(self.rows_of_tags(tags, today)):
            rule = self.config.rules.get(row.ticket.product)
            if rule is not None:
                rule = replace(rule, checks=rule.checks & ~_SEEN.get(kind_of(scan), 0))
            self._row = row
            reading = Reading(ticket=row.ticket, rule=rule)
            # who stands there is no picture of a code
            decision = self.weigh(place, reading, now, persons, staff, live=True)
            if decision.admit:
                return reading, decision
            if not number:
                answer = reading, decision
        return answer

    def veil(self, text: str) -> str:
        """Return what a reader gave as lanes may keep it: a credential becomes a pseudonym."""
        return veiled(self.config.credentials if self.config else None, text)

    def weigh(
        self, place: LaneConfig, reading: Reading, now: float, persons: int, staff: bool, live: bool
    ) -> Decision:
        """Decide on a ticket that was read; ``live``: as fresh as a live code."""
        gate = GateView.at(
            now,
            self.config.tz,
            site=self.config.site,
            zone=place.zone,
            entrance=entrance_of(place, reading),
            lane=place.code,
            cut_off=self._cut_off(now),
            staff=staff,
            clock_trusted=self.trusted,
            exposure=self._stage(reading.ticket, persons, now),
        )
        history = self._history(reading, place.zone)
        ticket = reading.ticket if reading.ticket.listed else self.with_news(reading.ticket)
        return decide(ticket, reading.rule, history, gate, now, persons, live)

    def look(self, text: str, now: float) -> Reason:
        """Tell whether a text is a good ticket; decides nothing and remembers nothing."""
        if self.config is None:
            return Reason.E_FAULT
        return read(text, self._verifier, self._stores, now, self.trusted).reason or Reason.OK

    def _cut_off(self, now: float) -> bool:
        return now - self.contact > self.config.cut_off_s

    def at_risk(self, ticket: TicketView, persons: int, now: float) -> int:
        """Return what a passage adds to what the server has not heard of, in cents."""
        value = self.config.values.get(ticket.product, 0)
        return self.config.exposure.weight(value, persons, ticket.listed, self._cut_off(now))

    def _stage(self, ticket: TicketView, persons: int, now: float) -> int:
        # the limit holds with this passage, not only before it
        return self.config.exposure.stage(
            self.exposed + self.at_risk(ticket, persons or ticket.pax, now)
        )

    def _ticket(self, uid: int) -> TicketView | None:
        self._row = self.row_of(uid)
        return self._row.ticket if self._row else None

    def _alias(self, alias: str) -> TicketView | None:
        self._row = self.row_of_alias(alias)
        return self._row.ticket if self._row else None

    def _history(self, reading: Reading, zone: str | None) -> History:
        if zone is None:
            return History()
        with_exit = reading.rule is not None and reading.rule.passback
        return self.past_of(reading.ticket.uid, zone, with_exit)

    def reservation(
        self, place: LaneConfig, decision: Decision, reading: Reading, op: str, now: float
    ) -> Entry:
        """Return the fact that uses the rights of a yes."""
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

    def refused(
        self, lane: str, zone: str | None, decision: Decision, reading: Reading, text: str,
        now: float,
    ) -> Entry | None:  # fmt: skip
        """Return the fact of a refusal, None where there is nothing to note."""
        if decision.admit or decision.reason is Reason.SAME_SCAN:
            return None
        ticket = reading.ticket
        keep = decision.reason not in (*NOT_OURS, Reason.E_FAULT, Reason.E_STORE)
        keep = keep and kind_of(text) == CODE
        return Entry(
            facts.REFUSED,
            zone=zone,
            uid=ticket.uid if ticket else None,
            gen=ticket.gen if ticket else 0,
            reason=decision.reason.value,
            code=text.strip()[:MAX_TEXT] if keep else None,
            **self.stamp(lane, now),
        )


def entrance_of(place: LaneConfig, reading: Reading) -> int:
    """Bit of the lane's entrance; a lane of no entrance takes one where the ticket is good."""
    if place.entrance is not None:
        return place.entrance
    mask = reading.ticket.entrances & (reading.rule.entrances if reading.rule else 0)
    return (mask & -mask).bit_length() - 1 if mask else 0


def outcome(decision: Decision, reading: Reading, zone: str | None, op: str | None) -> Outcome:
    """Return what the lane is told."""
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
        product=ticket.product if ticket else None,
        pax=ticket.pax if ticket else 0,
    )
