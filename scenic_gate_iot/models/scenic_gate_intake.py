from datetime import datetime, timedelta

from odoo import api, models

from ..iot_handlers.scenic_gate import facts as gate_facts
from ..tools import verdicts
from ..tools.resolution import GateFact
from ..tools.verdicts import RIGHTS_KINDS
from .scenic_gate_fact import COLUMNS

_UNIX = datetime(1970, 1, 1)


class ScenicGateIntake(models.AbstractModel):
    """Takes in what boxes report: every fact is stored once, with a verdict, and none refused."""

    _name = "scenic.gate.intake"
    _description = "Intake of Gate Facts"

    @api.model
    def _take(self, box, epoch, facts, oldest=1, hold=False):
        """Store ``facts`` of the journal ``epoch`` of ``box`` and give them their verdicts.

        Returns (acked_to, [{"seq", "verdict"}]). Facts that are stored already are left as they
        are, so a report may come any number of times. ``hold``: store them, but enter nothing.
        """
        acked_to = self.env["scenic.box.epoch"]._lock(box.id, epoch, oldest)
        fresh, contradictions = self._sort_out(box, epoch, facts)
        if contradictions:
            self._quarantine(box, epoch, contradictions)
        rows, found = self._judge(box, epoch, fresh, hold or box.state == "quarantined")
        ids = self.env["scenic.gate.fact"]._insert(box.id, epoch, rows)
        self._queue_orphans(box, rows, ids)
        self._review(*found)
        self._tell(box, rows, hold)
        if rows:
            acked_to = self.env["scenic.box.epoch"]._advance(box.id, epoch, acked_to)
        return acked_to, [{"seq": row["seq"], "verdict": row["verdict"]} for row in rows]

    # ------------------------------------------------------------------
    # What is new, and does it fit what is known?
    # ------------------------------------------------------------------

    @api.model
    def _sort_out(self, box, epoch, facts):
        """Return the facts that are new, with their digest, and the contradictions found."""
        known = self.env["scenic.gate.fact"]._stored(
            box.id, epoch, {fact["seq"] + step for fact in facts for step in (-1, 0, 1)}
        )
        fresh, contradictions = [], []
        for fact in facts:
            digest = gate_facts.fact_hash(fact["prev"], fact)
            mine = (fact["hash"], digest, fact["prev"])
            if fact["seq"] not in known:
                known[fact["seq"]] = mine
                fresh.append(fact | {"digest": None if digest == fact["hash"] else digest})
            elif known[fact["seq"]] != mine:
                contradictions.append((fact, digest))
        return fresh, contradictions + [(f, None) for f in fresh if not _fits(f, epoch, known)]

    @api.model
    def _quarantine(self, box, epoch, contradictions):
        """Keep what contradicts the stored facts as evidence and stop trusting the box."""
        self.env["scenic.gate.fork"]._keep(
            box.id, epoch, [(fact, digest) for fact, digest in contradictions if digest]
        )
        text = self.env._(
            "The journal of box %(box)s contradicts itself: its memory was copied or changed. Its "
            "reports are stored, but they wait until a manager releases the box.",
            box=box.name,
        )
        lines = self.env["scenic.gate.fork"]._story(box, epoch, contradictions)
        self.env["scenic.incident"]._gate_report(
            box,
            [
                {
                    "gate_key": f"fork:{box.id}:{epoch}",
                    "kind": "box_forked",
                    "happened_at": _moment(contradictions[0][0]),
                    "facts": "\n".join(lines),
                    "persons": 0,
                }
            ],
        )
        box._quarantine(text)

    # ------------------------------------------------------------------
    # What does it mean for the ledger?
    # ------------------------------------------------------------------

    @api.model
    def _judge(self, box, epoch, fresh, held):
        """Return the rows to store for ``fresh`` and the passages of all tickets in them."""
        about_rights = [] if held else [f for f in fresh if f["kind"] in RIGHTS_KINDS and f["uid"]]
        tickets, passages = self.env["scenic.gate.ledger"]._settle(
            {fact["uid"] for fact in about_rights},
            [_gate_fact(box, epoch, fact) for fact in about_rights],
        )
        rows = []
        for fact in fresh:
            ticket = tickets.get(fact["uid"])
            passage = passages.get(f"{box.id}:{epoch}:{fact['seq']}")
            rows.append(
                fact
                | {
                    "happened_at": _moment(fact).isoformat(),
                    "verdict": "held"
                    if held
                    else verdicts.of_fact(fact, ticket, box.site_id.id, passage),
                    "taken": len(passage.active) if passage else 0,
                }
            )
        return rows, (tickets, passages)

    # ------------------------------------------------------------------
    # What follows from it?
    # ------------------------------------------------------------------

    @api.model
    def _queue_orphans(self, box, rows, ids):
        """Let passages whose ticket is not known wait for it."""
        waiting = [
            ids[row["seq"]]
            for row in rows
            if row["verdict"] == "unknown_ticket" and row["kind"] == gate_facts.RESERVED
        ]
        if waiting:
            self.env["scenic.gate.orphan"]._wait(waiting)
            self.env["scenic.gate.alarm"]._review_orphans(box)

    @api.model
    def _match_orphans(self, uid=None):
        """Settle the passages whose ticket has become known; return how many there were."""
        matched = self.env["scenic.gate.orphan"]._take_matched(uid)
        if not matched:
            return 0
        facts = self.env["scenic.gate.fact"].browse(matched)
        tickets, passages = self.env["scenic.gate.ledger"]._settle(set(facts.mapped("uid")))
        self._note_other_site(facts, tickets)
        self._review(tickets, passages)
        for box in facts.box_id:
            self.env["scenic.gate.alarm"]._review_orphans(box)
        return len(matched)

    @api.model
    def _note_other_site(self, facts, tickets):
        foreign = facts.filtered(lambda f: tickets[f.uid]["site_id"] != f.site_id.id)
        self.env["scenic.gate.verdict"]._add([(fact.id, "other_site", 0) for fact in foreign])
        # the incident of what waited ends now, and this still needs a person
        for fact in foreign:
            row = {name: fact[name] for name in COLUMNS}
            row |= {"verdict": "other_site", "happened_at": fact.happened_at.isoformat()}
            self.env["scenic.gate.alarm"]._raise(fact.box_id, [row])

    @api.model
    def _review(self, tickets, passages):
        """Revise the verdicts of earlier facts and the incidents about a surplus."""
        revised = []
        for passage in passages.values():
            verdict = passage.verdict(tickets[passage.fact.uid]["state"] == "void")
            if passage.fact.id and verdict != passage.fact.verdict:
                revised.append((passage.fact.id, verdict, len(passage.active)))
        self.env["scenic.gate.verdict"]._add(revised)
        self.env["scenic.gate.alarm"]._review_surplus(tickets, passages.values())


def _moment(fact):
    return _UNIX + timedelta(milliseconds=fact["t"])


def _fits(fact, epoch, known):
    """Tell whether a fact follows from its stored neighbours and from itself."""
    if fact["digest"]:
        return False
    before = known.get(fact["seq"] - 1)
    expected = gate_facts.genesis(epoch) if fact["seq"] == 1 else before and before[0]
    after = known.get(fact["seq"] + 1)
    return (not expected or expected == fact["prev"]) and (not after or after[2] == fact["hash"])


def _gate_fact(box, epoch, fact):
    return GateFact(
        box_id=box.id,
        site_id=box.site_id.id,
        epoch=epoch,
        seq=fact["seq"],
        kind=fact["kind"],
        happened_at=_moment(fact),
        lane=fact["lane"],
        zone=fact["zone"],
        uid=fact["uid"],
        pax=fact["pax"],
        op=fact["op"],
        mode=fact["mode"],
    )
