"""One entry for each day, whatever nights were left out, and others may shape it."""

from datetime import timedelta
from unittest.mock import patch

import common_finance

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestRecognitionDays(common_finance.FinanceCase):
    def setUp(self):
        super().setUp()
        self.today = self.park.site._today()
        self.invoice((self.park.adult, 9), invoice_date=self.ago(40)).action_post()
        self.tickets = self.env["scenic.ticket"].search([("company_id", "=", self.company.id)])
        self.model = self.registry["scenic.recognition"]
        self.patch(self.registry["ir.cron"], "_commit_progress", lambda *args, **options: 60)

    def ago(self, days):
        return fields.Date.subtract(self.today, days=days)

    def used(self, ticket, days):
        """Let a visitor in so many days ago; the report of it comes now."""
        noon = fields.Datetime.to_datetime(self.ago(days)).replace(hour=4)
        row = {"ticket_id": ticket.id, "zone_id": self.park.gate.id, "happened_at": noon}
        self.env["scenic.redemption"]._append([row])

    def found(self):
        batches = self.env["scenic.recognition"].search([("company_id", "=", self.company.id)])
        return [(batch.day, batch.posted_date, batch.event_count) for batch in batches.sorted("id")]

    def test_nights_that_were_left_out_are_made_up_day_by_day(self):
        for ticket, days in zip(self.tickets, (35, 3, 3, 1, 0), strict=False):
            self.used(ticket, days)
        self.env["scenic.recognition"]._cron_run()
        # today is not over
        days = [self.ago(35), self.ago(3), self.ago(1)]
        self.assertEqual(self.found(), list(zip(days, days, (1, 2, 1), strict=True)))

    def test_a_late_fact_goes_into_the_first_day_after_the_last_one(self):
        self.used(self.tickets[0], 5)
        self.env["scenic.recognition"]._cron_run()
        self.used(self.tickets[1], 6)
        self.used(self.tickets[2], 2)
        self.env["scenic.recognition"]._cron_run()
        found = [(self.ago(5), 1), (self.ago(4), 1), (self.ago(2), 1)]
        self.assertEqual([(day, count) for day, _posted, count in self.found()], found)
        late = self.tickets[1].revenue_event_ids
        self.assertEqual((late.day, late.recognition_id.posted_date), (self.ago(6), self.ago(4)))

    def test_locked_days_are_left_out(self):
        for ticket, days in zip(self.tickets, (8, 7, 2), strict=False):
            self.used(ticket, days)
        self.company.fiscalyear_lock_date = self.ago(4)
        self.env["scenic.recognition"]._cron_run()
        first, second = (self.ago(3), self.ago(3), 2), (self.ago(2), self.ago(2), 1)
        self.assertEqual(self.found(), [first, second])

    def test_one_failure_stops_no_other_company(self):
        self.used(self.tickets[0], 1)
        run, company = self.model._run, self.company

        def fail(records, who, *args, **options):
            if who == company:
                raise ZeroDivisionError
            return run(records, who, *args, **options)

        store = patch.object(self.registry["scenic.proof"], "_store")
        logger = mute_logger("odoo.addons.scenic_finance.models.scenic_recognition")
        with patch.object(self.model, "_run", fail), store as stored, logger:
            self.env["scenic.recognition"]._cron_run()
        # it is proved all the same, and the next night takes what is left
        self.assertIn(company, [call.args[-1] for call in stored.call_args_list])
        self.env["scenic.recognition"]._cron_run()
        self.assertEqual([count for *_days, count in self.found()], [1])

    def test_a_job_that_is_out_of_time_goes_on_later(self):
        for ticket, days in zip(self.tickets, (3, 2), strict=False):
            self.used(ticket, days)
        self.patch(self.registry["ir.cron"], "_commit_progress", lambda *args, **options: 0)
        self.env["scenic.recognition"]._cron_run()
        self.assertEqual([day for day, *_rest in self.found()], [self.ago(3)])
        self.env["scenic.recognition"]._cron_run()
        self.assertEqual([day for day, *_rest in self.found()], [self.ago(3), self.ago(2)])

    def test_others_shape_the_entry(self):
        """A part of the uses belongs to a partner, and brings a cost: the books still prove."""
        self.used(self.tickets[0], 1)
        payable = self.company.scenic_deposit_account_id
        income, balanced = self.model._income_lines, self.model._balanced_lines
        seen = []

        def less(batch, rows):
            seen.extend(rows)
            half = [{**row, "amount": row["amount"] - 40} for row in rows]
            line = batch._line_vals(payable.id, rows[0]["product"], -40, 1, False)
            return income(batch, half) + [{**line, "partner_id": self.partner.id}]

        def more(batch, rows):
            pair = [(payable, -7), (self.revenue, 7)]
            return balanced(batch, rows) + [
                batch._line_vals(account.id, rows[0]["product"], amount, 1, False)
                for account, amount in pair
            ]

        with (
            patch.object(self.model, "_income_lines", less),
            patch.object(self.model, "_balanced_lines", more),
        ):
            self.recognise()
        [row] = seen
        self.assertEqual((row["kind"], row["zone"], row["events"]), ("use", self.park.gate.id, 1))
        self.assertEqual(row["origin"], self.tickets[0].origin_aml_id.id)
        self.assertEqual((self.balance(self.revenue), self.balance(payable)), (28.47, 47))

    def test_an_entry_that_does_not_balance_is_refused_and_leaves_nothing(self):
        self.used(self.tickets[0], 1)
        income = self.model._income_lines
        with (
            patch.object(self.model, "_income_lines", lambda batch, rows: income(batch, rows)[:0]),
            self.assertRaises(UserError),
            self.cr.savepoint(),
        ):
            self.recognise()
        self.env.invalidate_all()
        self.assertFalse(self.found())
        self.assertEqual(self.recognise().event_count, 1)

    def test_a_sale_that_comes_into_the_ledger_later_decides_the_day(self):
        day = self.ago(10)
        self.invoice((self.park.adult, 1), invoice_date=day).action_post()
        ticket = self.env["scenic.ticket"].search(
            [("company_id", "=", self.company.id)], order="id desc", limit=1
        )
        self.used(ticket, 12)
        self.recognise(self.today + timedelta(1))
        self.assertEqual(self.found(), [(day, day, 1)])
