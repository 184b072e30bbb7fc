import json

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
