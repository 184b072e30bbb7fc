from odoo import api, fields, models
from odoo.exceptions import UserError


class ScenicSettlementMake(models.TransientModel):
    """Draft settlements of one period, for every partner that something is owed to."""

    _name = "scenic.settlement.make"
    _description = "Scenic Settlement of a Period"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    date_from = fields.Date(
        string="From", required=True, default=lambda self: self._last_month("start")
    )
    date_to = fields.Date(
        string="Until", required=True, default=lambda self: self._last_month("end")
    )
    partner_ids = fields.Many2many(
        "res.partner", string="Partners", help="Empty: all that something is owed to."
    )

    @api.model
    def _last_month(self, which):
        first = fields.Date.start_of(fields.Date.context_today(self), "month")
        return (
            fields.Date.subtract(first, months=1)
            if which == "start"
            else (fields.Date.subtract(first, days=1))
        )

    def action_make(self):
        """Make the drafts and open them; partners that have one of the period are left out."""
        self.ensure_one()
        settlements = self.env["scenic.settlement"]
        partners = settlements._open_partners(self.company_id, self.date_to)
        if self.partner_ids:
            partners &= self.partner_ids.commercial_partner_id
        covered = settlements.search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "!=", "cancelled"),
                ("date_to", ">=", self.date_from),
                ("date_from", "<=", self.date_to),
            ]
        )
        vals = {
            "company_id": self.company_id.id,
            "date_from": self.date_from,
            "date_to": self.date_to,
        }
        made = settlements.create(
            [{**vals, "partner_id": partner.id} for partner in partners - covered.partner_id]
        )
        if not made:
            raise UserError(
                self.env._(
                    "Nothing to settle: nothing is owed to these partners until that day, or the "
                    "period is settled already."
                )
            )
        return made._get_records_action(name=self.env._("Settlements"))
