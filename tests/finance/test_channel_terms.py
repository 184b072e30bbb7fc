"""Deposits, credit, payment on redemption and credit notes of channels."""

import common_channel
import common_voucher

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestChannelTerms(common_channel.ChannelCase):
    def ask(self, **values):
        """Send an order; returns the reply."""
        content = common_voucher.order_content(self.park, settlement="74.20", **values)
        return common_voucher.command(self.channel, "issue", content, key=content["order"])

    def incidents(self):
        return self.env["scenic.incident"].search_count(
            [("kind", "=", "payment"), ("company_id", "=", self.company.id)]
        )

    def post_invoice(self, items, **values):
        move = self.env["account.move"].browse(items.action_invoice()["res_id"])
        move.write(values)
        move.action_post()
        return move

    # -- deposit -----------------------------------------------------------------

    def test_a_deposit_is_drawn_down_and_then_orders_are_refused(self):
        self.channel.write({"settlement_mode": "prepaid", "limit_action": "refuse"})
        self.pay(150.0)
        self.assertEqual(self.ask(number="A")["code"], "OK")
        self.assertEqual(self.ask(number="B")["code"], "OK")
        reply = self.ask(number="C")
        self.assertEqual((reply["code"], reply["limit"]), ("E_CREDIT", "used_up"))
        self.assertFalse(self.env["scenic.voucher.order"].search([("number", "=", "C")]))
        self.assertEqual(self.incidents(), 1)

        # what is given back may be sold again, and the same call is answered anew
        common_voucher.command(self.channel, "refund_request", {"order": "A"})
        self.assertEqual(self.ask(number="C")["code"], "OK")

    def test_the_invoice_of_a_prepaid_channel_is_paid_by_its_deposit(self):
        self.channel.write({"settlement_mode": "prepaid", "limit_action": "refuse"})
        self.pay(150.0)
        move = self.post_invoice(self.order())
        self.assertIn(move.payment_state, ("paid", "in_payment"))
        self.assertEqual(self.receivable(), -75.80)
        self.assertEqual((self.channel.owed, self.channel.available), (0.0, 75.80))

    def test_an_imported_order_is_never_refused_but_told(self):
        self.channel.write({"settlement_mode": "prepaid", "limit_action": "refuse"})
        self.env["scenic.voucher.order"].create(
            {
                "channel_id": self.channel.id,
                "number": "IMPORTED",
                "company_id": self.company.id,
                "item_ids": [
                    fields.Command.create(
                        {
                            "product_id": self.park.adult.id,
                            "visit_date": self.today,
                            "settlement_price": 70.0,
                        }
                    )
                ],
            }
        )
        self.assertEqual(self.incidents(), 1)

    # -- credit ------------------------------------------------------------------

    def test_credit_counts_orders_and_open_invoices(self):
        self.channel.write(
            {"settlement_mode": "credit", "credit_limit": 200.0, "limit_action": "refuse"}
        )
        move = self.post_invoice(self.order())
        self.assertEqual(self.ask()["code"], "OK")
        self.assertEqual(self.ask()["code"], "E_CREDIT")
        self.assertEqual(self.channel._money(self.company)[self.channel.id]["owed"], 74.20)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({}).action_create_payments()
        self.assertEqual(self.ask()["code"], "OK")

    def test_past_the_limit_somebody_is_told_when_nothing_is_refused(self):
        self.channel.write(
            {"settlement_mode": "credit", "credit_limit": 100.0, "limit_action": "alarm"}
        )
        self.assertEqual([self.ask()["code"] for _order in range(3)], ["OK"] * 3)
        self.assertEqual(self.incidents(), 1)

    def test_an_overdue_invoice_stops_the_channel(self):
        self.channel.write(
            {
                "settlement_mode": "credit",
                "credit_limit": 1000.0,
                "limit_action": "refuse",
                "overdue_days": 30,
            }
        )
        late = fields.Date.subtract(self.today, days=31)
        self.post_invoice(self.order(), invoice_date=late, invoice_date_due=late)
        self.assertEqual((self.receivable(), self.channel.overdue), (74.20, 74.20))
        self.assertEqual(self.ask()["limit"], "overdue")

    # -- on redemption -----------------------------------------------------------

    def test_on_redemption_nothing_is_owed_until_the_visit(self):
        self.channel.write({"settlement_mode": "redemption", "invoice_period": "day"})
        used = self.order("A", use=True)
        free = self.order("B")
        self.assertFalse(free._to_invoice())
        self.assertEqual(self.receivable(), 0.0)

        self.recognise(self.today)
        move = used.invoice_line_ids.move_id
        self.assertEqual((move.state, move.amount_total), ("posted", 74.20))
        self.assertEqual(move.invoice_date, self.today)
        self.assertEqual(self.balance(self.liability), 0.0)
        self.assertEqual(self.balance(self.revenue), 70.0)
        self.recognise(self.today)
        self.assertEqual(len(used.invoice_line_ids), 1)

        free.ticket_id._expire()
        self.assertEqual(free.ticket_id.net_value, 0.0)
        self.assertFalse(free._to_invoice())

    def test_one_invoice_for_each_channel_and_period(self):
        self.channel.write({"settlement_mode": "redemption", "invoice_period": "month"})
        self.order("A", use=True)
        self.order("B", quantity=2, use=True)
        end = self.channel._period_end(self.today)
        self.assertFalse(self.channel._invoice_until(self.company, end))
        move = self.channel._invoice_until(self.company, self.today)
        self.assertEqual(move.invoice_line_ids.quantity, 3)
        self.assertFalse(self.channel._invoice_until(self.company, self.today))

    def test_periods(self):
        def end(period, day):
            self.channel.invoice_period = period
            return fields.Date.to_string(self.channel._period_end(fields.Date.to_date(day)))

        self.assertEqual(end("day", "2026-11-18"), "2026-11-18")
        self.assertEqual(end("week", "2026-11-18"), "2026-11-15")
        self.assertEqual(end("week", "2026-11-15"), "2026-11-15")
        self.assertEqual(end("month", "2026-11-18"), "2026-10-31")
        self.assertEqual(end("month", "2026-11-30"), "2026-11-30")

    # -- credit notes ------------------------------------------------------------

    def test_a_channel_invoice_has_a_credit_note(self):
        items = self.order(quantity=3)
        move = self.post_invoice(items)
        note = self.credit(move, [2.0])
        self.assertEqual(note.amount_total, 148.40)
        self.assertEqual(sorted(items.mapped("state")), ["consumed", "refunded", "refunded"])
        self.assertEqual(self.balance(self.liability), 70.0)
        self.assertEqual(self.receivable(), 74.20)

    def test_named_vouchers_are_credited_and_used_ones_are_not(self):
        items = self.order(quantity=3)
        self.post_invoice(items)
        self.use(items[0].ticket_id)
        with self.assertRaises(UserError):
            items[0].action_credit_note()
        note = self.env["account.move"].browse(items[1:].action_credit_note()["res_id"])
        note.action_post()
        self.assertEqual(items.mapped("state"), ["consumed", "refunded", "refunded"])
        self.recognise()
        self.assertEqual(self.balance(self.liability), 0.0)

    def test_more_than_is_unused_is_not_credited(self):
        items = self.order(quantity=2)
        move = self.post_invoice(items)
        self.use(items[0].ticket_id)
        with self.assertRaises(UserError):
            self.credit(move)

    def test_a_forced_refund_is_credited_first(self):
        items = self.order(quantity=2)
        move = self.post_invoice(items)
        reply = common_voucher.command(
            self.channel, "refund_fact", {"order": items.order_id.number, "items": ["1/2"]}
        )
        self.assertEqual(reply["code"], "OK")
        self.credit(move, [1.0])
        self.assertEqual(items.mapped("state"), ["consumed", "forced_refunded"])
        self.assertEqual(self.balance(self.liability), 70.0)

    def test_a_corrected_invoice_sells_the_same_vouchers(self):
        items = self.order(quantity=2)
        move = self.post_invoice(items)
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id, "reason": "name"})
        )
        again = self.env["account.move"].browse(wizard.modify_moves()["res_id"])
        again.action_post()
        self.assertEqual(items.ticket_id.origin_aml_id.move_id, again)
        self.assertEqual(self.balance(self.liability), 140.0)
        self.assertEqual(self.receivable(), 148.40)
