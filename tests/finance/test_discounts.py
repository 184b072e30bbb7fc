"""Coupons and discounts that are lines of their own lower what the tickets are worth."""

import common_finance
import common_scenic

from odoo.fields import Command
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestDiscountLines(common_finance.FinanceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.coupon = cls.env["product.product"].create(
            {
                "name": "Coupon",
                "type": "service",
                "list_price": -20,
                "taxes_id": [Command.set(cls.park.vat.ids)],
                "available_in_pos": True,
                "company_id": cls.company.id,
            }
        )
        cls.goods = cls.park.water.product_tmpl_id.get_product_accounts()["income"]

    def test_a_coupon_lowers_the_tickets_of_its_order(self):
        window = self.window()
        order = self.sell(window, (self.park.adult, 2), (self.coupon, 1))
        tickets = self.tickets(order)
        # 160.00 − 20.00, 6 % inside
        self.assertEqual(tickets.mapped("net_value"), [66.04, 66.03])
        self.assertEqual(tickets.mapped("price_paid"), [70, 70])
        self.assertEqual(self.proof()["unposted_sales"], 132.07)
        session = self.close(window)
        self.assertEqual(self.balance(self.liability), 132.07)
        self.assertEqual(self.balance(self.revenue), 0)
        self.assertNotIn(0, session.move_id.line_ids.mapped("balance"))

    def test_goods_bear_their_part_and_it_is_revenue_now(self):
        window = self.window()
        order = self.sell(
            window,
            (self.park.adult, 1),
            (self.park.water, 1, {"price_unit": 20}),
            (self.coupon, 1, {"price_unit": -10}),
        )
        self.close(window)
        self.assertEqual(self.tickets(order).price_paid, 72)
        self.assertEqual(self.balance(self.liability), 67.93)
        self.assertEqual(self.balance(self.goods), 16.98)

    def test_a_gift_card_pays_and_lowers_nothing(self):
        owed = self.company.scenic_visitor_deposit_account_id.copy({"code": "224177"})
        card = self.env["product.product"].create(
            {
                "name": "Gift Card",
                "type": "service",
                "taxes_id": False,
                "available_in_pos": True,
                "company_id": self.company.id,
                "property_account_income_id": owed.id,
            }
        )
        window = self.window()
        self.sell(window, (card, 1, {"price_unit": 100}))
        order = self.sell(window, (self.park.adult, 1), (card, 1, {"price_unit": -80}))
        self.close(window)
        self.assertEqual(self.tickets(order).net_value, 75.47)
        self.assertEqual((self.balance(self.liability), self.balance(owed)), (75.47, 20))

    def test_a_discount_never_makes_a_ticket_negative(self):
        window = self.window()
        order = self.sell(
            window,
            (self.park.adult, 1, {"price_unit": 10}),
            (self.coupon, 1),
            (self.coupon, 1, {"price_unit": -5}),
            (self.park.water, 1, {"price_unit": 30, "tax_ids": [Command.clear()]}),
        )
        self.assertEqual(self.tickets(order).net_value, 0)
        self.close(window)
        self.assertEqual(self.balance(self.liability), 0)

    def test_refund_of_a_ticket_returns_what_was_paid(self):
        window = self.window()
        order = self.sell(window, (self.park.adult, 2), (self.coupon, 1))
        self.close(window)
        tickets = self.tickets(order)
        self.assertEqual(tickets[0]._refund_money()["amount"], 70)
        later = self.window()
        common_scenic.refund(later, order.lines[0], 1, price_unit=70)
        line, coupon = order.lines
        self.sell(
            later,
            (line.product_id, -1, {"refunded_orderline_id": line.id}),
            (self.coupon, -1, {"refunded_orderline_id": coupon.id, "price_unit": -10}),
            is_refund=True,
        )
        self.close(later)
        self.recognise()
        self.assertEqual(self.balance(self.liability), 0)
        self.assertEqual(set(tickets.mapped("remaining_value")), {0})

    def test_an_invoice_at_the_window_books_the_same(self):
        window = self.window()
        order = self.sell(
            window,
            (self.park.adult, 3, {"price_unit": 33.35}),
            (self.park.combo, 1),
            (self.coupon, 1, {"price_unit": -9.99}),
            partner_id=self.partner.id,
            to_invoice=True,
        )
        tickets = self.tickets(order)
        self.assertEqual(round(sum(tickets.mapped("price_paid")), 2), 240.06)
        self.assertEqual(order.account_move.amount_total, 240.06)
        self.assertEqual(self.balance(self.liability), round(sum(tickets.mapped("net_value")), 2))
        # Odoo rounds the invoice and the order differently
        self.assertAlmostEqual(self.balance(self.revenue), 0, delta=0.011)
        for ticket in tickets:
            for zone in self.env["scenic.zone"].browse(map(int, ticket.rights)):
                self.use(ticket, zone)
        self.recognise()
        self.assertEqual(set(tickets.origin_aml_id.mapped("amount_residual")), {0})
        self.close(window)

    def test_an_invoice_after_the_closing_leaves_it_alone(self):
        window = self.window()
        order = self.sell(window, (self.park.adult, 2), (self.coupon, 1))
        self.close(window)
        order.partner_id = self.partner
        order.sudo().with_context(generate_pdf=False).action_pos_order_invoice()
        self.assertEqual(self.balance(self.liability), 132.07)
        # Odoo rounds the invoice and the order differently
        self.assertAlmostEqual(self.balance(self.revenue), 0, delta=0.011)

    def test_customer_invoice_and_its_credit_note(self):
        invoice = self.invoice(
            (self.park.adult, 3, {"price_unit": 33.35}), (self.coupon, 1, {"price_unit": -10})
        )
        invoice.action_post()
        self.assertEqual(invoice.amount_total, 90.05)
        tickets = self.env["scenic.ticket"].search([("company_id", "=", self.company.id)])
        self.assertEqual(round(sum(tickets.mapped("price_paid")), 2), 90.05)
        self.assertEqual(self.balance(self.liability), 84.95)
        self.credit(invoice)
        self.assertEqual(set(tickets.mapped("state")), {"void"})
        self.recognise()
        self.assertEqual((self.balance(self.liability), self.balance(self.revenue)), (0, 0))

    def test_a_group_order_with_a_discount_of_the_order(self):
        line = {
            "product_id": self.park.adult.id,
            "product_uom_qty": 2,
            "scenic_visit_date": self.park.site._today(),
        }
        order = self.env["sale.order"].create(
            {"partner_id": self.partner.id, "order_line": [Command.create(line)]}
        )
        self.env["sale.order.discount"].create(
            {
                "sale_order_id": order.id,
                "discount_type": "so_discount",
                "discount_percentage": 0.1,
            }
        ).action_apply_discount()
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertEqual(invoice.amount_total, 144)
        self.assertEqual(self.balance(self.liability), 135.85)
        invoice.button_draft()
        self.assertEqual(self.balance(self.liability), 0)
        invoice.action_post()
        self.assertEqual(self.balance(self.liability), 135.85)

    def test_pending_vat_is_that_of_the_price_paid(self):
        self.company.scenic_vat_mode = "use"
        pending = self.company.scenic_pending_vat_account_id
        window = self.window()
        self.sell(window, (self.park.adult, 2), (self.coupon, 1))
        self.close(window)
        self.assertEqual(self.balance(pending), 7.93)
        self.invoice((self.park.adult, 2), (self.coupon, 1)).action_post()
        self.assertEqual(self.balance(pending), 15.86)
        for ticket in self.env["scenic.ticket"].search([("company_id", "=", self.company.id)]):
            self.use(ticket)
        self.recognise()
        self.assertEqual(self.balance(pending), 0)
