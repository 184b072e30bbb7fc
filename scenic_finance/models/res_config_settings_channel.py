from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    scenic_commission_account_id = fields.Many2one(
        related="company_id.scenic_commission_account_id", readonly=False
    )
    scenic_write_off_account_id = fields.Many2one(
        related="company_id.scenic_write_off_account_id", readonly=False
    )
    scenic_write_off_limit = fields.Monetary(
        related="company_id.scenic_write_off_limit",
        readonly=False,
    )
