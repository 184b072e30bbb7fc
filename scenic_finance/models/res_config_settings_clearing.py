from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    scenic_acquirer_fee_account_id = fields.Many2one(
        related="company_id.scenic_acquirer_fee_account_id", readonly=False
    )
    scenic_rounding_account_id = fields.Many2one(
        related="company_id.scenic_rounding_account_id", readonly=False
    )
    scenic_unexplained_account_id = fields.Many2one(
        related="company_id.scenic_unexplained_account_id", readonly=False
    )
    scenic_cash_transit_account_id = fields.Many2one(
        related="company_id.scenic_cash_transit_account_id", readonly=False
    )
    scenic_bank_transit_account_id = fields.Many2one(
        related="company_id.scenic_bank_transit_account_id", readonly=False
    )
    scenic_settlement_journal_id = fields.Many2one(
        related="company_id.scenic_settlement_journal_id", readonly=False
    )
