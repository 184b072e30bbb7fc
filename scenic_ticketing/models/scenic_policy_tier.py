from odoo import api, fields, models
from odoo.tools import format_duration


class ScenicPolicyTier(models.Model):
    """What giving back or moving a ticket costs, by how early the visitor says so."""

    _name = "scenic.policy.tier"
    _inherit = ["scenic.publishable.part"]
    _description = "Scenic Refund or Rebooking Tier"
    _order = "policy_id, kind desc, hours_before desc, id"
    _rec_name = "hours_before"
    _publish_parent = "policy_id"

    policy_id = fields.Many2one("scenic.policy", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="policy_id.company_id")
    kind = fields.Selection(
        [("refund", "Refund"), ("rebook", "Rebooking")], required=True, default="refund"
    )
    hours_before = fields.Float(
        string="At Least (hours before)",
        required=True,
        default=24.0,
        help="Hours before the visit begins: the start of the slot, or midnight of the visit date. "
        "Negative = after it began: -24 is the end of the visit date. The line with the most "
        "hours that still fits applies.",
    )
    allowed = fields.Boolean(
        default=True, help="Not set: from here on only a manager can allow it."
    )
    fee_percent = fields.Float(
        string="Fee (%)", help="Kept of what these persons paid; for a rebooking paid on top."
    )
    fee_amount = fields.Float(
        string="Fee per Person",
        digits="Product Price",
        help="Kept for each person, in the currency of the sale; for a rebooking paid on top.",
    )

    _tier_uniq = models.Constraint(
        "UNIQUE (policy_id, kind, hours_before)",
        "A policy has one tier for the same kind and number of hours.",
    )
    _fees = models.Constraint(
        "CHECK (fee_percent BETWEEN 0 AND 100 AND fee_amount >= 0)",
        "A fee is between 0 and 100 % of the price, and an amount is not negative.",
    )

    @api.depends("hours_before", "kind", "fee_percent", "fee_amount", "allowed")
    def _compute_display_name(self):
        for tier in self:
            tier.display_name = tier._sentence()

    def _sentence(self):
        """Return the tier in words, for the cashier and the visitor."""
        self.ensure_one()
        hours = format_duration(abs(self.hours_before))
        if self.hours_before >= 0:
            when = self.env._("at least %(hours)s h before the visit", hours=hours)
        else:
            when = self.env._("until %(hours)s h after the visit began", hours=hours)
        if not self.allowed:
            return self.env._("%(when)s: not possible", when=when)
        parts = []
        if self.fee_percent:
            parts.append(f"{self.fee_percent:g} %")
        if self.fee_amount:
            amount = f"{self.fee_amount:.2f}"
            parts.append(self.env._("%(amount)s per person", amount=amount))
        fee = " + ".join(parts) or self.env._("free of charge")
        return self.env._("%(when)s: %(fee)s", when=when, fee=fee)

    def _fee(self, paid, persons, currency):
        """Return what is kept (or charged) for ``persons`` who paid ``paid`` together."""
        self.ensure_one()
        return currency.round(paid * self.fee_percent / 100 + self.fee_amount * persons)
