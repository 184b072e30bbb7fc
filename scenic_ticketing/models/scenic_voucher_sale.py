from odoo import api, models

from ..tools import pricing
from .scenic_voucher_command import VoucherRefusal


class ScenicVoucherSale(models.Model):
    """The limits of a sale, for orders of channels: those of every other sale."""

    _inherit = "scenic.voucher.order"

    @api.model
    def _check_sale(self, channel, lines):
        """Refuse items that no window would sell; ``lines``: values of items.

        A day without a price is sold to nobody, unless the channel says what it settles.
        """
        products = self.env["product.product"].sudo()
        wants = []
        for line in lines:
            product = products.browse(line["product_id"])
            quote = product.product_tmpl_id._scenic_quote(
                line["visit_date"], channel, line["quantity"]
            )
            unpriced = quote.problem == pricing.NO_PRICE and not line["settlement_price"]
            if quote.problem == pricing.CLOSED or unpriced:
                text = product.product_tmpl_id._scenic_no_price_text(
                    quote.problem, line["visit_date"]
                )
                raise VoucherRefusal(quote.problem, text)
            wants.append(
                {
                    "product": product,
                    "quantity": line["quantity"],
                    "visit_date": line["visit_date"],
                    "persons": line["persons"],
                }
            )
        for obstacle in products._scenic_sale_obstacles(wants):
            raise VoucherRefusal(obstacle.code, obstacle.text)
