from odoo import api, models


class PosSession(models.Model):
    _inherit = "pos.session"

    # EXTENDS point_of_sale
    @api.model
    def _load_pos_data_models(self, config):
        return [*super()._load_pos_data_models(config), "scenic.site", "scenic.ticket"]
