from odoo import api, fields, models
from odoo.exceptions import ValidationError

# printable dots across the paper, at the 8 dots/mm of practically every receipt printer
RECEIPT_DOTS = {"receipt58": 384, "receipt80": 576}
LABELS = ("label_zpl", "wristband_zpl")
# longest code a ticket can have: one with the certificate of its window, QR version 12 with its
# quiet zone
LONG_CODE_MODULES = 73


class ScenicPrintLayout(models.Model):
    """What stands on the paper of a ticket, and how large that paper is."""

    _name = "scenic.print.layout"
    _description = "Ticket Layout"
    _inherit = ["pos.load.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", index=True, help="Empty = for all companies.")
    kind = fields.Selection(
        [
            ("receipt58", "Receipt paper, 58 mm"),
            ("receipt80", "Receipt paper, 80 mm"),
            ("label_zpl", "Label"),
            ("wristband_zpl", "Wristband"),
            ("browser", "Printer of the browser"),
        ],
        required=True,
        default="receipt58",
    )
    width_mm = fields.Integer(
        "Width (mm)", default=50, help="Width of the label, or of the wristband, across the feed."
    )
    length_mm = fields.Integer(
        "Length (mm)", default=80, help="Length of the label, or of the printed part of the band."
    )
    dots_mm = fields.Selection(
        [("8", "203 dpi (8 dots/mm)"), ("12", "300 dpi (12 dots/mm)"), ("24", "600 dpi")],
        string="Resolution",
        required=True,
        default="8",
    )
    width_dots = fields.Integer(compute="_compute_dots", store=True)
    length_dots = fields.Integer(
        compute="_compute_dots", store=True, help="0 = as long as its content."
    )
    module_dots = fields.Integer(
        "Smallest Module (dots)",
        compute="_compute_module_dots",
        help="How many dots a module of the longest code gets: the one that a window sold while "
        "the server was away, with the certificate of the window in it.",
    )
    code_drawing = fields.Selection(
        [("picture", "Dots of the window"), ("printer", "Command of the printer")],
        string="QR Code Is Drawn by",
        required=True,
        default="picture",
        help="Dots of the window: every printer prints the same. Command of the printer: less "
        "data, for printers that know QR codes (ESC/POS: GS ( k, ZPL: ^BQ).",
    )
    header = fields.Text(translate=True)
    footer = fields.Text(translate=True)
    logo = fields.Image(max_width=576, max_height=288)
    show_site = fields.Boolean("Site", default=True)
    show_product = fields.Boolean("Product", default=True)
    show_validity = fields.Boolean("Date and Time", default=True)
    show_pax = fields.Boolean("Persons", default=True)
    show_price = fields.Boolean("Price", default=True)
    show_alias = fields.Boolean("Ticket Number", default=True)
    show_order = fields.Boolean("Order and Count", default=True)
    show_holder = fields.Boolean("Holder", help="The name, with most of it hidden.")
    show_note = fields.Boolean("Note for the Gate", default=True)
    show_copy = fields.Boolean("Mark of Copies", default=True, help="Copy 1, copy 2, …")

    @api.depends("kind", "width_mm", "length_mm", "dots_mm")
    def _compute_dots(self):
        for layout in self:
            label = layout.kind in LABELS
            density = int(layout.dots_mm or 8)
            layout.width_dots = (
                layout.width_mm * density if label else RECEIPT_DOTS.get(layout.kind, 384)
            )
            layout.length_dots = layout.length_mm * density if label else 0

    @api.depends("width_dots", "length_dots")
    def _compute_module_dots(self):
        for layout in self:
            room = min(layout.width_dots, layout.length_dots or layout.width_dots)
            layout.module_dots = room // LONG_CODE_MODULES

    @api.constrains("kind", "width_mm", "length_mm", "dots_mm")
    def _check_size(self):
        for layout in self.filtered(lambda item: item.kind in LABELS):
            # 16 modules a side is no code any more; 2 m is longer than any roll's band
            if not (15 <= layout.width_mm <= 120 and 20 <= layout.length_mm <= 500):
                raise ValidationError(
                    self.env._(
                        "%(layout)s is %(width)s × %(length)s mm. A label is 15 to 120 mm wide "
                        "and 20 to 500 mm long.",
                        layout=layout.name,
                        width=layout.width_mm,
                        length=layout.length_mm,
                    )
                )

    # EXTENDS point_of_sale
    @api.model
    def _load_pos_data_domain(self, data, config):
        return [("company_id", "in", [config.company_id.id, False])]

    # EXTENDS point_of_sale
    @api.model
    def _load_pos_data_fields(self, config):
        return [
            "name",
            "kind",
            "width_dots",
            "length_dots",
            "code_drawing",
            "header",
            "footer",
            "logo",
            "show_site",
            "show_product",
            "show_validity",
            "show_pax",
            "show_price",
            "show_alias",
            "show_order",
            "show_holder",
            "show_note",
            "show_copy",
        ]
