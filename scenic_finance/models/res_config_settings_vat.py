from odoo import fields, models


class ResConfigSettingsVat(models.TransientModel):
    _inherit = "res.config.settings"

    scenic_vat_mode = fields.Selection(related="company_id.scenic_vat_mode", readonly=False)
    scenic_pending_vat_account_id = fields.Many2one(
        related="company_id.scenic_pending_vat_account_id", readonly=False
    )
