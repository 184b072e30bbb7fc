from odoo import fields, models


class ScenicPolicyLife(models.Model):
    """What may become of a ticket after its sale, and what that costs."""

    _inherit = "scenic.policy"

    tier_ids = fields.One2many(
        "scenic.policy.tier",
        "policy_id",
        string="Refund and Rebooking Tiers",
        copy=True,
        help="None of a kind = free of charge until the ticket expires.",
    )
    rebook_allowed = fields.Boolean(
        default=True, help="Whether an unused ticket can be moved to another date."
    )
    transfer_allowed = fields.Boolean(
        default=True, help="Whether an unused ticket can be handed to another person."
    )
    rebook_product_id = fields.Many2one(
        "product.product",
        string="Rebooking Product",
        domain="[('sale_ok', '=', True), ('service_tracking', '!=', 'scenic_ticket')]",
        ondelete="restrict",
        help="What the window charges a rebooking with. Empty: the standard product.",
    )

    def _tier(self, kind, hours):
        """Return the tier that applies ``hours`` before the visit, empty when none is left."""
        self.ensure_one()
        tiers = self.tier_ids.filtered(lambda tier: tier.kind == kind)
        return tiers.filtered(lambda tier: tier.hours_before <= hours).sorted(
            "hours_before", reverse=True
        )[:1]

    def _has_tiers(self, kind):
        return any(tier.kind == kind for tier in self.tier_ids)
