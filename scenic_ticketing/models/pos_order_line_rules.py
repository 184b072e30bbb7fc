from datetime import date

from odoo import api, models


class PosOrderLine(models.Model):
    """What the policies say about an order, asked by the window before it takes money."""

    _inherit = "pos.order.line"

    @api.model
    def pos_check_scenic_sale(self, wants):
        """Return why a window should not sell these tickets, or an empty text; changes nothing.

        ``wants``: list of ``{"product_id", "quantity", "visit_date" (ISO) or empty}``, all tickets
        of one order. An order that was paid all the same is issued, and somebody is told.
        """
        products = self.env["product.product"]
        told = []
        for want in wants:
            product = products.browse(want["product_id"])
            product.check_access("read")
            told.append(
                {
                    "product": product,
                    "quantity": want["quantity"],
                    "visit_date": date.fromisoformat(want["visit_date"])
                    if want.get("visit_date")
                    else False,
                }
            )
        obstacles = products._scenic_sale_obstacles(told)
        return "\n".join(dict.fromkeys(obstacle.text for obstacle in obstacles))
