"""A generated month ends with every proof at zero, and every planted error is found and named.

`SCENIC_MONTH=50000 tools/test tests/finance/test_generated_month.py`: so many tickets, in a
whole month; without it the last days of one.
"""

import os
from contextlib import contextmanager
from datetime import timedelta

import common_voucher
import month_books
import month_trade

from odoo.exceptions import UserError
from odoo.tests import tagged

WANTED = int(os.environ.get("SCENIC_MONTH", "0"))


class _PlantedError(Exception):
    """Ends a savepoint with everything that was done in it."""


@tagged("post_install", "-at_install")
class TestGeneratedMonth(month_books.MonthCase):
    tickets_wanted, days = WANTED or 280, 0 if WANTED else 7

    def test_month(self):
        self.live()
        self.settle_up()
        with self.subTest("everything happened"):
            self.everything_happened()
        with self.subTest("proofs"):
            self.proofs_are_zero()
        for error in (
            self.deleted_line,
            self.doubled_row,
            self.wrong_share,
            self.missing_session,
        ):
            with self.subTest(error.__name__), self.planted():
                error()
        with self.subTest("what was planted is gone"):
            self.proofs_are_zero()

    def everything_happened(self):
        self.assertGreaterEqual(self.made(), self.tickets_wanted)
        for way in month_trade.WAYS:
            self.assertTrue(self.done[way], way)
        for what in ("passages", "refunds", "late invoices", "payments settled"):
            self.assertTrue(self.done[what], what)
        kinds = self.env["scenic.revenue.event"]._read_group(
            [("company_id", "=", self.company.id)], ["kind"], ["__count"]
        )
        self.assertLessEqual({"use", "expire", "fee", "reversal"}, {kind for kind, _n in kinds})
        self.late_facts_came_after_the_lock()

    def late_facts_came_after_the_lock(self):
        locked = self.first + timedelta(days=month_books.LOCKED_TO - 1)
        late = self.env["scenic.revenue.event"].search(
            [
                ("company_id", "=", self.company.id),
                ("day", "<=", locked),
                ("recognition_id.move_id.date", ">", locked),
            ]
        )
        self.assertIn("N1", late.redemption_id.mapped("lane_code"))

    # -- at the end ----------------------------------------------------------------

    def proofs_are_zero(self):
        self.assertEqual(self.left, [])
        incidents = [("company_id", "=", self.company.id), ("state", "=", "open")]
        self.assertFalse(self.env["scenic.incident"].search(incidents).mapped("display_name"))
        self.assertEqual(self.done["days closed"], self.days)
        self.assertEqual(self.month.state, "closed")
        self.assertIsNone(self.month._signature_problem())
        self.assertEqual(self.wrong(), [])
        self.assertEqual(self.month.difference, 0)
        self.assertEqual(self.balance_until(self.month.date_to), self.month.liability)
        self.assertEqual(self.balance(self.accrual), 0)
        for statement in self.statements:
            self.assertEqual((statement.state, statement.open_count), ("confirmed", 0))
            self.assertEqual(set(statement.line_ids.mapped("code")), {"matched"})
        self.assertEqual(self.balance(self.wallet.outstanding_account_id), 0)
        self.assertEqual(self.balance(self.company.scenic_bank_transit_account_id), 0)
        self.assertEqual(self.lost_payments(), set())

    def balance_until(self, day):
        items = self.env["account.move.line"]._read_group(
            [
                ("account_id", "=", self.liability.id),
                ("parent_state", "=", "posted"),
                ("date", "<=", day),
            ],
            aggregates=["balance:sum"],
        )
        return self.company.currency_id.round(-items[0][0])

    def lost_payments(self):
        check = self.env["scenic.payment.check"]
        found = check._findings(self.company, self.first, self.day - timedelta(days=1))
        return {row["code"] for row in found}

    # -- planted errors --------------------------------------------------------------

    @contextmanager
    def planted(self):
        """Undo whatever is done inside."""
        try:
            with self.env.cr.savepoint():
                yield
                raise _PlantedError
        except _PlantedError:
            self.env.invalidate_all()

    def deleted_line(self):
        item = self.env["account.move.line"].search(
            [
                ("account_id", "=", self.liability.id),
                ("parent_state", "=", "posted"),
                ("scenic_recognition_id", "=", False),
                ("credit", ">", 0),
            ],
            limit=1,
        )
        amount = item.credit
        self.sql("DELETE FROM account_move_line WHERE id = %s", item.id)
        wrong = self.wrong()
        self.assertIn(amount, [abs(line["amount"]) for line in wrong])

    def doubled_row(self):
        self.channel, self.today = self.channels[0], self.day
        content = common_voucher.order_content(self.park, settlement="70.00")
        order = common_voucher.fill(self.channel, content)
        order.item_ids._exchange()
        number = order.number
        statement = self.statement([(number, "70.00")] * 2)
        self.assertEqual(self.codes(statement)[number], ["matched", "double"])
        double = self.line(statement, "double")
        self.assertEqual((double.place, double.double_of_id.place), (3, 2))
        with self.assertRaises(UserError):
            statement.action_confirm()

    def wrong_share(self):
        line = self.lines(("kind", "=", "use"))[0]
        self.sql("UPDATE scenic_share_line SET amount = amount + 0.01 WHERE id = %s", line.id)
        wrong = [row for row in self.wrong() if row.get("share_id")]
        self.assertEqual({row["share_id"] for row in wrong}, {line.share_id.id})

    def missing_session(self):
        session = self.env["pos.session"].search(
            [("config_id.company_id", "=", self.company.id), ("order_ids", "!=", False)], limit=1
        )
        self.sql("DELETE FROM pos_session WHERE id = %s", session.id)
        self.assertIn("no_session", self.lost_payments())
