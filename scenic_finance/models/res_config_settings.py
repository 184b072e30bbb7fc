from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    scenic_liability_account_id = fields.Many2one(
        related="company_id.scenic_liability_account_id", readonly=False
    )
    scenic_breakage_account_id = fields.Many2one(
        related="company_id.scenic_breakage_account_id", readonly=False
    )
    scenic_deposit_account_id = fields.Many2one(
        related="company_id.scenic_deposit_account_id", readonly=False
    )
    scenic_visitor_deposit_account_id = fields.Many2one(
        related="company_id.scenic_visitor_deposit_account_id", readonly=False
    )
    scenic_fee_account_id = fields.Many2one(
        related="company_id.scenic_fee_account_id", readonly=False
    )
    scenic_recognition_journal_id = fields.Many2one(
        related="company_id.scenic_recognition_journal_id", readonly=False
    )

    def action_scenic_create_accounts(self):
        """Create the accounts and the journal that are still missing."""
        self.ensure_one()
        self.company_id._scenic_create_accounts()
        return {"type": "ir.actions.client", "tag": "reload"}
