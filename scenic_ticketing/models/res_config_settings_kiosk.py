from odoo import fields, models


class ResConfigSettingsKiosk(models.TransientModel):
    _inherit = "res.config.settings"

    pos_scenic_kiosk = fields.Boolean(related="pos_config_id.scenic_kiosk", readonly=False)
    pos_scenic_kiosk_url = fields.Char(
        related="pos_config_id.scenic_kiosk_url", groups="scenic_ticketing.group_manager"
    )
    pos_scenic_kiosk_idle = fields.Integer(
        related="pos_config_id.scenic_kiosk_idle", readonly=False
    )

    pos_scenic_kiosk_method_id = fields.Many2one(
        related="pos_config_id.scenic_kiosk_method_id", readonly=False
    )
    pos_scenic_kiosk_user_id = fields.Many2one(
        related="pos_config_id.scenic_kiosk_user_id", readonly=False
    )

    def action_scenic_kiosk_renew(self):
        return self.pos_config_id.action_scenic_kiosk_renew()
