"""The roll-forward of a month is tied to the account, and a closed month stays closed."""

import io
import json
from datetime import timedelta

import common_close
import common_scenic
import openpyxl
from dateutil.relativedelta import relativedelta
from psycopg2.errors import CheckViolation

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestMonthClose(common_close.CloseCase):
    def setUp(self):
        super().setUp()
        self.month = self.today.replace(day=1)
        self.over(self.month + relativedelta(months=3))
        self.months = self.env["scenic.month.close"]

    def month_of(self, day=None):
        close = self.months._prepare(self.company, day or self.today)
        self.env.invalidate_all()
        return close

    def a_month(self):
        """Sell 5 tickets, use two, refund one, expire one."""
        self.a_day(5, 2)
        tickets = self.tickets(self.order)
        again = self.window()
        common_scenic.refund(again, tickets[4].pos_order_line_id)
        self.close(again)
        # the day after the last valid one is still in this month
        self.sql(
            "UPDATE scenic_ticket SET valid_until = valid_until - 1 WHERE id = %s", tickets[3].id
        )
        tickets[3]._expire()
        self.recognise(self.today)

    def test_the_roll_forward_is_tied_to_the_account(self):
        self.a_month()
        close = self.month_of()
        [line] = close.line_ids
        sold = 377.36  # five at 80 with 6 % inside
        refunded = sum(self.tickets(self.order).mapped("refund_value"))
        self.assertEqual((line.opening, line.tickets), (0, 5))
        self.assertAlmostEqual(line.sold, sold, 2)
        self.assertAlmostEqual(line.refunded, refunded, 2)
        self.assertTrue(line.used and line.expired)
        left = line.sold - line.used - line.refunded - line.expired - line.kept
        self.assertAlmostEqual(line.closing, left, 2)
        self.assertEqual(close.closing, close.liability)
        self.assertEqual(close.liability, self.balance(self.liability))
        self.assertEqual((close.difference, self.todo(close)), (0, []))
        opened = self.env["scenic.ticket"].search(line.action_tickets()["domain"])
        self.assertEqual(sum(opened.mapped("net_value")), line.sold)
        events = self.env["scenic.revenue.event"].search(line.action_events()["domain"])
        gone = line.used + line.expired + line.kept
        self.assertAlmostEqual(sum(events.mapped("amount")), gone, 2)

    def test_what_is_on_its_way_is_named_between_tickets_and_account(self):
        win = self.window()
        self.sell(win, (self.park.adult, 1))
        close = self.month_of()
        self.assertEqual((close.closing, close.liability), (75.47, 0))
        self.assertEqual((close.unposted_sales, close.difference), (75.47, 0))

    def test_a_changed_ledger_keeps_the_month_open(self):
        self.a_month()
        aml = self.tickets(self.order)[0].origin_aml_id
        self.sql(
            "UPDATE account_move_line SET balance = balance - 1, credit = credit + 1 WHERE id = %s",
            aml.id,
        )
        close = self.month_of()
        self.assertEqual(close.difference, 1)
        self.assertIn("proof", self.todo(close))
        self.assertTrue(close._close())

    def test_a_closed_month_is_numbered_signed_locked_and_frozen(self):
        self.a_month()
        close = self.month_of()
        self.assertEqual(close.with_context(scenic_lock_period=True)._close(), [])
        self.assertEqual((close.number, close.name, close.state), (1, "MC-000001", "closed"))
        self.assertIsNone(close._signature_problem())
        document = json.loads(close.document)
        self.assertEqual(document["lines"][0]["tickets"], 5)
        self.assertTrue(document["locked"])
        self.assertEqual(self.company.fiscalyear_lock_date, close.date_to)
        with (
            self.assertRaises(CheckViolation),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            self.cr.execute("UPDATE scenic_month_line SET sold = 0 WHERE close_id = %s", [close.id])
        self.assertTrue(close._pdf().startswith(b"%PDF"))
        book = openpyxl.load_workbook(io.BytesIO(close._xlsx()))
        cells = [cell.value for sheet in book for row in sheet for cell in row]
        self.assertIn(close.closing, cells)

    def test_the_next_month_begins_where_the_closed_one_ended(self):
        self.a_month()
        first = self.month_of()
        self.assertEqual(first._close(), [])
        frozen = first.line_ids.closing
        # a use that the gate reports after the close belongs to the closed month by its date
        [left] = self.tickets(self.order).filtered(lambda ticket: ticket.state == "valid")
        self.journal.pass_through(left)
        self.take()
        self.recognise(self.today)
        second = self.month_of(self.month + relativedelta(months=1))
        [line] = second.line_ids
        self.assertEqual(line.opening, frozen)
        self.assertAlmostEqual(line.late, -75.47, 2)
        self.assertEqual((line.closing, second.difference), (0, 0))
        self.assertEqual(first.line_ids.closing, frozen)
        self.assertEqual(second._close(), [])
        self.assertEqual(json.loads(second.document)["prev"], first.digest)

    def test_open_days_keep_their_month_open(self):
        self.a_day()
        day = self.prepare()
        close = self.month_of()
        self.assertEqual(self.todo(close), ["days"])
        self.assertEqual(day._close(), [])
        close.action_refresh()
        # the days after it are missing, unless it was the last one
        last = self.today == close.date_to
        self.assertEqual(self.todo(close), [] if last else ["days"])

    def test_a_month_that_is_not_over_cannot_be_begun(self):
        self.over(self.month + timedelta(days=5))
        with self.assertRaises(UserError):
            self.month_of()
