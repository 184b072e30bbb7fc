from odoo import fields, models


class ResConfigSettingsMedia(models.TransientModel):
    _inherit = "res.config.settings"

    pos_scenic_media_location_id = fields.Many2one(
        related="pos_config_id.scenic_media_location_id", readonly=False
    )

    def action_scenic_media_location(self):
        """Give the window of these settings a stock of its own."""
        self.ensure_one()
        self.pos_config_id.action_scenic_media_location()
        return {"type": "ir.actions.client", "tag": "reload"}
