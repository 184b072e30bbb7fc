from odoo import api, fields, models

from ..tools.media_sql import by_window


class PosConfigMedia(models.Model):
    """Where the ticket paper, wristbands and cards of a window lie."""

    _inherit = "pos.config"

    scenic_media_location_id = fields.Many2one(
        "stock.location",
        string="Ticket Media at",
        domain="[('usage', '=', 'internal'), ('company_id', 'in', (company_id, False))]",
        ondelete="restrict",
        help="The stock of this window. Empty = the place that its operation type takes goods "
        "from, shared with the windows that do the same.",
    )

    def action_scenic_media_location(self):
        """Give each of these windows a stock of its own."""
        for config in self.filtered(lambda config: not config.scenic_media_location_id):
            parent = config.picking_type_id.default_location_src_id
            config.scenic_media_location_id = self.env["stock.location"].create(
                {
                    "name": config.name,
                    "location_id": parent.id,
                    "usage": "internal",
                    "company_id": config.company_id.id,
                }
            )

    def _scenic_media_place(self):
        """Return where the media of this window lie."""
        self.ensure_one()
        return self.scenic_media_location_id or self.picking_type_id.default_location_src_id

    # EXTENDS point_of_sale
    @api.model
    def _load_pos_data_read(self, records, config):
        read = super()._load_pos_data_read(records, config)
        if read:
            # a window whose tickets need no medium never asks for it
            domain = ["|", ("scenic_media_product_id", "!=", False)]
            domain += [("scenic_deposit_media_id", "!=", False)]
            templates = self.env["product.template"].sudo()
            read[0]["_scenic_has_media"] = bool(templates.search_count(domain, limit=1))
        return read

    @api.model
    def scenic_media_status(self, config_id):
        """Return what a window has left of its media, and what its tickets take of it.

        ``{"media": [{"id", "name", "unit", "left", "minimum"}], "needs": {template id: [medium id,
        pieces, "code" or "person"]}}``; the window counts on by itself while it is offline.
        """
        config = self.env["scenic.ticket"]._check_window(config_id)
        self.env.flush_all()
        self.env.cr.execute(by_window([config.id]))
        rows = self.env.cr.dictfetchall()
        products = self.env["product.product"].sudo()
        domain = [("scenic_media_product_id", "in", [row["product_id"] for row in rows])]
        templates = self.env["product.template"].sudo().search(domain)
        deposits = self.env["product.template"].sudo()
        tied = deposits.search([("scenic_deposit_media_id", "!=", False)]).scenic_deposit_media_id
        return {
            "media": [
                {
                    "id": row["product_id"],
                    "name": products.browse(row["product_id"]).display_name,
                    "unit": products.browse(row["product_id"]).uom_id.name,
                    "left": float(row["remaining"]),
                    "minimum": float(row["minimum"]),
                }
                for row in rows
            ],
            "needs": {
                template.id: [
                    template.scenic_media_product_id.id,
                    template.scenic_media_qty or 1.0,
                    template.scenic_media_per or "code",
                ]
                for template in templates
                if template.scenic_media_product_id not in tied
            },
        }
