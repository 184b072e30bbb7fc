from odoo import api, models


class ScenicShareUnused(models.Model):
    """What partners are owed of tickets that nobody uses."""

    _inherit = "scenic.share"

    @api.model
    def _unused_fractions(self, company, day):
        """Return ``(product, zone, fraction)`` of unused value that belongs to third parties.

        For the estimate of breakage: that part can never become income. A share of one channel
        counts as one of all: rather too little is expected than too much.
        """
        shares = self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("owed_when_unused", "=", True),
                ("date_from", "<=", day),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", day),
            ]
        )
        if not shares:
            return []
        products = shares.product_tmpl_id
        if not all(share.product_tmpl_id for share in shares):
            products = products.search(
                [
                    ("service_tracking", "=", "scenic_ticket"),
                    ("scenic_site_id.company_id", "=", company.id),
                ]
            )
        result = []
        for product in products:
            for zone_id, fraction in shares._unused_of(product).items():
                result += [(one.id, zone_id, fraction) for one in product.product_variant_ids]
        return result

    def _unused_of(self, product):
        """Return {zone: fraction of its unused value} that these shares take of a product."""
        weights = product.entitlement_ids._weights()
        whole, result = sum(weights.values()), {}
        taxes = product.taxes_id.filtered_domain([("company_id", "=", self.company_id[:1].id)])
        price = taxes.compute_all(product.list_price)["total_excluded"]
        for right in product.entitlement_ids:
            zone = right.zone_id
            value = price * weights[zone.id] / whole if whole else 0.0
            taken = 0.0
            for share in self:
                if share.product_tmpl_id not in (product, product.browse()):
                    continue
                if share.zone_id not in (zone, zone.browse()):
                    continue
                if share.basis == "percent":
                    taken += share.percent / 100
                elif value:
                    taken += share.amount * max(right.uses, 1) / value
            if taken:
                result[zone.id] = min(taken, 1.0)
        return result
