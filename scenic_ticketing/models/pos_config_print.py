from odoo import fields, models


class PosConfigPrint(models.Model):
    """Where a window prints its tickets."""

    _inherit = "pos.config"

    scenic_layout_id = fields.Many2one(
        "scenic.print.layout",
        string="Ticket Layout",
        ondelete="restrict",
        help="For tickets whose product has no layout of its own. Empty = 58 mm receipt.",
    )
    scenic_receipt_printer_id = fields.Many2one(
        "scenic.printer",
        string="Ticket Printer",
        domain="[('language', '!=', 'zpl'), ('company_id', '=', company_id)]",
        ondelete="restrict",
        help="Empty = the receipt printer of the window if it has one, otherwise the browser.",
    )
    scenic_label_printer_id = fields.Many2one(
        "scenic.printer",
        string="Label Printer",
        domain="[('language', '=', 'zpl'), ('company_id', '=', company_id)]",
        ondelete="restrict",
        help="Prints the layouts for labels and wristbands.",
    )
    scenic_reader_baud = fields.Integer(
        "Speed of Serial Readers",
        default=9600,
        help="Baud of card and code readers on a serial port of the window's computer.",
    )
