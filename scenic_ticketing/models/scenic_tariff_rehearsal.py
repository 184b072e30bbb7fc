from odoo import models

from ..tools import pricing


class ScenicTariffRehearsal(models.Model):
    """A draft of prices, played on a past day: every sale of the site at other prices."""

    _inherit = "scenic.tariff"

    # OVERRIDE scenic.publishable
    def _rehearsed_products(self):
        live = self.search([("site_id", "=", self.site_id.id), ("state", "=", "published")])
        return (self | live)._products()

    # OVERRIDE scenic.publishable
    def _rehearsed_prices(self):
        tariff = self._view()

        def price(template, visit_date, channel, quantity, today):
            if template._scenic_is_closed(visit_date):
                return None
            lead = (visit_date - today).days
            quote = tariff.quote(template.id, visit_date, channel.id or 0, quantity, lead)
            if quote.problem == pricing.NO_TARIFF:
                return template.sudo().list_price
            return None if quote.problem else self._from_cents(quote.amount)

        return price
