from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ScenicReader(models.Model):
    """Card readers that a box of ours reads by itself."""

    _inherit = "scenic.reader"

    box_id = fields.Many2one(
        "scenic.box", string="IoT Box", required=True, ondelete="restrict", index=True
    )
    url = fields.Char(
        "Address of the Reader",
        required=True,
        help="Where the box finds it: a serial port like /dev/serial/by-path/…, or "
        "socket://10.0.0.9:4001 for a serial line in the network.",
    )
    kind = fields.Selection(
        [
            ("sam", "Resident ID cards (security module)"),
            ("line", "Documents as a line of text"),
        ],
        required=True,
        default="sam",
    )
    baud = fields.Integer(help="Speed of a serial port. 0 = 115200 for ID cards, else 9600.")

    @api.constrains("url")
    def _check_url(self):
        for reader in self:
            url = reader.url or ""
            good = url.startswith(("/", "socket://", "rfc2217://")) and url.isprintable()
            if not good or " " in url:
                raise ValidationError(
                    self.env._(
                        "%(reader)s: enter where the box finds the reader, such as "
                        "/dev/ttyUSB0 or socket://10.0.0.9:4001.",
                        reader=reader.name,
                    )
                )

    def _for_box(self):
        """Return the readers as the configuration of their box has them."""
        return [
            {
                "code": str(reader.id),
                "name": reader.name,
                "url": reader.url,
                "key": reader.sudo().key,
                "options": {"kind": reader.kind, "baud": reader.baud},
            }
            for reader in self
        ]
