from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ScenicEntitlement(models.Model):
    """One right that a ticket product gives: so many uses of one zone by each person."""

    _name = "scenic.entitlement"
    _inherit = ["scenic.weekdays"]
    _description = "Scenic Entitlement"
    _order = "product_tmpl_id, sequence, id"
    _rec_name = "zone_id"

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
    uses_day = fields.Integer(
        string="Per Day",
        help="How many times each person may pass into the zone on one day. 0 = no limit.",
    )
    after_zone_id = fields.Many2one(
        "scenic.zone",
        string="Only after",
        ondelete="restrict",
        domain="[('site_id', '=', site_id), ('id', '!=', zone_id)]",
        help="The zone that has to be entered first, for example the main gate before the cable "
        "car.",
    )
    within_min = fields.Integer(
        string="Within (min)",
        help="At most so long after the first use of the zone that comes first; without one, "
        "after the first use of the ticket. 0 = no limit.",
    )
    choice = fields.Integer(
        help="Rights with the same number are one choice: the visitor uses one of them, whichever "
        "they like. 0 = no choice. Their revenue shares belong to the one that is used.",
    )
    pick = fields.Integer(
        default=1,
        help="How many zones of the choice may be used. The same for all rights of the choice.",
    )
    hours = fields.Char(
        help="When this zone lets the ticket in, for example 18:00-22:00. Empty = as the policy "
        "says.",
    )
    slot_required = fields.Boolean(
        string="Time Slot",
        help="Visitors choose a time slot of this zone with the ticket and pass into it only then.",
    )
    share = fields.Float(
        string="Share (%)",
        digits=(5, 2),
        help="Part of the ticket's price that belongs to this zone. The shares of a product add "
        "up to 100; leave all at 0 to share evenly. The shares of a choice are one sum that goes "
        "to the zones that are used.",
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
    _limits = models.Constraint(
        "CHECK (COALESCE(uses_day, 0) BETWEEN 0 AND 1000"
        " AND COALESCE(within_min, 0) BETWEEN 0 AND 100000"
        " AND COALESCE(choice, 0) BETWEEN 0 AND 255 AND COALESCE(pick, 1) BETWEEN 1 AND 255)",
        "Limits of a right cannot be negative, and at least one zone of a choice may be picked.",
    )

    @api.depends("zone_id.name", "uses")
    def _compute_display_name(self):
        for right in self:
            uses = str(right.uses) if right.uses else self.env._("unlimited")
            right.display_name = f"{right.zone_id.name} × {uses}"

    @api.constrains("after_zone_id", "zone_id", "product_tmpl_id")
    def _check_after(self):
        for right in self.filtered("after_zone_id"):
            before, seen = right, right.browse()
            while before and before not in seen:
                seen |= before
                before = right.product_tmpl_id.entitlement_ids.filtered(
                    lambda r, zone=before.after_zone_id: zone and r.zone_id == zone
                )
            first = seen[-1:].after_zone_id
            if before or (first and first not in right.product_tmpl_id.entitlement_ids.zone_id):
                raise ValidationError(
                    self.env._(
                        "%(zone)s of %(product)s could never be entered: %(first)s comes before "
                        "it, but waits for it in turn or is not among the rights of the product.",
                        zone=right.zone_id.name,
                        product=right.product_tmpl_id.name,
                        first=right.after_zone_id.name,
                    )
                )

    @api.constrains("choice", "pick", "product_tmpl_id")
    def _check_choice(self):
        for product in self.product_tmpl_id:
            chosen = product.entitlement_ids.filtered("choice")
            for number, rights in chosen.grouped("choice").items():
                picks = set(rights.mapped("pick"))
                if len(rights) < 2 or len(picks) > 1 or picks.pop() >= len(rights):
                    raise ValidationError(
                        self.env._(
                            "Choice %(number)s of %(product)s needs at least two rights with the "
                            "same Pick, smaller than the number of rights.",
                            number=number,
                            product=product.name,
                        )
                    )

    @api.constrains("hours")
    def _check_hours(self):
        self._check_hours_text()

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

    def _weights(self):
        """Return ``{zone id: weight}`` for sharing a price evenly or by the shares entered."""
        if any(self.mapped("share")):
            return {right.zone_id.id: right.share for right in self}
        sizes = {number: len(rights) for number, rights in self.grouped("choice").items()}
        return {
            right.zone_id.id: right.pick / sizes[right.choice] if right.choice else 1.0
            for right in self
        }
