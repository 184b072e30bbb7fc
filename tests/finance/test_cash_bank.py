"""Cash from the drawer to the bank, its differences, and money whose session is missing."""

from datetime import timedelta

import common_finance
import common_scenic

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestCash(common_finance.FinanceCase):
    def close(self, window):
        """Count and close as the window does, in two requests."""
        session = window.sudo().current_session_id
        self.env.invalidate_all()
        session.post_closing_cash_details(session.cash_register_balance_end)
        self.env.flush_all()
        self.env.invalidate_all()
        answer = session.close_session_from_ui()
        self.assertTrue(answer.get("successful"), answer)
        return session

    # -- deposits ----------------------------------------------------------------

    def open_till(self):
        self.till = self.window()
        self.session = self.till.current_session_id

    @property
    def bank(self):
        return self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )

    @property
    def transit(self):
        return self.company.scenic_cash_transit_account_id

    def take_out(self, amount):
        self.session.try_cash_in_out("out", amount, "bank", False, {"translatedType": "out"})
        return self.session.sudo().statement_line_ids.sorted()[:1]

    def deposit(self, *lines, **values):
        return self.env["scenic.cash.deposit"].create(
            {"cash_line_ids": [(4, line.id) for line in lines], **values}
        )

    def at_bank(self, amount, ref="cash"):
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank.id,
                "date": fields.Date.today() + timedelta(days=1),
                "amount": amount,
                "payment_ref": ref,
            }
        )

    def test_cash_of_the_windows_reaches_the_bank(self):
        self.open_till()
        self.sell(self.till, (self.park.adult, 3))
        first, second = self.take_out(100), self.take_out(60)
        deposit = self.deposit(first, second, slip="BAG-7")
        self.assertEqual(deposit.amount, 160)
        deposit.action_send()
        self.assertEqual(self.balance(self.transit), -160)
        with self.assertRaises(UserError):
            deposit.action_match_bank()
        line = self.at_bank(160, "BAG-7")
        deposit.action_match_bank()
        self.assertTrue(deposit.is_settled)
        self.assertTrue(line.is_reconciled)
        self.assertEqual(self.balance(self.transit), 0)
        # the drawer is counted as if nothing had happened
        self.close(self.till)
        drawer = self.till.sudo().payment_method_ids.journal_id.default_account_id
        self.assertEqual(self.balance(drawer), -80)

    def test_a_deposit_is_taken_back(self):
        self.open_till()
        self.sell(self.till, (self.park.adult, 2))
        cash = self.take_out(100)
        deposit = self.deposit(cash)
        deposit.action_send()
        line = self.at_bank(100)
        deposit.action_match_bank()
        deposit.action_undo()
        self.assertEqual(deposit.state, "draft")
        self.assertFalse(line.is_reconciled)
        self.assertFalse(cash.is_reconciled)
        self.assertEqual(self.balance(self.transit), 0)
        self.assertEqual(self.balance(cash.journal_id.suspense_account_id), -100 + 100)
        deposit.action_send()
        deposit.action_match_bank()
        self.assertTrue(deposit.is_settled)

    def test_a_safe_and_what_the_bank_counts_less(self):
        safe = self.env["account.journal"].create(
            {"name": "Safe", "type": "cash", "code": "SAFE", "company_id": self.company.id}
        )
        deposit = self.deposit(journal_id=safe.id, safe_amount=500)
        deposit.action_send()
        self.assertEqual(self.balance(safe.default_account_id), 500)
        action = deposit.action_register_receipt()
        receipt = self.env["scenic.bank.receipt"].with_context(**action["context"]).create({})
        receipt.amount = 480
        receipt.action_register()
        self.assertEqual(deposit.residual, 20)
        deposit.action_book_difference()
        self.assertTrue(deposit.is_settled)
        self.assertEqual(self.balance(self.company.default_cash_difference_expense_account_id), -20)
        self.assertEqual(self.balance(self.transit), 0)

    def test_cash_goes_to_the_bank_once(self):
        self.open_till()
        self.sell(self.till, (self.park.adult, 2))
        cash = self.take_out(100)
        self.deposit(cash)
        with self.assertRaises(UserError), self.cr.savepoint():
            self.deposit(cash)

    # -- what no list shows ------------------------------------------------------

    def findings(self):
        today = fields.Date.today()
        found = self.env["scenic.payment.check"]._findings(
            self.company, today - timedelta(days=2), today + timedelta(days=2)
        )
        return {line["code"]: line for line in found}

    def delete_items(self, move):
        """Delete journal items as no user could."""
        self.env.flush_all()
        self.env.cr.execute("SET LOCAL session_replication_role = replica")
        self.env.cr.execute("DELETE FROM account_move_line WHERE move_id = ANY(%s)", [move.ids])
        self.env.cr.execute("SET LOCAL session_replication_role = origin")
        self.env.invalidate_all()

    def sold(self, count=2):
        window = self.window()
        self.sell(window, (self.park.adult, count))
        return window

    def test_a_good_day_has_nothing_to_say(self):
        self.close(self.sold())
        self.assertEqual(self.findings(), {})
        check = self.env["scenic.payment.check"].create({})
        check.action_check()
        self.assertFalse(check.line_ids)

    def test_a_deleted_entry_is_named(self):
        session = self.close(self.sold())
        move = session.sudo().statement_line_ids.move_id
        self.delete_items(move)
        found = self.findings()["no_entry"]
        self.assertEqual((found["session_id"], found["amount"]), (session.id, 160))
        self.assertIn(session.name, found["name"])

    def test_a_day_is_not_closed_over_a_payment_that_is_in_no_entry(self):
        session = self.close(self.sold())
        self.delete_items(session.sudo().statement_line_ids.move_id)
        close = self.env["scenic.day.close"].new(
            {"company_id": self.company.id, "day": self.park.site._today()}
        )
        checks = {check["code"]: check for check in close._payment_checks()}
        self.assertFalse(checks["payments"]["ok"])
        self.assertEqual(checks["payments"]["record"].ids, session.ids)
        self.assertFalse(checks["payments"]["warn"])
        self.assertTrue(checks["acquirer_statement"]["ok"])

    def test_a_missing_session_is_named(self):
        windows = [self.sold() for _i in range(3)]
        session = windows[1].sudo().current_session_id
        for window in windows:
            self.close(window)
        number = int(session.name[-5:])
        self.env.flush_all()
        # no user can do this
        self.env.cr.execute("SET LOCAL session_replication_role = replica")
        self.env.cr.execute("DELETE FROM pos_session WHERE id = %s", [session.id])
        self.env.cr.execute("SET LOCAL session_replication_role = origin")
        self.env.invalidate_all()
        found = self.findings()
        self.assertEqual(found["no_session"]["amount"], 160)
        self.assertIn(f"{number:05d}", found["number_gap"]["name"])
        self.prove = False

    def test_a_difference_of_the_count_is_in_the_ledger(self):
        window = self.sold()
        session = window.sudo().current_session_id
        shift = session.scenic_shift_ids
        drawer = window.sudo().payment_method_ids
        shift._count({drawer.id: 155})
        shift._finish({drawer.id: "five are missing"})
        session._scenic_close(shift, "")
        self.assertEqual(self.findings(), {})
        loss = drawer.journal_id.loss_account_id
        self.assertEqual(self.balance(loss), -5)
        line = session.statement_line_ids.move_id.line_ids.filtered(
            lambda item: item.account_id == loss
        )
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM account_move_line WHERE move_id = %s", [line.move_id.id])
        found = self.findings()["cash_difference"]
        self.assertEqual((found["session_id"], found["amount"]), (session.id, -5))

    def test_a_drawer_opened_with_another_sum_is_told(self):
        window = self.window()
        self.close(window)
        window.open_ui()
        session = window.sudo().current_session_id
        session.set_opening_control(200, "float")
        found = self.findings()["opening"]
        self.assertEqual((found["session_id"], found["amount"]), (session.id, 200))

    def test_cash_that_was_taken_out_is_told_until_it_is_deposited(self):
        window = self.sold()
        session = window.current_session_id
        session.try_cash_in_out("out", 100, "bank", False, {"translatedType": "out"})
        self.assertEqual(self.findings()["cash_out"]["amount"], -100)
        line = session.sudo().statement_line_ids
        deposit = self.env["scenic.cash.deposit"].create({"cash_line_ids": [(4, line.id)]})
        deposit.action_send()
        self.assertEqual(self.findings(), {})
        common_scenic.assert_balanced(self.env, self.company)
