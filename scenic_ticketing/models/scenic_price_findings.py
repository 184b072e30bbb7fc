from odoo import models


class ScenicPriceFindings(models.Model):
    """What is wrong with a single price."""

    _inherit = "scenic.price"

    def _findings(self):
        """Return the findings of this line, see `scenic.tariff`."""
        self.ensure_one()
        findings = [*self._find_band()]
        if not self.free:
            findings += [*self._find_tiny()] or [*self._find_below_cost()]
        return findings

    def _money(self, amount):
        return self.currency_id.format(amount)

    def _find_band(self):
        product = self.product_tmpl_id
        lowest = 0 if self.free else max(self.price_min, product.scenic_price_min)
        highest = min(filter(None, (self.price_max, product.scenic_price_max)), default=0)
        compare = self.currency_id.compare_amounts
        if lowest and compare(self.price, lowest) < 0:
            yield self.tariff_id._finding(
                "error",
                "below_band",
                self.env._(
                    "%(line)s: %(price)s is less than the lowest price, %(limit)s.",
                    line=self.display_name,
                    price=self._money(self.price),
                    limit=self._money(lowest),
                ),
                self,
            )
        if highest and compare(self.price, highest) > 0:
            yield self.tariff_id._finding(
                "error",
                "above_band",
                self.env._(
                    "%(line)s: %(price)s is more than the highest price, %(limit)s.",
                    line=self.display_name,
                    price=self._money(self.price),
                    limit=self._money(highest),
                ),
                self,
            )

    def _find_tiny(self):
        if self.currency_id.compare_amounts(self.price, self.tariff_id.smallest_price) < 0:
            yield self.tariff_id._finding(
                "error",
                "tiny",
                self.env._(
                    "%(line)s costs %(price)s. Correct it, or tick Free on Purpose.",
                    line=self.display_name,
                    price=self._money(self.price),
                ),
                self,
            )

    def _find_below_cost(self):
        cost = self._cost()
        net = self._net_price()
        if cost and self.currency_id.compare_amounts(net, cost) < 0:
            yield self.tariff_id._finding(
                "error",
                "below_cost",
                self.env._(
                    "%(line)s: %(price)s without tax is less than what the ticket costs, "
                    "%(cost)s. Correct it, or tick Free on Purpose.",
                    line=self.display_name,
                    price=self._money(net),
                    cost=self._money(cost),
                ),
                self,
            )

    def _cost(self):
        """Return what one ticket costs the park: the product, and its paper or wristband."""
        company = self.company_id
        parts = (
            self.product_tmpl_id.product_variant_id | self.product_tmpl_id.scenic_media_product_id
        )
        return sum(parts.sudo().with_company(company).mapped("standard_price"))

    def _net_price(self):
        taxes = self.product_tmpl_id.taxes_id._filter_taxes_by_company(self.company_id)
        result = taxes.compute_all(
            self.price,
            self.currency_id,
            1,
            product=self.product_tmpl_id.product_variant_id,
        )
        return result["total_excluded"]
