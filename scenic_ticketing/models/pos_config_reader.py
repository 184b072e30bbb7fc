from odoo import fields, models


class PosConfigReader(models.Model):
    """Which card reader of an IoT box belongs to a window."""

    _inherit = "pos.config"

    scenic_id_reader_id = fields.Many2one(
        "scenic.reader",
        string="Card Reader",
        domain="[('company_id', '=', company_id)]",
        ondelete="restrict",
        help="Reader of identity cards on an IoT box. Its readings are encrypted for this window.",
    )
