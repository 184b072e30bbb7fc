from odoo import models
from odoo.exceptions import UserError


class PosOrderLineSale(models.Model):
    _inherit = "pos.order.line"

    # EXTENDS scenic_ticketing
    def _scenic_process_paid(self):
        """Refuse to sell a line of a group order once more.

        Where Odoo's link between windows and sales orders is installed, a window can settle an
        order. Its tickets come from the order and its money from the order's invoice: a second
        sale at the window would make both twice.
        """
        if "sale_order_line_id" in self._fields:
            settled = self.filtered(
                lambda line: (
                    line.product_id.is_scenic_ticket
                    and (line.sale_order_line_id or line.refunded_orderline_id.sale_order_line_id)
                )
            )
            if settled:
                raise UserError(
                    self.env._(
                        "%(order)s sells tickets to a group: its tickets come with the order. "
                        "Take the money on its invoice or deposit, not at a window.",
                        order=", ".join(settled.sale_order_line_id.order_id.mapped("name")),
                    )
                )
        return super()._scenic_process_paid()
