from odoo import api, fields, models

from ..tools import media_sql


class ScenicMediaStock(models.Model):
    """What each window has left of ticket paper, wristbands and cards, at this moment."""

    _name = "scenic.media.stock"
    _description = "Scenic Ticket Media at a Window"
    _auto = False
    _order = "remaining, id"
    _rec_name = "product_id"

    config_id = fields.Many2one("pos.config", string="Window", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    location_id = fields.Many2one("stock.location", string="Place", readonly=True)
    product_id = fields.Many2one("product.product", string="Medium", readonly=True)
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    on_hand = fields.Float(
        string="In Stock", readonly=True, digits="Product Unit", help="Counted and posted."
    )
    pending = fields.Float(
        string="Given Out Today",
        readonly=True,
        digits="Product Unit",
        help="By sessions that are open: it leaves the stock when they are closed.",
    )
    remaining = fields.Float(string="Left", readonly=True, digits="Product Unit")
    minimum = fields.Float(
        readonly=True,
        digits="Product Unit",
        help="Minimum of the reordering rule of the place.",
    )
    state = fields.Selection(
        [("good", "Enough"), ("low", "Running Out"), ("out", "None Left")], readonly=True
    )
    packs = fields.Char(
        string="Rolls",
        compute="_compute_packs",
        help="The same in the greatest packaging of the product: rolls, boxes.",
    )

    @property
    def _table_query(self):
        return media_sql.by_window()

    @api.depends("product_id", "remaining")
    def _compute_packs(self):
        for row in self:
            product = row.product_id.sudo()
            packs = product.uom_ids.sorted("factor", reverse=True)[:1]
            number = packs and product.uom_id._compute_quantity(row.remaining, packs, round=False)
            row.packs = f"{number:.1f} {packs.name}" if packs else False

    def action_minimum(self):
        """Open the reordering rules of the medium at this place."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Minimum at %s", self.location_id.display_name),
            "res_model": "stock.warehouse.orderpoint",
            "view_mode": "list",
            "views": [(self.env.ref("stock.view_warehouse_orderpoint_tree_editable").id, "list")],
            "domain": [
                ("product_id", "=", self.product_id.id),
                ("location_id", "=", self.location_id.id),
            ],
            "context": {
                "default_product_id": self.product_id.id,
                "default_location_id": self.location_id.id,
                "default_trigger": "manual",
            },
        }

    def action_count(self):
        """Count the media of this window."""
        self.ensure_one()
        return self.env["scenic.media.count"]._open(self.config_id)
