from odoo import api, models


class PosSession(models.Model):
    _inherit = "pos.session"

    # EXTENDS point_of_sale
    @api.model
    def _load_pos_data_models(self, config):
        models_ = super()._load_pos_data_models(config)
        # reasons before tickets: those point at them
        return [*models_, "scenic.site", "scenic.free.reason", "scenic.ticket"]
