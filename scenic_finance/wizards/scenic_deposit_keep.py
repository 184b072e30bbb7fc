from odoo import fields, models


class ScenicDepositKeep(models.TransientModel):
    """Asks why deposits are kept, and keeps them."""

    _name = "scenic.deposit.keep"
    _description = "Keep Deposits"

    deposit_ids = fields.Many2many("scenic.deposit", required=True)
    reason = fields.Char(required=True)

    def action_keep(self):
        """Turn the deposits into income and show the entry."""
        moves = self.deposit_ids._keep(self.reason)
        return moves._get_records_action()
