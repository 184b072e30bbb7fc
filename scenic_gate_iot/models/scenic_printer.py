from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ScenicPrinter(models.Model):
    """Printers that a box of ours drives by itself: no print system needed."""

    _inherit = "scenic.printer"

    box_id = fields.Many2one(
        "scenic.box",
        string="IoT Box",
        ondelete="restrict",
        index="btree_not_null",
        help="Empty = a printer that the box finds by itself; enter address and device then.",
    )
    url = fields.Char(
        "Address of the Printer",
        help="Where the box finds it: tcp://10.0.0.9:9100 in the network, /dev/usb/lp0 at a USB "
        "port, or a serial port like /dev/serial/by-path/…",
    )
    baud = fields.Integer(default=9600, help="Speed of a serial port.")

    # EXTENDS scenic_ticketing
    @api.constrains("connection", "box_address", "device", "box_id")
    def _check_way(self):
        # the way to a printer of a box is known only once both have a number and an address
        return super(ScenicPrinter, self.filtered(lambda item: not item.box_id))._check_way()

    @api.constrains("box_id", "url")
    def _check_url(self):
        for printer in self.filtered("box_id"):
            url = printer.url or ""
            if not url.startswith(("tcp://", "/")) or " " in url or not url.isprintable():
                raise ValidationError(
                    self.env._(
                        "%(printer)s: enter where the box finds the printer, such as "
                        "tcp://10.0.0.9:9100 or /dev/usb/lp0.",
                        printer=printer.name,
                    )
                )

    def _for_box(self):
        """Return the printers as the configuration of their box has them."""
        return [
            {
                "code": str(printer.id),
                "name": printer.name,
                "url": printer.url,
                "options": {"baud": printer.baud or 9600},
            }
            for printer in self
        ]
