from odoo import api, fields, models
from odoo.exceptions import UserError


class ScenicShareChange(models.TransientModel):
    """Other terms of a share from a day on; what was accrued before stays as it is."""

    _name = "scenic.share.change"
    _description = "Scenic Change of a Share"

    share_id = fields.Many2one("scenic.share", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="share_id.company_id")
    currency_id = fields.Many2one(related="share_id.currency_id")
    date_from = fields.Date(
        string="From",
        required=True,
        # today may have passages already
        default=lambda self: fields.Date.add(fields.Date.context_today(self), days=1),
    )
    basis = fields.Selection(related="share_id.basis")
    percent = fields.Float(string="Share (%)", digits=(7, 4))
    amount = fields.Monetary(string="Per Person")
    treatment = fields.Selection(
        selection=lambda self: self.env["scenic.share"]._fields["treatment"].selection,
        string="The Park is",
        required=True,
    )
    owed_when_unused = fields.Boolean()

    @api.model
    def default_get(self, fields_list):
        """Begin with the terms that the share has."""
        values = super().default_get(fields_list)
        share = self.env["scenic.share"].browse(values.get("share_id"))
        for name in ("percent", "amount", "treatment", "owed_when_unused"):
            if share and name in fields_list:
                values[name] = share[name]
        return values

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
