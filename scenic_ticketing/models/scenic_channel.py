from odoo import fields, models


class ScenicChannel(models.Model):
    """Where a ticket was sold."""

    _name = "scenic.channel"
    _description = "Scenic Sales Channel"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Short name for imports and reports, for example OTA1.")
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("window", "Window"),
            ("kiosk", "Kiosk"),
            ("website", "Website"),
            ("desk", "Group Desk"),
            ("ota", "Online Travel Agency"),
        ],
        required=True,
        default="window",
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint("UNIQUE (code)", "Another channel already has this code.")
