"""Group orders: their tickets are sold at the confirmation and booked by the invoice."""

import common_group
import common_scenic

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.scenic_ticketing.tools import group_codes


@tagged("post_install", "-at_install")
class TestGroupOrders(common_group.GroupCase):
    def test_confirmed_tickets_are_unposted_sales_until_the_invoice(self):
        order = self.confirmed((self.park.adult, 3, {"price_unit": 33.35}))
        tickets = self.issued(order)
        self.assertEqual(tickets.mapped("net_value"), [31.46, 31.47, 31.46])
        proof = self.proof()
        self.assertEqual((proof["unposted_sales"], proof["difference"]), (94.39, 0))
        line = [line for line in proof["lines"] if line["kind"] == "sale"]
        self.assertEqual([row["sale_order_id"] for row in line], order.ids)
        invoice = self.post_invoice(order)
        self.assertEqual(self.issued(order), tickets, "an invoice issues nothing again")
        self.assertEqual(tickets.origin_aml_id.move_id, invoice)
        self.assertEqual(self.proof()["unposted_sales"], 0)
        self.assertEqual(self.balance(self.liability), 94.39)

    def test_uses_before_the_invoice_wait_for_it(self):
        order = self.confirmed((self.park.adult, 2))
        for ticket in self.issued(order):
            self.use(ticket)
        self.assertFalse(self.recognise(), "revenue without a sale in the ledger")
        self.assertEqual(self.balance(self.revenue), 0)
        self.post_invoice(order)
        self.recognise()
        self.assertEqual(self.balance(self.revenue), 150.94)
        self.assertEqual(self.balance(self.liability), 0)

    def test_the_invoice_says_what_a_used_ticket_was_sold_for(self):
        order = self.confirmed((self.park.adult, 3))
        used, *_rest = self.issued(order)
        self.use(used)
        invoice = order._create_invoices()
        invoice.invoice_line_ids.price_unit = 77.77
        invoice.action_post()
        nets = self.issued(order).mapped("net_value")
        self.assertEqual(round(sum(nets), 2), -invoice.invoice_line_ids.balance)
        self.assertEqual(used.revenue_event_ids.mapped("kind").count("adjust"), 1)
        self.assertEqual(used.remaining_value, 0)
        self.recognise()
        self.assertEqual(self.balance(self.revenue), used.net_value)

    def test_discount_and_one_code_for_all(self):
        order = self.confirmed(
            (self.park.combo, 7, {"price_unit": 99.99, "discount": 13}), scenic_code_mode="one"
        )
        ticket = self.issued(order)
        self.assertEqual((len(ticket), ticket.pax), (1, 7))
        self.post_invoice(order)
        self.redeem(ticket, wanted=3, staff=True)
        self.redeem(ticket, wanted=4, staff=True)
        self.redeem(ticket, self.park.ropeway, wanted=7, staff=True)
        self.env.invalidate_all()
        self.assertEqual(ticket.state, "used")
        self.recognise()
        self.assertEqual(self.balance(self.liability), 0)

    def test_part_invoices_share_out_the_tickets(self):
        order = self.confirmed((self.park.adult, 10), scenic_code_mode="size", scenic_code_size=4)
        self.assertEqual(self.issued(order).mapped("pax"), [4, 4, 2])
        with self.assertRaises(UserError), self.cr.savepoint():
            self.post_invoice(order, [3])
        self.assertEqual(list(group_codes.nearest([4, 4, 2], 3)), [2, 4])
        self.assertEqual(list(group_codes.nearest([4, 4, 2], 9)), [8, 10])
        self.assertEqual(list(group_codes.nearest([30], 12)), [30])
        first = self.post_invoice(order, [6])
        second = self.post_invoice(order)
        self.assertEqual(second.invoice_line_ids.quantity, 4)
        self.assertEqual(self.issued(order).origin_aml_id.move_id, first | second)

    def test_what_the_refusal_of_a_part_of_a_group_proposes_works(self):
        order = self.confirmed((self.park.adult, 10), scenic_code_mode="one")
        with self.assertRaises(UserError), self.cr.savepoint():
            self.post_invoice(order, [4])
        boss = common_scenic.make_user(self.env, "split_boss", "manager", company=self.company)
        wizard = (
            self.env["scenic.split"].with_user(boss).with_context(active_id=self.issued(order).id)
        )
        wizard.create({"persons": 4, "reason": "paid by another"}).action_split()
        first = self.post_invoice(order, [4])
        self.assertEqual(self.issued(order).filtered("origin_aml_id").mapped("pax"), [4])
        second = self.post_invoice(order)
        self.assertEqual((first | second).invoice_line_ids.mapped("quantity"), [4, 6])

    def test_foreign_currency_and_a_rate_that_moved(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        pricelist = self.env["product.pricelist"].create({"name": "USD", "currency_id": usd.id})
        rate = self.env["res.currency.rate"].create(
            {
                "name": "2020-01-01",
                "currency_id": usd.id,
                "rate": 0.1391,
                "company_id": self.company.id,
            }
        )
        order = self.confirmed(
            (self.park.adult, 3, {"price_unit": 11.11}), pricelist_id=pricelist.id
        )
        used, *_rest = self.issued(order)
        self.use(used)
        before = used.net_value
        rate.rate = 0.1444
        invoice = self.post_invoice(order)
        self.assertEqual(invoice.currency_id, usd)
        self.assertNotEqual(used.net_value, before)
        for ticket in self.issued(order) - used:
            self.use(ticket)
        self.recognise()
        self.assertEqual(self.balance(self.liability), 0)
        self.assertEqual(invoice.invoice_line_ids.amount_residual, 0)

    def test_deposit_is_taken_back_by_the_invoice(self):
        order = self.order((self.park.adult, 10))
        self.deposit(order, 300)
        account = self.company.scenic_deposit_account_id
        self.assertEqual(self.balance(account), 283.02)
        self.assertEqual(self.proof()["difference"], 0)
        order.action_confirm()
        invoice = self.post_invoice(order)
        self.assertEqual(self.balance(account), 0)
        self.assertEqual(invoice.amount_total, 500)
        self.assertEqual(self.balance(self.liability), 754.72)

    def test_invoice_after_use_bills_who_came(self):
        self.park.adult.invoice_policy = "delivery"
        order = self.confirmed((self.park.adult, 5))
        group = self.confirmed((self.park.adult, 10), scenic_code_mode="one")
        for ticket in self.issued(order)[:3]:
            self.use(ticket)
        code = self.issued(group)
        self.redeem(code, wanted=8, staff=True)
        self.patch(self.registry["ir.cron"], "_commit_progress", lambda *args, **options: 60.0)
        self.env["sale.order.line"]._cron_scenic_delivered()
        self.assertEqual(order.order_line.qty_to_invoice, 3)
        self.assertEqual(self.post_invoice(order).invoice_line_ids.quantity, 3)
        with self.assertRaises(UserError), self.cr.savepoint():
            self.post_invoice(group)
        (self.issued(order) | code)._expire()
        self.assertEqual(self.post_invoice(group).invoice_line_ids.quantity, 8)
        self.assertEqual(self.proof()["unposted_sales"], 0)
        self.recognise()
        self.assertEqual(self.balance(self.liability), 0)
        self.assertEqual(self.balance(self.revenue), 830.19)

    def test_credit_note_voids_and_reduces_the_order(self):
        order = self.confirmed((self.park.adult, 5))
        invoice = self.post_invoice(order)
        self.use(self.issued(order)[0])
        self.credit(invoice, [2])
        states = self.issued(order).mapped("state")
        self.assertEqual(states, ["used", "valid", "valid", "void", "void"])
        self.assertEqual(order.order_line.product_uom_qty, 3)
        self.assertEqual(order.order_line.qty_to_invoice, 0)
        with self.assertRaises(UserError), self.cr.savepoint():
            self.credit(invoice, [3])

    def test_fewer_persons_after_the_invoice_are_credited_from_the_order(self):
        order = self.confirmed((self.park.adult, 5))
        self.post_invoice(order)
        order.order_line.product_uom_qty = 3
        note = self.post_invoice(order)
        self.assertEqual(note.move_type, "out_refund")
        self.assertEqual(self.issued(order).mapped("state").count("void"), 2)
        self.assertEqual(self.balance(self.liability), 226.42)
        self.assertEqual(self.proof()["unredeemed_value"], 226.42)

    def test_a_corrected_invoice_keeps_the_tickets(self):
        order = self.confirmed((self.park.adult, 4))
        tickets = self.issued(order)
        invoice = self.post_invoice(order)
        self.use(tickets[0])
        self.recognise()
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "reason": "wrong name"})
        )
        fresh = self.env["account.move"].browse(wizard.modify_moves()["res_id"])
        self.assertFalse(tickets.origin_aml_id)
        self.assertEqual(self.proof()["difference"], 0)
        fresh.action_post()
        self.assertEqual(tickets.origin_aml_id.move_id, fresh)
        self.assertNotIn("void", tickets.mapped("state"))
        self.assertEqual(self.balance(self.liability), 226.42)

    def test_an_invoice_goes_back_to_draft_until_revenue_stands_on_it(self):
        order = self.confirmed((self.park.adult, 2))
        invoice = self.post_invoice(order)
        invoice.button_draft()
        self.assertFalse(self.issued(order).origin_aml_id)
        self.assertEqual(self.proof()["difference"], 0)
        invoice.action_post()
        self.use(self.issued(order)[0])
        self.recognise()
        with self.assertRaises(UserError):
            invoice.button_draft()
