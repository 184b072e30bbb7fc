from odoo import models
from odoo.tools import frozendict

from .pos_session import _Collector


class PosSessionDiscount(models.Model):
    """Books what discounts take off tickets where the tickets are, and no lines of nothing.

    A coupon or a discount on the order is an order line with a negative price. In the closing
    entry its part of the tickets moves from its own account to theirs: the liability is what the
    visitor paid.
    """

    _inherit = "pos.session"

    # EXTENDS point_of_sale
    def _accumulate_amounts(self, data):
        keys = _Collector()
        session = self.with_context(scenic_discount_keys=keys)
        data = super(PosSessionDiscount, session)._accumulate_amounts(data)
        emptied = self._scenic_move_discounts(data, keys)
        self._scenic_drop_zero(data, emptied | set(data["scenic_keys"].values()))
        return data

    # EXTENDS point_of_sale
    def _get_sale_key(self, base_line):
        key = super()._get_sale_key(base_line)
        line, keys = base_line["record"], self.env.context.get("scenic_discount_keys")
        if keys is not None and (line.combo_line_ids or line._scenic_is_discount()):
            keys[line.id] = frozendict(key)
        return key

    def _scenic_move_discounts(self, data, keys):
        """Move what discounts take off tickets to the tickets; returns the keys that may be empty.

        `keys`: of the discounts and of the packages, whose own price is zero, by order line.
        """
        lines = self.env["pos.order.line"].sudo().browse(keys)
        sales, tickets = data["sales"], data["scenic_keys"]
        for order in lines.filtered(lambda line: line._scenic_is_discount()).order_id:
            parts = order.lines._scenic_discount_parts(order.lines._scenic_raw_amounts())
            for discount, line, part in parts:
                key = tickets.get(line.id)
                if key and self._scenic_waits(key):
                    for target, sign in ((key, 1), (keys[discount.id], -1)):
                        sales[target]["amount"] += sign * part.paid_net
                        sales[target]["amount_converted"] += sign * part.net
        return set(keys.values())

    def _scenic_waits(self, key):
        """Tell whether the sale of this key waits on a ticket liability account."""
        return self.env["account.account"].sudo().browse(key["account_id"]).scenic_liability

    def _scenic_drop_zero(self, data, keys):
        """Leave out lines of nothing: free tickets, packages, discounts that moved elsewhere."""
        company = self.company_id.currency_id
        for key in keys:
            amounts = data["sales"].get(key)
            if not amounts:
                continue
            amounts.update(self._round_amounts(_money(amounts)))
            zero = self.currency_id.is_zero(amounts["amount"])
            if zero and company.is_zero(amounts["amount_converted"]):
                del data["sales"][key]


def _money(amounts):
    return {name: amounts[name] for name in ("amount", "amount_converted")}
