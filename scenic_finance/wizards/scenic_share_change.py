from odoo import api, fields, models
from odoo.exceptions import UserError


class ScenicShareChange(models.TransientModel):
    """Other terms of a share from a day on; what was accrued before stays as it is."""

    _name = "scenic.share.change"
    _description = "Scenic Change of a Share"

    share_id = fields.Many2one("scenic.share", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="share_id.company_id")
    currency_id = fields.Many2one(related="share_id.currency_id")
    date_from = fields.Date(string="From", required=True, default=fields.Date.context_today)
    basis = fields.Selection(related="share_id.basis")
    percent = fields.Float(
        string="Share (%)",
        digits=(7, 4),
        compute="_compute_terms",
        store=True,
        readonly=False,
    )
    amount = fields.Monetary(
        string="Per Person", compute="_compute_terms", store=True, readonly=False
    )
    treatment = fields.Selection(
        selection=lambda self: self.env["scenic.share"]._fields["treatment"].selection,
        string="The Park is",
        compute="_compute_terms",
        store=True,
        readonly=False,
    )
    owed_when_unused = fields.Boolean(compute="_compute_terms", store=True, readonly=False)

    @api.depends("share_id")
    def _compute_terms(self):
        for change in self:
            share = change.share_id
            change.percent = share.percent
            change.amount = share.amount
            change.treatment = share.treatment
            change.owed_when_unused = share.owed_when_unused

    def action_apply(self):
        """End the share the day before and begin its successor."""
        self.ensure_one()
        share = self.share_id
        if self.date_from <= share.date_from:
            raise UserError(
                self.env._("The new terms begin after the share itself; change it instead.")
            )
        end = share.date_to
        if end and end < self.date_from:
            raise UserError(self.env._("The share ends before that day."))
        share.date_to = fields.Date.subtract(self.date_from, days=1)
        successor = share.copy(
            {
                "date_from": self.date_from,
                "date_to": end,
                "percent": self.percent,
                "amount": self.amount,
                "treatment": self.treatment,
                "owed_when_unused": self.owed_when_unused,
                "previous_id": share.id,
            }
        )
        share.message_post(
            body=self.env._(
                "Other terms from %(day)s: %(share)s",
                day=self.date_from,
                share=successor.display_name,
            )
        )
        return successor._get_records_action()
