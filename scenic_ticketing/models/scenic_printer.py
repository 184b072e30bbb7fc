from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ScenicPrinter(models.Model):
    """A printer that windows print tickets on, and the way to it."""

    _name = "scenic.printer"
    _description = "Ticket Printer"
    _inherit = ["scenic.window.device"]

    connection = fields.Selection(
        [("box", "A device of an IoT box"), ("proxy", "The hardware proxy of the window")],
        required=True,
        default="box",
    )
    language = fields.Selection(
        [
            ("escpos", "ESC/POS (receipts)"),
            ("zpl", "ZPL (labels and wristbands)"),
            ("picture", "Picture that the box translates"),
        ],
        required=True,
        default="escpos",
        help="What the printer understands. A picture is for printers whose driver on the box "
        "makes the commands, for example Star.",
    )
    dots = fields.Selection(
        [("384", "58 mm (384 dots)"), ("576", "80 mm (576 dots)")],
        string="Paper",
        default="384",
        help="Dots across the paper of a receipt printer. Layouts for wider paper are drawn "
        "as wide as this.",
    )
    device = fields.Char(
        help="Identifier of the printer on the box, as the page of the box shows it.",
    )

    @api.constrains("connection", "box_address", "device")
    def _check_way(self):
        for printer in self.filtered(lambda item: item.connection == "box"):
            if not printer.box_address or not printer.device:
                raise ValidationError(
                    self.env._(
                        "%(printer)s hangs on an IoT box: enter the address of the box and which "
                        "of its devices it is.",
                        printer=printer.name,
                    )
                )

    # EXTENDS point_of_sale
    @api.model
    def _load_pos_data_domain(self, data, config):
        used = config.scenic_receipt_printer_id | config.scenic_label_printer_id
        return [("id", "in", used.ids)]

    # EXTENDS point_of_sale
    @api.model
    def _load_pos_data_fields(self, config):
        return ["name", "connection", "language", "dots", "box_address", "device"]
