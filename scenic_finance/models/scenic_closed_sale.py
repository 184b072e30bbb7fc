from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

# what a window's sale is worth, and where it belongs
MONEY = {
    "pos.order": {"amount_total", "amount_tax", "date_order", "session_id", "company_id"},
    "pos.order.line": {"qty", "price_unit", "discount", "price_subtotal_incl", "order_id"},
    "pos.payment": {"amount", "payment_method_id", "pos_order_id"},
}


class ScenicClosedSale(models.AbstractModel):
    """Sales of a closed day stay as they were signed; what comes late is taken all the same."""

    _name = "scenic.closed.sale"
    _description = "Sale of a Closed Day"

    def _scenic_check_open(self, orders):
        """Refuse to change sales that a closed day has signed."""
        closed = self.env["scenic.day.close"].sudo()
        for company, own in orders.sudo().grouped("company_id").items():
            if not company.scenic_closed_until:
                continue
            site = self.env["scenic.site"].sudo().with_context(active_test=False)
            site = site.search([("company_id", "=", company.id)], order="code", limit=1)
            for order in own.filtered(lambda order: order.state not in ("draft", "cancel")):
                day = site._today(order.date_order) if site else order.date_order.date()
                close = closed._valid(company, day)
                # an order that came after the close is none of its figures
                if close.state == "closed" and order.create_date < close.closed_at:
                    raise UserError(
                        self.env._(
                            "%(order)s belongs to %(day)s, which is closed as %(number)s. Have the "
                            "day opened again to correct it.",
                            order=order.pos_reference or order.name,
                            day=format_date(self.env, day),
                            number=close.name,
                        )
                    )

    def _scenic_changes(self, vals):
        """Return the records whose money these values really change."""
        names = MONEY[self._name] & set(vals)
        return self.filtered(
            lambda record: any(
                record[name]
                != record._fields[name].convert_to_record(
                    record._fields[name].convert_to_cache(vals[name], record), record
                )
                for name in names
            )
        )
