import json
from datetime import datetime, timezone

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.append_only import protect


class ScenicGateFork(models.Model):
    """A report that contradicts another one of the same journal and number.

    Two boxes cannot write the same number in the same journal: somebody copied a memory card, or
    changed it. The first report stays the fact; this one is kept as evidence, because what it
    tells may have happened as well.
    """

    _name = "scenic.gate.fork"
    _description = "Contradicting Report"
    _log_access = False
    _order = "id desc"
    _rec_name = "digest"

    box_id = fields.Many2one("scenic.box", required=True, ondelete="restrict")
    company_id = fields.Many2one(related="box_id.company_id")
    epoch = fields.Char(required=True, readonly=True)
    seq = fields.Integer(required=True, readonly=True)
    digest = fields.Char(required=True, readonly=True, help="SHA-256 of the report.")
    body = fields.Json(readonly=True, help="The report as it came.")
    received_at = fields.Datetime(required=True, readonly=True)

    _report_uniq = models.Constraint(
        "UNIQUE (box_id, epoch, seq, digest)", "Each contradicting report is kept once."
    )

    # EXTENDS base
    def init(self):
        super().init()
        protect(self.env.cr, self._table)

    @api.model
    def _keep(self, box_id, epoch, reports):
        """Keep contradicting reports, given as (fact, its digest)."""
        for fact, digest in reports:
            self.env.cr.execute(
                SQL(
                    """INSERT INTO scenic_gate_fork (box_id, epoch, seq, digest, body, received_at)
                       VALUES (%s, %s, %s, %s, %s, now() AT TIME ZONE 'UTC')
                       ON CONFLICT DO NOTHING""",
                    box_id,
                    epoch,
                    fact["seq"],
                    digest,
                    json.dumps(fact),
                )
            )

    @api.model
    def _story(self, box, epoch, contradictions):
        """Return lines that show both sides of each contradiction, (fact, digest or None)."""
        facts = [fact for fact, _digest in contradictions]
        stored = {
            fact.seq: fact
            for fact in self.env["scenic.gate.fact"].search(
                [("box_id", "=", box.id), ("epoch", "=", epoch)]
                + [("seq", "in", [fact["seq"] for fact, digest in contradictions if digest])]
            )
        }
        alarm = self.env["scenic.gate.alarm"]
        uids = {fact["uid"] for fact in facts} | set(
            self.env["scenic.gate.fact"].concat(*stored.values()).mapped("uid")
        )
        names = alarm._ticket_names(box.site_id, uids)
        lines = [
            "E_FORKED_BOX: "
            + self.env._("%s has told two different histories under the same numbers.", box.name)
        ]
        for fact, digest in contradictions:
            number, old = fact["seq"], stored.get(fact["seq"])
            moment = datetime.fromtimestamp(fact["t"] / 1000, timezone.utc).replace(tzinfo=None)
            told = alarm._line(
                box.site_id, moment, fact["lane"], fact["pax"], names.get(fact["uid"]), fact["kind"]
            )
            if digest and old:
                first = alarm._line(
                    box.site_id, old.happened_at, old.lane, old.pax, names.get(old.uid), old.kind
                )
                lines.append(
                    self.env._("No. %(number)s first: %(line)s", number=number, line=first)
                )
                lines.append(self.env._("No. %(number)s now: %(line)s", number=number, line=told))
            else:
                lines.append(
                    self.env._(
                        "No. %(number)s does not follow the one before: %(line)s",
                        number=number,
                        line=told,
                    )
                )
        return lines
