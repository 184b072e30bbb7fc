"""Group orders for tests. Import the module, not its classes."""

import common_finance

from odoo.fields import Command


class GroupCase(common_finance.FinanceCase):
    """A park with books that also sells to groups."""

    def order(self, *lines, **values):
        """Create a quotation of (product, quantity[, values of the line])."""
        return make_order(self.env, self.park, self.partner, *lines, **values)

    def confirmed(self, *lines, **values):
        order = self.order(*lines, **values)
        order.action_confirm()
        return order

    def issued(self, order):
        """Return the tickets of an order, as they were issued."""
        return self.env["scenic.ticket"].search([("sale_order_id", "=", order.id)], order="id")

    def post_invoice(self, order, quantities=None, final=True):
        """Invoice an order; `quantities` changes those of the invoice's ticket lines."""
        invoice = order._create_invoices(final=final)
        lines = invoice.invoice_line_ids.filtered("product_id")
        for line, quantity in zip(lines, quantities or [], strict=False):
            line.quantity = quantity
        invoice.action_post()
        return invoice

    def deposit(self, order, amount, pay=True):
        """Invoice a deposit, and take the money."""
        wizard = self.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": order.ids,
                "advance_payment_method": "fixed",
                "fixed_amount": amount,
            }
        )
        invoice = wizard._create_invoices(order)
        invoice.action_post()
        if pay:
            self.pay_invoice(invoice)
        return invoice

    def pay_invoice(self, invoice):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({})._create_payments()


def make_order(env, park, partner, *lines, **values):
    commands = [
        Command.create({"product_id": product.id, "product_uom_qty": quantity, **dict(*more)})
        for product, quantity, *more in lines
    ]
    return env["sale.order"].create(
        {
            "partner_id": partner.id,
            "company_id": park.company.id,
            "scenic_visit_date": park.site._today(),
            "order_line": commands,
            **values,
        }
    )
