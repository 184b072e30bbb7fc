"""Settlements of acquirers: imported, matched, booked to the bank, taken back."""

import base64
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import acquirer_files
import common_finance
import common_scenic

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged


class AcquirerCase(common_finance.FinanceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )
        cls.method = cls.env["pos.payment.method"].create(
            {"name": "WeChat", "journal_id": cls.bank.id, "company_id": cls.company.id}
        )
        cls.company._scenic_create_accounts()
        cls.env["scenic.clearing"].create({}).action_create()
        cls.clearing = cls.method.outstanding_account_id
        cls.acquirer = cls.env["scenic.acquirer"].create(
            {
                "name": "WeChat Pay",
                "layout": "wechat",
                "merchant": "1900000109",
                "payment_method_ids": [Command.set(cls.method.ids)],
                "bank_journal_id": cls.bank.id,
                "fee_rate": 0.6,
            }
        )
        cls.at = datetime.now(ZoneInfo("Asia/Shanghai")).replace(tzinfo=None, microsecond=0)
        cls.number = 0

    def setUp(self):
        super().setUp()
        self.till = self.window(payment_method_ids=[Command.set(self.method.ids)])

    def pay(self, price, *, refund_of=None, **payment):
        """Sell an adult ticket, or give one back; returns the number of the payment."""
        type(self).number += 1
        number = payment.setdefault("transaction_id", f"S{self.number:05d}")
        values, quantity = {"price_unit": price}, 1
        if refund_of:
            quantity, values["refunded_orderline_id"] = -1, refund_of.lines.id
        data = common_scenic.order_data(
            self.till, [(self.park.adult, quantity, values)], refund_of=refund_of
        )
        data["payment_ids"][0][2].update({"payment_method_id": self.method.id, **payment})
        order = common_scenic.sync(self.till, data)
        return number, order

    def row(self, number, amount, **more):
        return acquirer_files.row(number, amount, self.at, **more)

    def load(self, rows, layout="wechat", **options):
        data = getattr(acquirer_files, layout)(rows, **options)
        wizard = self.env["scenic.acquirer.import"].create(
            {
                "acquirer_id": self.acquirer.id,
                "data": base64.b64encode(data),
                "filename": "bill.csv",
            }
        )
        return self.env["scenic.acquirer.statement"].browse(wizard.action_import()["res_id"])

    def codes(self, statement):
        return statement.line_ids.sorted(lambda line: (line.place or 999, line.id)).mapped("code")

    def at_bank(self, amount, days=1, ref="", journal=None):
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": (journal or self.bank).id,
                "date": self.at.date() + timedelta(days=days),
                "amount": amount,
                "payment_ref": ref or "settlement",
            }
        )


@tagged("post_install", "-at_install")
class TestSettlement(AcquirerCase):
    def test_the_whole_way_from_the_window_to_the_bank(self):
        one, order = self.pay(80)
        two, _order = self.pay(150)
        back, _order = self.pay(80, refund_of=order)
        session = self.close(self.till)
        self.assertEqual(self.balance(self.clearing), -150)
        statement = self.load(
            [self.row(one, 80), self.row(two, 150), self.row(one, -80, refund_ref=back)]
        )
        self.assertEqual(self.codes(statement), ["matched"] * 3)
        self.assertEqual(
            (statement.gross, statement.refund, statement.fee, statement.net),
            (230, -80, 0.9, 149.1),
        )
        self.assertEqual(statement.expected_fee, 0.9)
        statement.action_confirm()
        self.assertEqual(self.balance(self.clearing), 0)
        self.assertEqual(self.balance(self.company.scenic_acquirer_fee_account_id), -0.9)
        self.assertEqual(self.balance(self.company.scenic_bank_transit_account_id), -149.1)
        items = session.bank_payment_ids.move_id.line_ids | statement.move_id.line_ids
        waiting = items.filtered(lambda item: item.account_id == self.clearing)
        self.assertEqual(set(waiting.mapped("reconciled")), {True})
        self.assertEqual(statement.due_date, self.at.date() + timedelta(days=1))
        self.assertFalse(statement.is_settled)
        line = self.at_bank(149.1)
        statement.action_match_bank()
        self.assertTrue(statement.is_settled)
        self.assertTrue(line.is_reconciled)
        self.assertEqual(statement.bank_line_ids, line)
        self.assertEqual(self.balance(self.company.scenic_bank_transit_account_id), 0)

    def test_taken_back_everything_is_as_before(self):
        number, _order = self.pay(80)
        session = self.close(self.till)
        statement = self.load([self.row(number, 80)])
        statement.action_confirm()
        line = self.at_bank(79.52)
        statement.action_match_bank()
        statement.action_undo()
        self.assertEqual(statement.state, "draft")
        self.assertFalse(line.is_reconciled)
        self.assertEqual(self.balance(self.clearing), -80)
        for name in ("acquirer_fee", "bank_transit"):
            self.assertEqual(self.balance(self.company[f"scenic_{name}_account_id"]), 0)
        waiting = session.bank_payment_ids.move_id.line_ids.filtered(
            lambda item: item.account_id == self.clearing
        )
        self.assertEqual(waiting.amount_residual, 80)
        # and once more
        statement.action_confirm()
        statement.action_match_bank()
        self.assertTrue(statement.is_settled)
        self.assertEqual(self.balance(self.clearing), 0)

    def test_a_statement_that_comes_before_the_closing_is_matched_at_it(self):
        number, _order = self.pay(80)
        statement = self.load([self.row(number, 80)])
        statement.action_confirm()
        self.assertEqual(self.balance(self.clearing), 80)
        session = self.close(self.till)
        self.assertEqual(self.balance(self.clearing), 0)
        waiting = session.bank_payment_ids.move_id.line_ids.filtered(
            lambda item: item.account_id == self.clearing
        )
        self.assertTrue(waiting.reconciled)

    def test_every_difference_is_named_and_has_to_be_decided(self):
        good, order = self.pay(80)
        other, _order = self.pay(60)
        lost, _order = self.pay(90)
        closed, _order = self.pay(40)
        dear, _order = self.pay(100)
        self.close(self.till)
        statement = self.load(
            [
                self.row(good, 80),
                self.row(other, 66),
                self.row(closed, 40, closed=True, fee=Decimal(0)),
                self.row("UNKNOWN", 30),
                self.row(good, -80, refund_ref="THEIRS"),
                self.row(good, 80),
                self.row(dear, 100, fee=Decimal("0.80")),
            ]
        )
        self.assertEqual(
            self.codes(statement),
            [
                "matched",
                "amount",
                "status",
                "missing_here",
                "late_refund",
                "double",
                "fee",
                "missing_there",
            ],
        )
        late = statement.line_ids.filtered(lambda line: line.code == "late_refund")
        self.assertIn(order.name, late.note)
        gone = statement.line_ids.filtered(lambda line: line.code == "missing_there")
        self.assertEqual((gone.ref, gone.our_amount), (lost, 90))
        with self.assertRaises(UserError):
            statement.action_confirm()
        with self.assertRaises(UserError):
            late.action_wait()
        statement.line_ids.filtered(lambda line: line.code != "matched").action_usual()
        self.assertEqual(statement.open_count, 0)
        statement.action_confirm()
        # waits: the payment that is not there (90) and the one that was not made there (40)
        self.assertEqual(self.balance(self.clearing), -130)
        # 6 too much, 30 unknown, 80 given back, 80 twice
        self.assertEqual(self.balance(self.company.scenic_unexplained_account_id), 36)
        self.assertEqual(
            statement.move_id.line_ids.filtered("scenic_clearing_session_id").credit, 240
        )
        # the payment that was not there is in the next statement
        later = self.load([self.row(lost, 90)])
        self.assertEqual(self.codes(later), ["matched"])
        self.assertTrue(gone.note)
        later.action_confirm()
        self.assertEqual(self.balance(self.clearing), -40)

    def test_cents_are_booked_as_rounding(self):
        number, _order = self.pay(80)
        self.close(self.till)
        statement = self.load([self.row(number, Decimal("79.99"))])
        self.assertEqual(self.codes(statement), ["matched"])
        statement.action_confirm()
        self.assertEqual(self.balance(self.clearing), 0)
        self.assertEqual(self.balance(self.company.scenic_rounding_account_id), -0.01)

    def test_a_refund_day_pays_out_less_than_nothing(self):
        number, order = self.pay(80)
        self.close(self.till)
        self.load([self.row(number, 80)]).action_confirm()
        self.till.open_ui()
        self.till.current_session_id.set_opening_control(0, None)
        back, _order = self.pay(80, refund_of=order)
        self.close(self.till)
        statement = self.load([self.row(number, -80, refund_ref=back)])
        self.assertEqual(self.codes(statement), ["matched"])
        self.assertEqual(statement.net, -79.52)
        statement.action_confirm()
        self.assertEqual(self.balance(self.clearing), 0)
        self.at_bank(-79.52)
        statement.action_match_bank()
        self.assertTrue(statement.is_settled)

    def test_a_payment_by_code_without_a_sale_is_found_with_its_session(self):
        session = self.till.sudo().current_session_id
        attempt = self.env["scenic.pay.attempt"].create(
            {
                "ref": "ATTEMPT1",
                "acquirer_ref": "4200ATTEMPT1",
                "amount": 8000,
                "account": "test",
                "state": "paid",
                "company_id": self.company.id,
                "currency_id": self.company.currency_id.id,
                "config_id": self.till.id,
                "session_id": session.id,
                "payment_method_id": self.method.id,
                "user_id": self.till.env.uid,
                "payment_uuid": "p-1",
                "order_uuid": "o-1",
            }
        )
        line = self.load([self.row("ATTEMPT1", 80)]).line_ids
        self.assertEqual((line.code, line.attempt_id), ("missing_here", attempt))
        self.assertEqual(line.session_id, session)
        self.assertIn(session.name, line.note)

    def test_terminals_without_numbers_are_matched_by_time(self):
        self.pay(80, transaction_id=False)
        self.close(self.till)
        statement = self.load([self.row("T1", 80)])
        self.assertEqual(self.codes(statement), ["matched"])
        self.assertTrue(statement.line_ids.by_time)

    def test_a_file_is_taken_once_and_of_its_merchant_only(self):
        number, _order = self.pay(80)
        statement = self.load([self.row(number, 80)])
        with self.assertRaises(UserError), self.cr.savepoint():
            self.load([self.row(number, 80)])
        statement.action_cancel()
        again = self.load([self.row(number, 80)])
        self.assertEqual(self.codes(again), ["matched"])
        with self.assertRaises(UserError), self.cr.savepoint():
            self.load([self.row("X", 1)], merchant="1900000999")
        # the same row in another file is a double
        twice = self.load([self.row(number, 80), self.row("Y", 5)])
        self.assertEqual(self.codes(twice), ["double", "missing_here"])

    def test_the_bank_line_must_be_beyond_doubt(self):
        number, _order = self.pay(80)
        self.close(self.till)
        statement = self.load([self.row(number, 80)])
        statement.action_confirm()
        with self.assertRaises(UserError):
            statement.action_match_bank()
        first = self.at_bank(79.52, days=2)
        self.at_bank(79.52, days=3)
        with self.assertRaises(UserError):
            statement.action_match_bank()
        first.payment_ref = "1900000109 T+1"
        statement.action_match_bank()
        self.assertEqual(statement.bank_line_ids, first)

    def test_of_several_those_beyond_doubt_are_matched(self):
        numbers = [self.pay(price)[0] for price in (80, 50)]
        self.close(self.till)
        first = self.load([self.row(numbers[0], 80)])
        second = self.load([self.row(numbers[1], 50)])
        first.line_ids.filtered(lambda line: line.code == "missing_there").action_usual()
        both = first | second
        both.action_confirm()
        self.at_bank(79.52)
        both.action_match_bank()
        self.assertEqual(both.mapped("is_settled"), [True, False])

    def test_a_receipt_is_registered_where_no_bank_statement_comes(self):
        number, _order = self.pay(80)
        self.close(self.till)
        statement = self.load([self.row(number, 80)])
        statement.action_confirm()
        action = statement.action_register_receipt()
        receipt = self.env["scenic.bank.receipt"].with_context(**action["context"]).create({})
        self.assertEqual((receipt.amount, receipt.journal_id), (79.52, self.bank))
        receipt.action_register()
        self.assertTrue(statement.is_settled)

    def test_an_acquirer_settles_the_account_of_its_methods(self):
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.acquirer.account_id = self.company.scenic_cash_transit_account_id
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.acquirer.copy({"name": "Twin"})

    def test_only_accountants_of_the_company_see_and_book(self):
        number, _order = self.pay(80)
        statement = self.load([self.row(number, 80)])
        other = common_finance.make_company(self.env, "cn")
        groups = ("base.group_user", "scenic_finance.group_accountant")
        stranger = common_scenic.make_user(self.env, "stranger", *groups, company=other)
        mine = common_scenic.make_user(self.env, "mine", *groups, company=self.company)
        clerk = common_scenic.make_user(self.env, "clerk", "window", company=self.company)
        domain = [("id", "=", statement.id)]
        statements = self.env["scenic.acquirer.statement"]
        foreign = statements.with_user(stranger).with_context(allowed_company_ids=other.ids)
        self.assertEqual(foreign.search_count(domain), 0)
        self.assertEqual(statements.with_user(mine).search_count(domain), 1)
        with self.assertRaises(AccessError):
            statements.with_user(clerk).search_count(domain)
        statement.with_user(mine).with_context(
            allowed_company_ids=self.company.ids
        ).action_confirm()
        self.assertEqual(statement.state, "confirmed")


@tagged("post_install", "-at_install")
class TestOtherAcquirers(AcquirerCase):
    chart = "cn"

    def test_methods_get_their_accounts(self):
        self.assertEqual(self.clearing.code, "101211")
        self.assertEqual(self.company.scenic_acquirer_fee_account_id.code, "560311")
        found = self.env["pos.payment.method"]._scenic_clearing_problems(self.company)
        self.assertEqual(found, [])

    def test_alipay_and_cards_are_settled_alike(self):
        one, _order = self.pay(80)
        card, order = self.pay(150)
        back, _order = self.pay(150, refund_of=order)
        self.close(self.till)
        self.acquirer.write({"layout": "alipay", "merchant": False})
        first = self.load([self.row(one, 80)], "alipay")
        self.acquirer.layout = "unionpay"
        second = self.load(
            [self.row(card, 150), self.row(card, -150, refund_ref=back, fee=Decimal(0))], "unionpay"
        )
        (first | second).line_ids.filtered(lambda line: line.code == "missing_there").action_usual()
        self.assertEqual(self.codes(first)[:1], ["matched"])
        self.assertEqual(self.codes(second)[:2], ["matched", "matched"])
        (first | second).action_confirm()
        self.assertEqual(self.balance(self.clearing), 0)
        self.assertEqual(self.balance(self.company.scenic_acquirer_fee_account_id), -1.38)


@tagged("post_install", "-at_install")
class TestGenericChart(AcquirerCase):
    chart = "generic_coa"
    country = "base.us"
    currency = "base.USD"

    def test_a_settlement_reaches_the_bank(self):
        self.assertEqual(self.clearing.scenic_clearing, "wechat")
        self.assertEqual(self.company.scenic_acquirer_fee_account_id.internal_group, "expense")
        found = self.env["pos.payment.method"]._scenic_clearing_problems(self.company)
        self.assertEqual(found, [])
        number, _order = self.pay(80)
        self.close(self.till)
        statement = self.load([self.row(number, 80)])
        statement.action_confirm()
        self.at_bank(79.52)
        statement.action_match_bank()
        self.assertTrue(statement.is_settled)
        self.assertEqual(self.balance(self.clearing), 0)
