from odoo import api, fields, models


class ScenicEntitlement(models.Model):
    """One right that a ticket product gives: so many uses of one zone by each person."""

    _name = "scenic.entitlement"
    _description = "Scenic Entitlement"
    _order = "product_tmpl_id, sequence, id"

    product_tmpl_id = fields.Many2one(
        "product.template", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    site_id = fields.Many2one(related="product_tmpl_id.scenic_site_id")
    zone_id = fields.Many2one(
        "scenic.zone",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('site_id', '=', site_id)]",
    )
    uses = fields.Integer(
        default=1,
        required=True,
        help="How many times each person may pass into the zone. 0 = as often as they like.",
    )
    share = fields.Float(
        string="Share (%)",
        digits=(5, 2),
        help="Part of the ticket's price that belongs to this zone. The shares of a product add "
        "up to 100; leave all at 0 to share evenly.",
    )

    _zone_uniq = models.Constraint(
        "UNIQUE (product_tmpl_id, zone_id)", "This product already has a right for this zone."
    )
    _uses = models.Constraint(
        "CHECK (uses BETWEEN 0 AND 1000)", "A right has between 0 and 1000 uses."
    )
    _share = models.Constraint(
        "CHECK (share BETWEEN 0 AND 100)", "A revenue share is between 0 and 100 %."
    )

    @api.depends("zone_id.name", "uses")
    def _compute_display_name(self):
        for right in self:
            uses = str(right.uses) if right.uses else self.env._("unlimited")
            right.display_name = f"{right.zone_id.name} × {uses}"

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()
