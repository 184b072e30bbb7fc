from odoo import fields, models


class ScenicReversal(models.TransientModel):
    """A manager takes uses back, with a reason, so that the rights can be used again."""

    _name = "scenic.reversal"
    _description = "Take Back Uses"

    redemption_ids = fields.Many2many(
        "scenic.redemption",
        string="Uses",
        required=True,
        readonly=True,
        default=lambda self: self.env.context.get("active_ids"),
    )
    reason = fields.Char(required=True, help="Kept in the ledger with the reversal.")

    def action_reverse(self):
        """Write a reversal for each use."""
        self.ensure_one()
        self.check_access("write")
        self.redemption_ids._reverse(self.reason)
        return {"type": "ir.actions.act_window_close"}
