from collections import defaultdict

from odoo import models

from ..tools import shift_sql


class ScenicShift(models.Model):
    """What a shift amounts to: always counted anew from orders, payments and cash moves."""

    _inherit = "scenic.shift"

    def _method_figures(self):
        """Return the values of the lines of this shift, without what was counted."""
        self.ensure_one()
        shift = self.sudo()
        self.env.flush_all()
        paid = shift_sql.payments(self.env.cr, self.id)
        moves = self.env["account.bank.statement.line"].sudo()
        moves = moves.search([("scenic_shift_id", "=", self.id)]).mapped("amount")
        methods = shift.config_id.payment_method_ids
        methods |= methods.browse(paid).exists()
        drawer = methods.filtered("is_cash_count")[:1]
        figures = []
        for method in methods.sorted(lambda method: (method != drawer, method.sequence, method.id)):
            number, amount = paid.get(method.id, (0, 0.0))
            is_drawer = method == drawer
            vals = {
                "payment_method_id": method.id,
                "is_cash": is_drawer,
                "payment_count": number,
                "opening": shift.opening_float if is_drawer else 0.0,
                "paid": amount,
                "cash_in": sum(move for move in moves if move > 0) if is_drawer else 0.0,
                "cash_out": sum(move for move in moves if move < 0) if is_drawer else 0.0,
            }
            expected = sum(vals[part] for part in ("opening", "paid", "cash_in", "cash_out"))
            vals["expected"] = shift.currency_id.round(expected)
            figures.append(vals)
        return figures

    def _count_figures(self):
        """Return the values of the counts of this shift, by person."""
        self.ensure_one()
        self.env.flush_all()
        cr, products = self.env.cr, self.env["product.template"]
        tickets = self.env["scenic.ticket"]
        counts = defaultdict(lambda: {"quantity": 0, "persons": 0, "amount": 0.0})

        def add(kind, user_id, quantity, persons=0, amount=0.0):
            row = counts[kind, user_id]
            row["quantity"] += quantity
            row["persons"] += persons
            row["amount"] += amount

        deposit = self._stored(products, "scenic_deposit")
        for user_id, kind, quantity, amount in shift_sql.line_amounts(cr, self.id, deposit):
            # tickets are counted as tickets: a line of combos or groups has other numbers
            add(kind, user_id, 0 if kind in ("sold", "refunded") else quantity, 0, amount)
        sold = shift_sql.sold_tickets(cr, self.id, self._stored(tickets, "free_reason_id"))
        for user_id, number, persons, free, offline in sold:
            add("sold", user_id, number, persons)
            for kind, some in (("free", free), ("offline", offline)):
                if some:
                    add(kind, user_id, some)
        for user_id, number, persons in shift_sql.refunded_tickets(cr, self.id):
            add("refunded", user_id, number, persons)
        for user_id, kind, number, persons in shift_sql.ticket_events(cr, self.id):
            add(kind, user_id, number, persons)
        for user_id, number, persons in shift_sql.redeemed(cr, self.id):
            add("redeemed", user_id, number, persons)
        self._add_rounding(counts, add)
        return [
            {"kind": kind, "user_id": user_id, **values}
            for (kind, user_id), values in counts.items()
        ]

    def _add_rounding(self, counts, add):
        """Add what cash rounding made of the sums, so that all kinds together are the takings."""
        paid = sum(amount for _n, amount in shift_sql.payments(self.env.cr, self.id).values())
        lines = sum(row["amount"] for row in counts.values())
        rounding = self.sudo().currency_id.round(paid - lines)
        if rounding:
            add("rounding", self.sudo().user_id.id, 0, 0, rounding)

    @staticmethod
    def _stored(model, name):
        """Return the column of a field that other parts of the window may bring along."""
        field = model._fields.get(name)
        return name if field and field.store and field.column_type else None
