from odoo import fields, models


class PosOrder(models.Model):
    _inherit = "pos.order"

    scenic_shift_id = fields.Many2one(
        "scenic.shift",
        string="Shift",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The shift that answers for the money of this order.",
    )

    # EXTENDS point_of_sale
    def action_pos_order_paid(self):
        for order in self.filtered(lambda order: not order.scenic_shift_id):
            order.scenic_shift_id = self.env["scenic.shift"]._taking_sales(order.session_id)
        return super().action_pos_order_paid()

    # EXTENDS point_of_sale
    def _process_order(self, order, existing_order):
        # the server alone says whose money it is
        order.pop("scenic_shift_id", None)
        return super()._process_order(order, existing_order)
