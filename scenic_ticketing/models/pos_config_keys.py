from odoo import fields, models


class PosConfigKeys(models.Model):
    """What tickets that this window signs are good for."""

    _inherit = "pos.config"

    scenic_offline_entrance_ids = fields.Many2many(
        "scenic.entrance",
        string="Entrances of Tickets Sold Offline",
        help="Codes that this window signs open these entrances until the server has the sale. "
        "None = all of them.",
    )
