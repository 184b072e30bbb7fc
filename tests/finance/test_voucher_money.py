"""What an exchanged voucher is in the books, until its channel is invoiced and afterwards."""

import common_finance
import common_voucher

from odoo.exceptions import UserError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestVoucherMoney(common_finance.FinanceCase):
    def setUp(self):
        super().setUp()
        self.channel = common_voucher.make_channel(self.env)
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *_a, **_k: 60.0)

    def exchanged(self, quantity=1, settlement="74.20", **values):
        content = common_voucher.order_content(
            self.park, quantity=quantity, settlement=settlement, **values
        )
        order = common_voucher.fill(self.channel, content)
        order.item_ids._exchange()
        return order.item_ids.sorted("id")

    def invoice_of(self, items):
        return self.env["account.move"].browse(items.action_invoice()["res_id"])

    def test_the_value_is_the_settlement_price_without_tax(self):
        items = self.exchanged(2)

        self.assertEqual(items.ticket_id.mapped("net_value"), [70.0, 70.0])
        proof = self.proof()
        self.assertEqual((proof["unposted_sales"], proof["liability_balance"]), (140.0, 0.0))
        line = next(line for line in proof["lines"] if line["kind"] == "sale")
        self.assertEqual(line["voucher_channel_id"], self.channel.id)

    def test_the_invoice_of_the_channel_posts_what_was_exchanged(self):
        items = self.exchanged(3)
        self.use(items[0].ticket_id)
        self.recognise()
        self.assertEqual(self.balance(self.revenue), 0.0)

        move = self.invoice_of(items)
        self.assertEqual(move.amount_total, 222.60)
        move.action_post()

        self.assertEqual(self.balance(self.liability), 210.0)
        self.assertEqual(self.proof()["unposted_sales"], 0.0)
        self.recognise()
        self.assertEqual(self.balance(self.liability), 140.0)
        self.assertEqual(self.balance(self.revenue), 70.0)
        tickets = self.env["scenic.ticket"].search([("voucher_item_id", "in", items.ids)])
        self.assertEqual(len(tickets), 3)

    def test_nothing_is_invoiced_twice(self):
        items = self.exchanged(2)
        self.invoice_of(items[0]).action_post()

        with self.assertRaises(UserError):
            items[0].action_invoice()
        self.assertEqual(self.invoice_of(items).invoice_line_ids.quantity, 1)
        with self.assertRaises(UserError):
            items.action_invoice()

    def test_an_invoice_goes_back_to_draft_until_it_is_recognised(self):
        items = self.exchanged(2)
        move = self.invoice_of(items)
        move.action_post()
        move.button_draft()
        self.assertEqual(self.proof()["unposted_sales"], 140.0)
        move.action_post()
        self.use(items[0].ticket_id)
        self.recognise()
        with self.assertRaises(UserError):
            move.button_draft()

    def test_an_undone_exchange_is_worth_nothing(self):
        items = self.exchanged(1)
        items._undo_exchange("Wrong order")

        self.assertEqual(self.proof()["unposted_sales"], 0.0)
        with self.assertRaises(UserError):
            items.action_invoice()

    def test_a_forced_refund_before_the_invoice_leaves_what_was_used(self):
        items = self.exchanged(2)
        self.use(items[0].ticket_id)
        reply = common_voucher.command(
            self.channel, "refund_fact", {"order": items.order_id.number}
        )

        self.assertEqual(reply["code"], "OK")
        self.assertEqual(self.proof()["unposted_sales"], 70.0)

    def test_tickets_that_expire_release_their_value_with_the_invoice(self):
        items = self.exchanged(1)
        items.ticket_id._expire()
        self.invoice_of(items).action_post()
        proof = self.proof()

        self.assertEqual(proof["unredeemed_value"], 0.0)
        self.assertEqual((proof["unposted_sales"], proof["unposted_releases"]), (0.0, 70.0))

    def test_a_price_that_the_invoice_changes_is_settled_at_the_ticket(self):
        items = self.exchanged(2)
        self.use(items[0].ticket_id)
        move = self.invoice_of(items)
        move.invoice_line_ids.price_unit = 53.0
        move.action_post()

        self.assertEqual(sum(items.ticket_id.mapped("net_value")), 100.0)
        self.assertEqual(self.balance(self.liability), 100.0)

    def test_a_divided_voucher_ticket_adds_up(self):
        items = self.exchanged(1, persons=3, settlement="222.60")
        items.ticket_id._split(1, "One stays")
        self.invoice_of(items).action_post()

        self.assertEqual(self.balance(self.liability), 210.0)
