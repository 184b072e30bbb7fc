from odoo import models


class PosOrder(models.Model):
    _inherit = "pos.order"

    # EXTENDS point_of_sale
    def action_pos_order_paid(self):
        res = super().action_pos_order_paid()
        self.payment_ids._scenic_book_attempts()
        return res
