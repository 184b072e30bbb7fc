import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

_ADDRESS = re.compile(r"[A-Za-z0-9.\-]{1,253}(:\d{1,5})?")


class ScenicWindowDevice(models.AbstractModel):
    """A device that windows reach through an IoT box in their network."""

    _name = "scenic.window.device"
    _description = "Device of a Window"
    _inherit = ["pos.load.mixin"]
    _order = "sequence, name, id"

    name = fields.Char(required=True, help="Where it stands, for example Window 3.")
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    box_address = fields.Char(
        "Address of the Box",
        help="Name or IP address as windows reach it, with the port where it is not 80 or 443. "
        "A window uses https where it was itself opened by https.",
    )
    device = fields.Char("Device of the Box")

    @api.constrains("box_address")
    def _check_address(self):
        for device in self.filtered("box_address"):
            if not _ADDRESS.fullmatch(device.box_address):
                raise ValidationError(
                    self.env._(
                        "%(address)s is no address of a box. Enter a name or an IP address, like "
                        "192.168.1.20 or box.example.org:8069.",
                        address=device.box_address,
                    )
                )
