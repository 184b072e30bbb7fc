"""Uses become revenue: once, exactly, and never before their sale is in the ledger."""

from datetime import timedelta
from unittest.mock import patch

import common_finance
import common_scenic
from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.scenic_finance.tools import allocation, revenue_sql


@tagged("post_install", "-at_install")
class TestRecognition(common_finance.FinanceCase):
    def sold(self, product=None, quantity=1, **values):
        """Sell through an invoice and return the tickets."""
        before = self.env["scenic.ticket"].search([])
        self.invoice((product or self.park.adult, quantity, values)).action_post()
        return self.env["scenic.ticket"].search([]) - before

    def batches(self):
        return self.env["scenic.recognition"].search([("company_id", "=", self.company.id)])

    def refused(self, statement, *values):
        """Assert that the database refuses a change of events."""
        with (
            self.assertRaises(CheckViolation) as refusal,
            self.cr.savepoint(),
            mute_logger("odoo.sql_db"),
        ):
            self.cr.execute(statement, values)
        self.assertIn("never changed or deleted", str(refusal.exception))

    def events(self, tickets):
        return tickets.revenue_event_ids.sorted("id")

    def test_nothing_is_recognised_before_its_sale_is_posted(self):
        window = self.window()
        tickets = self.tickets(self.sell(window, (self.park.adult, 2)))
        self.use(tickets[0])
        self.assertFalse(self.recognise())
        self.assertEqual(self.proof()["unposted_releases"], 75.47)
        # neither when there is something else to recognise
        self.use(self.sold(self.park.annual))
        self.assertEqual(self.recognise().event_count, 1)
        self.assertEqual(self.balance(self.revenue), 566.04)
        self.close(window)
        batch = self.recognise()
        self.assertEqual(batch.move_id.state, "posted")
        self.assertEqual(self.balance(self.liability), 75.47)
        self.assertEqual(self.balance(self.revenue), 641.51)

    def test_the_entry_is_compressed_and_matched_with_the_sale(self):
        tickets = self.sold(quantity=5) | self.sold(self.park.combo, 2)
        for ticket in tickets:
            self.use(ticket)
        batch = self.recognise()
        self.assertEqual(batch.event_count, 7)
        lines = batch.move_id.line_ids
        self.assertEqual(len(lines), 4)
        liability = lines.filtered(lambda line: line.account_id == self.liability)
        self.assertEqual(sorted(liability.mapped("balance")), [169.82, 377.36])
        self.assertEqual(set(liability.mapped("amount_residual")), {0})
        self.assertEqual(sorted(liability.mapped("quantity")), [2, 5])
        open_items = tickets.origin_aml_id.mapped("amount_residual")
        self.assertEqual(sorted(open_items), [-113.2, 0])

    def test_a_second_run_changes_nothing(self):
        self.use(self.sold())
        self.assertTrue(self.recognise())
        self.assertFalse(self.recognise())
        self.assertEqual(len(self.batches()), 1)

    def test_a_combo_is_recognised_zone_by_zone(self):
        ticket = self.sold(self.park.combo)
        self.use(ticket, self.park.ropeway)
        self.assertEqual(ticket.remaining_value, 84.91)
        self.use(ticket, self.park.gate)
        self.assertEqual(self.events(ticket).mapped("amount"), [56.6, 84.91])
        self.recognise()
        self.assertEqual(self.balance(self.liability), 0)

    def test_a_group_code_is_recognised_person_by_person(self):
        ticket = self.sold(self.park.family, price_unit=200.02)
        for _person in range(3):
            self.use(ticket, wanted=1, staff=True)
        self.assertEqual(self.events(ticket).mapped("amount"), [62.9, 62.9, 62.9])
        self.recognise()
        self.assertEqual(self.balance(self.liability), 0)

    def test_the_database_splits_as_the_pure_function_does(self):
        cases = [
            (value, rights, use_no)
            for value in (0, 1, 7, 100, 9999, 50941, 10**9 + 7)
            for rights in (0, 1, 2, 3, 7, 12, 255, 1000)
            for use_no in {1, 2, 3, rights // 2, rights}
            if 1 <= use_no <= max(rights, 3) and (use_no <= rights or not rights)
        ]
        columns = [list(column) for column in zip(*cases, strict=True)]
        self.cr.execute(
            f"SELECT {revenue_sql.USE_VALUE} FROM unnest(%s::numeric[], %s, %s)"
            " AS u(value, rights, use_no)",
            columns,
        )
        results = [int(value) for (value,) in self.cr.fetchall()]
        self.assertEqual(results, [allocation.use_value(*case) for case in cases])

    def test_an_annual_pass_is_served_with_its_first_visit(self):
        ticket = self.sold(self.park.annual)
        for lane in ("L1", "L2", "L3"):
            self.use(ticket, lane=lane)
        self.assertEqual(self.events(ticket).mapped("amount"), [566.04, 0, 0])
        self.recognise()
        self.assertEqual(self.balance(self.liability), 0)

    def test_a_reversal_goes_back_in_red_and_is_earned_again(self):
        ticket = self.sold()
        use = self.use(ticket)
        self.recognise()
        use._reverse("wrong lane")
        self.assertEqual(ticket.remaining_value, 75.47)
        batch = self.recognise()
        liability = batch.move_id.line_ids.filtered(lambda line: line.account_id == self.liability)
        self.assertEqual((liability.debit, liability.credit), (-75.47, 0))
        self.assertTrue(all(batch.move_id.line_ids.mapped("is_storno")))
        self.assertEqual(self.balance(self.revenue), 0)
        self.use(ticket)
        self.assertEqual(self.events(ticket)[-1].reuses_id, self.events(ticket)[1].redemption_id)
        self.recognise()
        self.assertEqual(self.balance(self.liability), 0)
        open_lines = self.env["account.move.line"].search(
            [("account_id", "=", self.liability.id), ("reconciled", "=", False)]
        )
        self.assertFalse(open_lines)

    def test_uses_and_reversals_of_one_batch_keep_their_order(self):
        ticket = self.sold(self.park.family, price_unit=100)
        Redemption = self.env["scenic.redemption"]
        row = {
            "ticket_id": ticket.id,
            "zone_id": self.park.gate.id,
            "happened_at": fields.Datetime.now(),
        }
        first = Redemption._append([{**row, "use_no": n} for n in (1, 2)])
        Redemption._append(
            [
                {**row, "kind": "reversal", "reverses_id": first[0]["id"]},
                {**row, "kind": "reversal", "reverses_id": first[1]["id"]},
                {**row, "use_no": 3},
                {**row, "use_no": 4},
                {**row, "use_no": 5},
            ]
        )
        self.assertEqual(ticket.remaining_value, 0)
        self.assertEqual(len(self.events(ticket).reuses_id), 2)
        self.recognise()
        self.assertEqual(self.balance(self.liability), 0)

    def test_unlimited_rights_give_back_and_earn_again(self):
        ticket = self.sold(self.park.annual)
        first = self.use(ticket)
        self.use(ticket, lane="L2")
        first._reverse("staff opened by mistake")
        self.use(ticket, lane="L3")
        self.assertEqual(self.events(ticket).mapped("amount"), [566.04, 0, -566.04, 566.04])

    def test_expiry_is_income_of_its_own(self):
        tickets = self.sold(self.park.combo, 2)
        self.use(tickets[0], self.park.gate)
        tickets._expire()
        self.assertEqual(tickets.mapped("remaining_value"), [0, 0])
        day = tickets[0].valid_until + timedelta(days=1)
        self.assertEqual(
            set(self.events(tickets).filtered(lambda e: e.kind == "expire").mapped("day")), {day}
        )
        self.recognise(day)
        self.assertEqual(self.balance(self.company.scenic_breakage_account_id), 198.11)
        self.assertEqual(self.balance(self.revenue), 84.91)
        self.assertEqual(self.balance(self.liability), 0)

    def test_a_use_reported_after_the_expiry_takes_the_breakage_back(self):
        ticket = self.sold()
        ticket._expire()
        day = ticket.valid_until + timedelta(days=1)
        self.recognise(day)
        self.env["scenic.redemption"]._append(
            [
                {
                    "ticket_id": ticket.id,
                    "zone_id": self.park.gate.id,
                    "happened_at": fields.Datetime.now(),
                    "mode": "offline",
                }
            ]
        )
        self.assertEqual(ticket.remaining_value, 0)
        self.recognise(day)
        self.assertEqual(self.balance(self.company.scenic_breakage_account_id), 0)
        self.assertEqual(self.balance(self.revenue), 75.47)

    def test_late_facts_go_into_a_later_batch_with_both_dates(self):
        tickets = self.sold(quantity=2)
        today = self.park.site._today()
        self.use(tickets[0])
        self.recognise()
        past = fields.Datetime.now() - timedelta(days=3)
        self.env["scenic.redemption"]._append(
            [
                {
                    "ticket_id": tickets[1].id,
                    "zone_id": self.park.gate.id,
                    "happened_at": past,
                    "mode": "offline",
                }
            ]
        )
        event = self.events(tickets[1])
        self.assertEqual(event.happened_at, past.replace(microsecond=0))
        self.assertEqual(event.day, today - timedelta(days=3))
        self.assertGreater(event.received_at, past)
        self.assertEqual(self.recognise().move_id.date, today)

    def test_a_locked_day_is_posted_on_the_next_open_one(self):
        self.use(self.sold(quantity=2)[0])
        today = self.park.site._today()
        self.company.fiscalyear_lock_date = today
        batch = self.recognise(today)
        self.assertEqual(batch.day, today)
        self.assertGreater(batch.posted_date, today)
        self.assertEqual(self.proof(at=today)["difference"], 0)
        self.assertEqual(self.proof(at=today)["unposted_releases"], 75.47)

    def test_a_crash_leaves_nothing_and_the_next_run_does_it_all(self):
        self.use(self.sold())
        crash = patch.object(self.registry["account.move"], "_post", side_effect=ZeroDivisionError)
        with crash, self.assertRaises(ZeroDivisionError), self.cr.savepoint():
            self.recognise()
        self.env.invalidate_all()
        self.assertFalse(self.batches())
        self.assertEqual(self.recognise().event_count, 1)

    def test_a_missing_setting_is_named(self):
        tickets = self.sold(quantity=2)
        tickets[0]._expire()
        account = self.company.scenic_breakage_account_id
        self.company.scenic_breakage_account_id = False
        day = tickets[0].valid_until + timedelta(days=1)
        with self.assertRaisesRegex(UserError, "Expired Tickets Account"), self.cr.savepoint():
            self.recognise(day)
        self.company.scenic_breakage_account_id = account
        self.assertTrue(self.recognise(day))

    def test_only_a_revenue_accountant_runs_and_proves(self):
        self.use(self.sold())
        outsider = common_scenic.make_user(self.env, "outsider", "manager", company=self.company)
        for model, method in (
            ("scenic.recognition", "action_run"),
            ("scenic.proof", "action_prove"),
        ):
            with self.assertRaises(AccessError):
                getattr(self.env[model].with_user(outsider), method)()
        accountant = common_scenic.make_user(
            self.env, "accountant", "scenic_finance.group_accountant", company=self.company
        )
        books = self.env(user=accountant.id)
        books["scenic.recognition"].action_run()
        action = books["scenic.proof"].action_prove()
        proof = books["scenic.proof"].browse(action["res_id"])
        self.assertEqual(proof.state, "balanced")
        self.assertEqual(
            books["scenic.recognition"].search([]).event_ids.product_id, self.park.adult
        )

    def test_recognition_entries_stay(self):
        self.use(self.sold())
        batch = self.recognise()
        with self.assertRaises(UserError):
            batch.move_id.button_draft()
        with self.assertRaises(UserError):
            batch.move_id._reverse_moves()
        with self.assertRaises(UserError):
            batch.unlink()

    def test_events_are_append_only_for_sql_too(self):
        self.use(self.sold())
        event = self.env["scenic.revenue.event"].search([("company_id", "=", self.company.id)])
        for statement in (
            "UPDATE scenic_revenue_event SET amount = 0 WHERE id = %s",
            "DELETE FROM scenic_revenue_event WHERE id = %s",
        ):
            self.refused(statement, event.id)
        self.recognise()
        self.refused(
            "UPDATE scenic_revenue_event SET recognition_id = NULL WHERE id = %s", event.id
        )

    def test_void_without_refund_keeps_its_value_until_it_would_have_expired(self):
        ticket = self.sold()
        ticket._void("lost")
        self.assertEqual(ticket.remaining_value, 75.47)
        self.recognise()
        self.assertEqual(ticket.remaining_value, 75.47)
        ticket.valid_until = ticket.valid_until - timedelta(days=2)
        self.recognise()
        self.assertEqual(ticket.remaining_value, 0)
        self.assertEqual(self.events(ticket).kind, "expire")

    def test_the_nightly_job_takes_only_days_that_are_over(self):
        self.use(self.sold())
        self.patch(self.registry["ir.cron"], "_commit_progress", lambda *args, **options: 0)
        self.env["scenic.recognition"]._cron_run()
        self.assertFalse(self.batches())
        proof = self.env["scenic.proof"].search([("company_id", "=", self.company.id)])
        self.assertEqual(proof.state, "balanced")
