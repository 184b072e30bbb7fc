from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.append_only import protect


class ScenicGateVerdict(models.Model):
    """A later judgement of a fact.

    A fact carries the verdict it got when it was stored and is never rewritten. When something
    else that happened earlier becomes known afterwards (the sale of a ticket, a passage that was
    given back), the new verdict is one more row here; the newest one counts.
    """

    _name = "scenic.gate.verdict"
    _description = "Later Verdict"
    _log_access = False
    _order = "id desc"
    _rec_name = "verdict"

    fact_id = fields.Many2one("scenic.gate.fact", required=True, index=True, ondelete="restrict")
    verdict = fields.Selection(
        selection=lambda self: (
            self.env["scenic.gate.fact"]._fields["verdict"]._description_selection(self.env)
        ),
        required=True,
        readonly=True,
    )
    taken = fields.Integer(readonly=True, help="Persons of the fact who have a use in the ledger.")
    decided_at = fields.Datetime(required=True, readonly=True)

    # EXTENDS base
    def init(self):
        super().init()
        protect(self.env.cr, self._table)

    @api.model
    def _add(self, verdicts):
        """Add later verdicts, given as (fact id, verdict, persons in the ledger)."""
        if not verdicts:
            return
        self.env.cr.execute(
            SQL(
                """INSERT INTO scenic_gate_verdict (fact_id, verdict, taken, decided_at)
                   SELECT v.*, now() AT TIME ZONE 'UTC'
                     FROM unnest(%s::int[], %s::varchar[], %s::int[]) AS v""",
                *map(list, zip(*verdicts, strict=True)),
            )
        )
