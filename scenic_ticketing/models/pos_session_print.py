from odoo import api, models


class PosSessionPrint(models.Model):
    """A window knows its layouts and printers, with or without the server."""

    _inherit = "pos.session"

    # EXTENDS point_of_sale
    @api.model
    def _load_pos_data_models(self, config):
        return [
            *super()._load_pos_data_models(config),
            "scenic.print.layout",
            "scenic.printer",
            "scenic.reader",
        ]
