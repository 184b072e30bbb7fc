from odoo import fields, models


class ScenicSiteExposure(models.Model):
    """How much a gate box may let in before the server hears of it."""

    _inherit = "scenic.site"

    currency_id = fields.Many2one(related="company_id.currency_id")
    gate_exposure_limit = fields.Monetary(
        "Limit per Box",
        default=500_000,
        help="Face value of passages that a box without contact lets in by itself before it asks "
        "staff. Tickets that the server has listed count a part of it. 0 = no limit.",
    )
    gate_exposure_risky = fields.Integer(
        "Risky Tickets Ask Staff at (%)",
        default=50,
        help="From this part of the limit on, unlisted tickets of risky products wait for staff.",
    )
    gate_exposure_unlisted = fields.Integer(
        "Unlisted Tickets Ask Staff at (%)",
        default=80,
        help="From this part of the limit on, all unlisted tickets wait for staff. At the limit, "
        "listed ones do so, too, while the box has no contact.",
    )
    gate_exposure_listed = fields.Integer(
        "Listed Tickets Count (%)",
        default=5,
        help="Part of its value that a listed ticket counts while the box has no contact: it is "
        "paid, only a copy of it elsewhere or a refund could do harm.",
    )

    _gate_exposure_range = models.Constraint(
        "CHECK (gate_exposure_limit >= 0 AND gate_exposure_risky BETWEEN 0 AND 100"
        " AND gate_exposure_unlisted BETWEEN 0 AND 100"
        " AND gate_exposure_listed BETWEEN 0 AND 100)",
        "The limit of a box cannot be negative, and its parts are 0 to 100 percent.",
    )

    def _gate_exposure(self):
        """Return the member ``exposure`` of a configuration; amounts in cents of the company."""
        self.ensure_one()
        cents = 10 ** self.company_id.sudo().currency_id.decimal_places
        return {
            "limit_cents": round(self.gate_exposure_limit * cents),
            "risky_percent": self.gate_exposure_risky,
            "unlisted_percent": self.gate_exposure_unlisted,
            "listed_percent": self.gate_exposure_listed,
            "values": self._gate_values(cents),
        }

    def _gate_values(self, cents):
        """Return {gate product number: highest price of one person's passage}."""
        products = (
            self.env["product.template"]
            .sudo()
            .with_context(active_test=False)
            .search([("scenic_site_id", "=", self.id), ("gate_product_code", ">", 0)])
        )
        highest = {}
        tariff = self._tariff()
        for line in tariff.lines if tariff else ():
            highest[line.product] = max(line.amount, highest.get(line.product, 0))
        values = {}
        for product in products:
            price = highest.get(product.id, round(product.list_price * cents))
            # a ticket of several zones is used up in parts
            parts = max(1, product.scenic_pax) * max(1, len(product._scenic_rule().rights))
            values[str(product.gate_product_code)] = -(-price // parts)
        return values
