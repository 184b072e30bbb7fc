from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    scenic_share_account_id = fields.Many2one(
        related="company_id.scenic_share_account_id", readonly=False
    )
    scenic_share_cost_account_id = fields.Many2one(
        related="company_id.scenic_share_cost_account_id", readonly=False
    )
