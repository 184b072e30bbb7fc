from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    scenic_breakage_method = fields.Selection(
        related="company_id.scenic_breakage_method", readonly=False
    )
    scenic_breakage_ahead_account_id = fields.Many2one(
        related="company_id.scenic_breakage_ahead_account_id", readonly=False
    )
    scenic_breakage_min_tickets = fields.Integer(
        related="company_id.scenic_breakage_min_tickets", readonly=False
    )
    scenic_breakage_min_months = fields.Integer(
        related="company_id.scenic_breakage_min_months", readonly=False
    )
    scenic_breakage_cap = fields.Float(related="company_id.scenic_breakage_cap", readonly=False)
