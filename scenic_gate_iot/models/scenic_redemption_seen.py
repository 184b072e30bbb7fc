from collections import defaultdict

from odoo import api, fields, models

from ..iot_handlers.scenic_gate import facts as gate_facts


class ScenicRedemptionSeen(models.Model):
    """Whether a use was seen: a ledger row is written when the lane opens, before anybody walks."""

    _inherit = "scenic.redemption"

    seen = fields.Selection(
        [("confirmed", "Seen"), ("assumed", "Assumed"), ("unknown", "Unknown"), ("open", "Open")],
        "Passage",
        compute="_compute_seen",
        help="Seen by a sensor, assumed because the lane was open, or unknown because power or "
        "contact was lost. Empty for uses that no gate reported.",
    )

    @api.depends("source_ref", "kind")
    def _compute_seen(self):
        """Number the persons of a passage as the ledger does: who is given back has the last."""
        ops, ends = self._passages_of_gates()
        for row in self:
            ref, _colon, person = (row.source_ref or "").rpartition(":")
            op = ops.get(ref) if row.kind == "use" else None
            row.seen = _seen(ends[op], int(person)) if op and person.isdigit() else False

    def _passages_of_gates(self):
        """Return ({reference of a reservation: its passage}, {passage: {kind: persons}})."""
        # facts are for attendants, the ledger is for accountants, too
        facts = (
            self.env["scenic.gate.fact"]
            .sudo()
            .search(
                [
                    ("uid", "in", self.ticket_id.sudo().mapped("uid")),
                    ("kind", "in", (gate_facts.RESERVED, *gate_facts.ENDINGS)),
                    ("op", "!=", False),
                ]
            )
        )
        ops, ends = {}, defaultdict(lambda: defaultdict(int))
        for fact in facts:
            key = (fact.box_id.id, fact.epoch, fact.op)
            if fact.kind == gate_facts.RESERVED:
                ops[f"{fact.box_id.id}:{fact.epoch}:{fact.seq}"] = key
            else:
                ends[key][fact.kind] += fact.pax
        return ops, ends


def _seen(ends, person):
    for kind, word in (
        (gate_facts.PASSED, "confirmed"),
        (gate_facts.CLOSED, "assumed"),
        (gate_facts.UNKNOWN, "unknown"),
    ):
        if person <= ends[kind]:
            return word
        person -= ends[kind]
    return False if ends[gate_facts.RELEASED] >= person else "open"
