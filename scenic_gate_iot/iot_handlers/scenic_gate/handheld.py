"""The brain of an attendant's handheld: the judge of a box, with the stores of a browser.

A page cannot look anything up while Python runs. So it asks first what a scan needs (``wanted``),
finds it, and hands it over with the scan; what comes back is written in the same transaction.
Plain values in and out: dictionaries, lists, texts, numbers.
"""

from __future__ import annotations

from collections.abc import Callable

from ..scenic_rules.alias import parse_alias
from ..scenic_rules.reading import Reading
from ..scenic_rules.reason import Reason
from ..scenic_rules.ticket_code import CodeError, decode, parse_uid, uid_hex
from ..scenic_rules.views import History
from ..scenic_rules.wire import TicketRow, WireError, ticket_from_wire
from . import facts, handheld_claim
from .claim_rules import told as refusal_of
from .clock import OK, Clock
from .config import ConfigError, parse
from .entry import Entry, chained
from .judge import Judge, Outcome, outcome
from .past import history_of, own_of


class Handheld(Judge):
    """Decides for one device at one place; ``wall`` and ``mono``: its clocks, in seconds."""

    def __init__(self, wall: Callable[[], float], mono: Callable[[], float]) -> None:
        super().__init__()
        self.clock = Clock(0.0, wall, mono)
        self._wall, self._mono = wall, mono
        self._found: dict = {}
        self.lane = ""
        self.boxes: list[tuple[int, int]] = []  # that may be asked, with their entrances

    def start(self, floor: float, contact: float) -> None:
        """Go on from what the last run has kept: proven time and the last contact."""
        self.clock = Clock(floor, self._wall, self._mono)
        self.contact, self.trusted, self.online = contact, False, False

    def setup(self, data: dict) -> dict:
        """Follow a configuration; ``error`` tells why it cannot be read, and the old one stays.

        The first lane is the place where the attendant stands.
        """
        try:
            config, boxes = parse(data), handheld_claim.boxes_of(data)
        except (ConfigError, ValueError, TypeError, KeyError, AttributeError) as err:
            return {"error": str(err)}
        if not config.lanes:
            return {"error": "a lane is expected"}
        self.configure(config)
        self.lane, self.boxes = next(iter(config.lanes)), boxes
        return {"error": "", "bad_certificates": self.bad_certificates}

    def heard(self, server_now: float) -> dict:
        """Take the time of a reply."""
        self.clock.correct(server_now)
        self.trusted = self.online = True
        self.contact = self.clock.now()
        return self.time()

    def lost(self) -> None:
        """The server does not answer."""
        self.online = False

    def time(self) -> dict:
        """Tell the corrected time and how sure it is."""
        return {
            "now": self.clock.now(),
            "sure": self.clock.quality == OK,
            "contact": self.contact,
            "floor": self.clock.proven(),
        }

    # ------------------------------------------------------------------- scan

    def wanted(self, text: str) -> dict:
        """Tell by which key the ticket of a text is found; empty when it cannot be one."""
        alias = parse_alias(text)
        if alias is not None:
            return {"alias": alias}
        try:
            return {"uid": uid_hex(decode(text).ticket.uid)}
        except CodeError:
            return {}

    def question(self, ask: dict, found: dict, place: dict) -> dict:
        """Tell what to ask the boxes before a scan; see ``handheld_claim.question``."""
        self._found, seen = found, dict(self._last_live)
        self.exposed = int(found.get("exposed") or 0)
        told = handheld_claim.question(self, ask, found, place, self.boxes)
        self._last_live = seen  # the scan itself comes later, with the same live code
        return told

    def refuse(self, ask: dict, told: dict, place: dict) -> dict:
        """Write the fact of a scan that the boxes have refused.

        ``told``: their answer; ``ticket`` of ``ask``: the ticket of the question.
        """
        lane = self.config.lanes[self.lane]
        decision = refusal_of(str(told["r"]), told["t"], str(told["l"]))
        ticket = ticket_from_wire(ask["ticket"], self.config.site).ticket
        entry = Entry(
            facts.REFUSED, zone=lane.zone, uid=ticket.uid, gen=ticket.gen,
            reason=decision.reason.value,
            code=ask["text"].strip() if self.wanted(ask["text"]).get("uid") else None,
            **self.stamp(lane.code, self.clock.now()),
        )  # fmt: skip
        answer = outcome(decision, Reading(ticket=ticket), lane.zone, None)
        return {"answer": self._in_words(answer, None), **self._written(entry, place)}

    def scan(self, ask: dict, found: dict, place: dict) -> dict:
        """Decide on ``ask`` {"text", "persons", "staff", "op"} and write the fact of it.

        ``claim`` in it, where boxes were asked: {"n": persons they granted or None without an
        answer, "owner": whether the owner of the ticket said so}.

        ``found``: {"row": the ticket as the feed has it or None, "own": [[zone, persons, t in ms,
        lane]] in the order of ``t``, "out_t": ms or None, "exposed": cents let in that the server
        has not heard of}; the last comes back with what this scan added. ``place``: {"seq",
        "head"} of the last fact.
        """
        lane, now = self.config.lanes[self.lane], self.clock.now()
        self._found = found
        self.exposed = int(found.get("exposed") or 0)
        reading, decision = self.judge(lane, ask["text"], now, ask["persons"], ask["staff"])
        claim = ask.get("claim")
        if decision.uses:
            decision = handheld_claim.narrowed(decision, claim)
            entry = self.reservation(lane, decision, reading, ask["op"], now)
            entry = handheld_claim.marked(entry, claim)
            if not handheld_claim.is_vouched(claim, reading):
                self.exposed += self.at_risk(reading.ticket, decision.uses, now)
        elif decision.admit and lane.zone is None:
            entry = self._left(reading.ticket.uid, reading.ticket.gen, decision.admit, now)
        else:
            entry = self.refused(lane.code, lane.zone, decision, reading, ask["text"], now)
        told = outcome(decision, reading, lane.zone, ask["op"] if decision.uses else None)
        answer = self._in_words(told, reading)
        return {"answer": answer, "exposed": self.exposed, **self._written(entry, place)}

    def _in_words(self, told: Outcome, reading: Reading | None) -> dict:
        rule = reading.rule if reading else None
        return {
            "reason": told.reason.value,
            "colour": told.colour.value,
            "admit": told.admit,
            "uses": told.uses,
            "rest": told.rest,
            "first_use_t": told.first_use_t,
            "first_use_lane": told.first_use_lane,
            "uid": None if told.uid is None else uid_hex(told.uid),
            "product": told.product,
            "pax": told.pax or None,
            "checks": rule.checks if rule else 0,
        }

    def told(self, ask: dict, answer: dict, place: dict) -> dict:
        """Write the fact of a scan that the server has decided; ``answer``: its reply."""
        lane, now = self.config.lanes[self.lane], self.clock.now()
        uid = parse_uid(answer["uid"]) if answer["uid"] else None
        gen = int(answer.get("gen") or 0)
        text = ask["text"].strip() if self.wanted(ask["text"]).get("uid") else None
        entry: Entry | None = None
        if answer["uses"] and uid is not None:
            entry = Entry(
                facts.RESERVED, zone=lane.zone, uid=uid, gen=gen, pax=answer["uses"],
                op=ask["op"], code=text, **self.stamp(lane.code, now),
            )  # fmt: skip
        elif answer["admit"] and lane.zone is None and uid is not None:
            entry = self._left(uid, gen, answer["admit"], now)
        elif not answer["admit"] and answer["reason"] != Reason.SAME_SCAN.value:
            entry = Entry(
                facts.REFUSED, zone=lane.zone, uid=uid, gen=gen, reason=answer["reason"],
                code=text if uid is not None else None, **self.stamp(lane.code, now),
            )  # fmt: skip
        return self._written(entry, place)

    def event(self, kind: str, values: dict, place: dict) -> dict:
        """Write another fact; ``values``: uid as text, pax, op, reason, code, where they matter.

        A fact of a passage or of a person is of the zone of the lane.
        """
        lane = self.config.lanes[self.lane] if self.config else None
        given = dict(values)
        if given.get("uid"):
            given["uid"] = parse_uid(given["uid"])
        zone = lane.zone if lane and kind != facts.BOOT else None
        entry = Entry(kind, zone=zone, **given, **self.stamp(self.lane, self.clock.now()))
        return self._written(entry, place)

    def _left(self, uid: int, gen: int, persons: int, now: float) -> Entry:
        # a lane that leads outside: no zone and no op, so that the ledger notes who went out
        return Entry(facts.PASSED, uid=uid, gen=gen, pax=persons, **self.stamp(self.lane, now))

    def _written(self, entry: Entry | None, place: dict) -> dict:
        if entry is None:
            return {"fact": None}
        return {"fact": chained(entry, place["seq"] + 1, place["head"] or facts.genesis(
            place["epoch"]))}  # fmt: skip

    # ------------------------------------------------------------------ stores

    def row_of(self, uid: int) -> TicketRow | None:
        """Return the ticket that was found, if it is this one."""
        row = self._listed()
        return row if row and row.ticket.uid == uid else None

    def row_of_alias(self, alias: str) -> TicketRow | None:
        """Return the ticket that was found, if it has this alias."""
        row = self._listed()
        return row if row and row.alias == alias else None

    def past_of(self, uid: int, zone: str, with_exit: bool) -> History:
        """Tell what is known of the ticket that was found."""
        zones: dict[str, list[tuple]] = {}
        for name, persons, t, lane in self._found.get("own") or ():
            zones.setdefault(name, []).append((persons, t, lane, t, lane))
        own = {name: own_of(rows, self.config.tz) for name, rows in zones.items()}
        return history_of(own, self._row, zone, self._out_t() if with_exit else None)

    def _out_t(self) -> float | None:
        mine = self._found.get("out_t")
        known = [] if mine is None else [mine / 1000]
        if self._row and self._row.out_t is not None:
            known.append(self._row.out_t)
        return max(known, default=None)

    def _listed(self) -> TicketRow | None:
        data = self._found.get("row")
        if not data:
            return None
        try:
            return ticket_from_wire(data, self.config.site)
        except WireError:
            return None
