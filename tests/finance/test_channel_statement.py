"""What a channel lists against what it was sold, and what a confirmed statement books."""

import base64

import common_channel
import common_voucher
from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestChannelStatement(common_channel.ChannelCase):
    def decide(self, statement, resolution, *codes):
        lines = statement.line_ids.filtered(lambda line: line.code in codes)
        lines.write({"resolution": resolution})
        return lines

    # -- matching ----------------------------------------------------------------

    def test_each_difference_is_found_and_named(self):
        for number in ("GOOD", "AMOUNT", "THERE", "LATE", "TWICE"):
            self.order(number, use=True)
        self.order("STATUS", exchange=False)
        statement = self.statement(
            [
                ("GOOD", "74.20"),
                ("AMOUNT", "70.00"),
                ("TWICE", "74.20"),
                ("TWICE", "74.20"),
                ("HERE", "74.20"),
                ("STATUS", "74.20"),
                ("LATE", "74.20"),
                ("LATE", "-74.20", "0", "退款成功", "退款"),
            ]
        )
        self.assertEqual(
            self.codes(statement),
            {
                "GOOD": ["matched"],
                "AMOUNT": ["amount"],
                "TWICE": ["matched", "double"],
                "HERE": ["missing_here"],
                "STATUS": ["status"],
                "LATE": ["matched", "late_refund"],
                "THERE": ["missing_there"],
            },
        )
        double = self.line(statement, "double")
        self.assertEqual((double.place, double.double_of_id.place), (5, 4))
        self.assertEqual((statement.row_count, statement.open_count), (8, 6))
        self.assertEqual(set(statement.difference_ids.user_id), set(self.env.user))
        with self.assertRaises(UserError):
            statement.action_confirm()

    def test_no_shows_are_shown_and_no_invoice_has_them(self):
        self.channel.settlement_mode = "prepaid"
        good = self.order("GOOD", use=True)
        missed = self.order("MISSED", quantity=2, exchange=False)
        content = common_voucher.order_content(self.park, "LAPSED")
        common_voucher.command(self.channel, "hold", content)
        lapsed = self.env["scenic.voucher.item"].search([("order_id.number", "=", "LAPSED")])
        (missed | lapsed).write({"state": "expired"})
        statement = self.statement([("GOOD", "74.20"), ("MISSED", "148.40")])
        self.assertEqual(self.codes(statement), {"GOOD": ["matched"], "MISSED": ["status"]})
        figures = statement.noshow_count, statement.noshow_amount, statement.noshow_listed
        self.assertEqual(figures, (2, 148.40, 148.40))
        action = statement.action_noshows()
        self.assertEqual(self.env["scenic.voucher.item"].search(action["domain"]), missed)
        self.decide(statement, "book", "status")
        statement.action_confirm()
        self.assertEqual(statement.invoice_ids, good.invoice_line_ids.move_id)
        self.assertEqual(statement.invoice_ids.amount_total, 74.20)
        self.assertFalse(missed.invoice_line_ids)
        # without rows of theirs they are shown all the same
        other = statement.copy({"name": "Empty"})
        self.assertEqual((other.noshow_count, other.noshow_listed), (2, 0.0))

    def test_decisions_stay_when_it_is_matched_again(self):
        self.order("A")
        statement = self.statement([("B", "10.00")])
        self.line(statement, "missing_there").write({"resolution": "wait", "note": "asked"})
        statement.action_match()
        self.assertEqual(self.line(statement, "missing_there").resolution, "wait")
        self.assertEqual(self.line(statement, "missing_there").note, "asked")
        # the order is entered here meanwhile: the answer is another one
        self.order("B", settlement="10.00")
        statement.action_match()
        self.assertEqual(self.codes(statement), {"B": ["matched"], "A": ["missing_there"]})

    def test_a_row_of_an_earlier_statement_is_double(self):
        self.order("A", use=True)
        first = self.statement([("A", "74.20")])
        second = self.statement([("A", "74.20"), ("A", "74.21")])
        self.assertEqual(self.codes(second), {"A": ["double", "double"]})
        self.assertEqual(self.codes(first), {"A": ["matched"]})
        twin = first.line_ids.copy_data()[0] | {
            "company_id": self.company.id, "channel_id": self.channel.id, "is_key": True,
            "statement_id": second.id, "order_no": "A", "kind": "sale", "origin": "theirs",
        }  # fmt: skip
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.env["scenic.channel.statement.line"].sudo().create(twin)
            self.env.flush_all()

    def test_the_same_file_is_not_taken_twice(self):
        self.order("A", use=True)
        self.statement([("A", "74.20")])
        with self.assertRaises(UserError):
            self.statement([("A", "74.20")])

    def test_an_order_that_waits_is_settled_by_the_next_statement(self):
        self.order("A", use=True)
        first = self.statement([("X", "1.00")])
        self.decide(first, "wait", "missing_there")
        self.decide(first, "dispute", "missing_here")
        first.action_confirm()
        self.assertEqual(self.receivable(), 0.0)
        second = self.statement([("A", "74.20")])
        self.assertEqual(self.codes(second), {"A": ["matched"]})
        second.action_confirm()
        self.assertEqual(self.receivable(), 74.20)

    # -- booking -----------------------------------------------------------------

    def test_confirmed_it_is_invoiced_billed_and_matched(self):
        tax = self.env["account.tax"].search(
            [("type_tax_use", "=", "purchase"), ("company_id", "=", self.company.id),
             ("amount", "=", 6.0)], limit=1,
        )  # fmt: skip
        self.channel.write({"commission_mode": "net", "commission_rate": 5.0})
        self.channel.commission_tax_id = tax
        self.order("A", use=True)
        self.order("B")
        statement = self.statement([("A", "74.20", "3.71"), ("B", "74.20", "3.71", "")])
        self.assertEqual(statement.open_count, 0)
        statement.action_confirm()

        self.assertEqual(statement.invoice_ids.amount_total, 148.40)
        self.assertEqual(statement.bill_id.amount_total, 7.42)
        self.assertEqual(statement.bill_id.amount_tax, 0.42)
        self.assertEqual(statement.bill_id.payment_state, "paid")
        self.assertEqual(self.receivable(), 140.98)
        self.assertEqual(statement.to_receive, statement.net)
        self.recognise()
        self.assertEqual(self.balance(self.liability), 70.0)

        statement.action_undo()
        self.assertEqual((statement.state, self.receivable()), ("matched", 148.40))
        statement.action_confirm()
        self.assertEqual(self.receivable(), 140.98)
        self.assertEqual(len(statement.invoice_ids), 1)

    def test_another_commission_than_agreed_is_a_difference(self):
        self.channel.write({"commission_mode": "bill", "commission_rate": 5.0})
        self.order("A", use=True)
        statement = self.statement([("A", "74.20", "5.00")])
        self.assertEqual(self.codes(statement), {"A": ["fee"]})
        self.decide(statement, "accept", "fee")
        statement.action_confirm()
        self.assertEqual(statement.bill_id.amount_total, 5.0)
        self.assertEqual(self.receivable(), 74.20)

    def test_their_price_is_invoiced_when_it_is_accepted(self):
        self.order("A", quantity=3, use=True)
        statement = self.statement([("A", "200.00")])
        self.assertEqual(self.codes(statement), {"A": ["amount"]})
        self.decide(statement, "accept", "amount")
        statement.action_confirm()
        self.assertEqual(self.receivable(), 200.0)
        self.assertFalse(statement.move_id)

    def test_small_differences_are_written_off_and_others_booked(self):
        self.order("A", use=True).action_invoice()
        self.order("B", use=True)
        self.env["account.move"].search(
            [("partner_id", "=", self.channel.partner_id.id)]
        ).action_post()
        statement = self.statement([("A", "74.00"), ("C", "30.00"), ("C", "30.00")])
        with self.assertRaises(UserError):
            self.decide(statement, "write_off", "missing_there")
        with self.assertRaises(UserError):
            self.decide(statement, "accept", "double")
        self.decide(statement, "write_off", "amount")
        self.decide(statement, "book", "missing_here")
        self.decide(statement, "dispute", "double", "missing_there")
        statement.action_confirm()

        self.assertEqual(self.balance(self.company.scenic_write_off_account_id), -0.20)
        self.assertEqual(self.balance(self.company.scenic_unexplained_account_id), 30.0)
        # 74.00 of A, the disputed B and what nobody knows
        self.assertEqual(self.receivable(), 178.20)

    def test_a_refund_after_use_is_a_loss_and_an_unused_one_is_credited(self):
        self.order("USED", use=True)
        self.order("FREE")
        earlier = self.statement([("USED", "74.20"), ("FREE", "74.20", "0", "")])
        earlier.action_confirm()
        statement = self.statement(
            [("USED", "-74.20", "0", "", "退款"), ("FREE", "-74.20", "0", "", "退款")]
        )
        self.assertEqual(self.codes(statement), {"USED": ["late_refund"], "FREE": ["late_refund"]})
        self.decide(statement, "accept", "late_refund")
        statement.action_confirm()

        self.assertEqual(self.receivable(), 0.0)
        self.assertEqual(self.balance(self.company.scenic_write_off_account_id), -74.20)
        self.assertEqual(statement.move_id.amount_total_signed, 74.20)
        self.recognise()
        self.assertEqual(self.balance(self.liability), 0.0)

    def test_only_accountants_settle(self):
        self.order("A", use=True)
        statement = self.statement([("A", "74.20")])
        clerk = self.env["res.users"].create(
            {
                "name": "Clerk",
                "login": "clerk_statement",
                "company_id": self.company.id,
                "company_ids": [(6, 0, self.company.ids)],
                "group_ids": [(6, 0, self.env.ref("scenic_finance.group_accountant").ids)],
            }
        )
        statement.with_user(clerk).action_confirm()
        self.assertEqual(statement.state, "confirmed")
        with self.assertRaises(UserError):
            statement.line_ids[:1].write({"note": "late"})
        with self.assertRaises(UserError):
            statement.unlink()

    def test_the_day_stays_open_while_a_difference_is_undecided(self):
        self.order("A", use=True)
        statement = self.statement([("A", "74.20"), ("A", "74.20")])
        closes = self.env["scenic.day.close"].sudo()
        close = closes.new({"company_id": self.company.id, "day": self.today})
        check = close._check_statements()
        self.assertEqual((check["code"], check["ok"]), ("channel_statement", False))
        self.assertEqual((check["amount"], check["record"]), (74.20, statement))
        self.decide(statement, "dispute", "double")
        self.assertTrue(close._check_statements()["ok"])

    # -- the file ----------------------------------------------------------------

    def test_columns_are_chosen_once_and_saved(self):
        self.order("A", use=True)
        statement = self.env["scenic.channel.statement"].create(
            {
                "name": "S",
                "channel_id": self.channel.id,
                "date_from": self.today,
                "date_to": self.today,
            }
        )
        content = self.content([("A", "74.20"), ("B", "eight")])
        wizard = self.env["scenic.statement.import"].create(
            {
                "res_model": statement._name,
                "res_id": statement.id,
                "file": base64.b64encode(content),
                "filename": "a.csv",
            }
        )
        wizard.action_check()
        self.assertEqual((wizard.state, wizard.problem_count), ("wrong", 1))
        wizard.skip_problems = True
        wizard.new_mapping = "Saved layout"
        wizard.action_import()
        self.assertEqual(self.codes(statement), {"A": ["matched"]})
        self.assertEqual(statement.mapping_id.name, "Saved layout")
        chosen = {row.field: row.title for row in statement.mapping_id.column_ids}
        self.assertEqual(chosen, common_channel.COLUMNS)

    def test_an_open_order_that_they_refunded_is_refunded_here(self):
        item = self.order("A", exchange=False)
        statement = self.statement(
            [("A", "74.20", "0", "已支付", "消费"), ("A", "-74.20", "0", "", "退款")]
        )
        self.assertEqual(self.codes(statement), {"A": ["matched", "status"]})
        self.decide(statement, "accept", "status")
        statement.action_confirm()
        self.assertEqual(self.receivable(), 0.0)
        self.assertEqual(item.state, "refunded")
        reply = common_voucher.command(self.channel, "query", {"order": "A"})
        self.assertEqual(reply["items"][0]["state"], "refunded")
