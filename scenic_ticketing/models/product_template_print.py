from odoo import api, fields, models


class ProductTemplatePrint(models.Model):
    """What the tickets of a product look like on paper."""

    _inherit = "product.template"

    scenic_layout_id = fields.Many2one(
        "scenic.print.layout",
        string="Ticket Layout",
        ondelete="restrict",
        help="Empty = the layout of the window.",
    )

    # EXTENDS point_of_sale
    @api.model
    def _load_pos_data_fields(self, config_id):
        return [*super()._load_pos_data_fields(config_id), "scenic_layout_id"]
