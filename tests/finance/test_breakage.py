"""Expected breakage is income as the rights are exercised: never twice, never somebody else's."""

from datetime import timedelta
from unittest.mock import patch

import breakage_books
import common_scenic
from psycopg2.errors import RestrictViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

NET = breakage_books.NET


@tagged("post_install", "-at_install")
class TestBreakage(breakage_books.BreakageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # 25 % of each month stayed away: for three that come, the price of one is earned beside
        cls.curve = cls("approve").learn((3, 1), (6, 2), (3, 1))
        cls.base = 4 * NET

    def approve(self):
        self.curve.action_approve()
        self.curve.date_from = self.today

    def test_the_history_gives_the_rate(self):
        curve = self.curve
        self.assertEqual((curve.verdict, curve.months, curve.tickets), ("ok", 3, 16))
        self.assertEqual((curve.rate, curve.lowest_rate, curve.average_rate), (0.25, 0.25, 0.25))
        self.assertEqual(curve.month_ids.mapped("counted"), [True] * 3)

    def test_nothing_is_taken_ahead_of_an_approval(self):
        self.used(self.sold(4)[:3])
        self.run_until()
        self.assertEqual((self.ahead, self.income), (0, self.base))

    def test_it_is_earned_with_the_uses_of_the_others(self):
        self.approve()
        tickets = self.sold(8)
        self.used(tickets[:3])
        batch = self.run_until()
        self.assertEqual((self.ahead, self.income - self.base), (NET, NET))
        self.assertEqual(self.balance(self.liability), 5 * NET)
        self.assertEqual(batch.breakage_ahead, NET)
        [line] = batch.breakage_line_ids
        self.assertEqual(
            (line.used_value, line.expired_value, line.open_value, line.before, line.target),
            (3 * NET, 0, 5 * NET, 0, NET),
        )
        self.assertEqual((line.curve_id, line.month), (self.curve, self.today.replace(day=1)))

    def test_no_income_is_taken_twice(self):
        """Whatever was taken ahead, in the end the tickets were income once."""
        self.approve()
        tickets = self.sold(8)
        revenue = self.balance(self.revenue)
        self.used(tickets[:6])
        self.run_until()
        self.assertEqual(self.ahead, 2 * NET)
        tickets[6:]._expire()
        self.run_until()
        self.assertEqual((self.ahead, self.income - self.base), (0, 2 * NET))
        self.assertEqual(self.balance(self.revenue) - revenue, 6 * NET)
        self.assertEqual(self.balance(self.liability), 0)

    def test_a_second_run_changes_nothing(self):
        self.approve()
        self.used(self.sold(8)[:3])
        self.run_until()
        self.assertFalse(self.run_until())
        self.assertEqual(self.ahead, NET)

    def test_more_visitors_than_expected_take_it_back_in_red(self):
        self.approve()
        tickets = self.sold(4)
        self.used(tickets[:3])
        self.run_until()
        self.assertEqual(self.ahead, NET)
        self.used(tickets[3])
        batch = self.run_until()
        self.assertEqual((self.ahead, self.income), (0, self.base))
        account = self.company.scenic_breakage_ahead_account_id
        line = batch.move_id.line_ids.filtered(lambda line: line.account_id == account)
        self.assertEqual((line.debit, line.credit, line.is_storno), (-NET, 0, True))

    def test_a_use_that_is_taken_back_takes_its_breakage_along(self):
        self.approve()
        uses = self.used(self.sold(8)[:3])
        self.run_until()
        uses[0]._reverse("mistake")
        self.run_until()
        self.assertAlmostEqual(self.ahead, 66.67, 2)

    def test_never_more_than_the_open_tickets_hold(self):
        self.approve()
        tickets = self.sold(8)
        self.used(tickets[:6])
        self.run_until()
        self.assertEqual(self.ahead, 2 * NET)
        self.credit(tickets.origin_aml_id.move_id, [1])
        # what is void may be given back: it is no breakage either
        self.used(self.sold(1, ago=1))
        self.run_until()
        self.assertEqual(self.ahead, NET)

    def test_not_before_the_sale_is_posted(self):
        self.approve()
        window = self.window()
        order = self.sell(window, (self.park.adult, 4, {"price_unit": breakage_books.PRICE}))
        tickets = self.tickets(order)
        tickets.channel_id = self.curve.channel_id
        self.used(tickets[:3])
        self.assertFalse(self.recognise(self.late))
        self.assertEqual((self.ahead, self.income), (0, self.base))
        self.close(window)
        self.run_until()
        self.assertEqual(self.ahead, NET)

    def test_what_belongs_to_others_is_no_income(self):
        """A partner owns the ropeway's part of the combo even if nobody comes."""
        combo = self.park.combo
        owed = [(combo.id, self.park.ropeway.id, 1.0)]
        with patch.object(
            self.registry["scenic.recognition"], "_owed_when_unused", lambda *args: owed
        ):
            for ago in (3, 2, 1):
                tickets = self.sold(4, combo, ago)
                self.used(tickets[:2])
                self.used(tickets, self.park.ropeway)
                tickets._expire()
            self.recognise(self.late)
            curve = self.build(combo)
            # of the park's own part (60 %) one half; the partner's part is in no figure
            self.assertEqual((curve.rate, curve.verdict), (0.5, "ok"))
            self.assertEqual(curve.month_ids[0].used_value, 120)
            self.assertEqual(curve.month_ids[0].expired_value, 120)
            curve.action_approve()
            curve.date_from = self.today
            tickets = self.sold(2, combo)
            self.used(tickets[0])
            batch = self.run_until()
            # 60.00 of the park is used; of the 140.00 that are open only 60.00 are the park's
            self.assertEqual(batch.breakage_line_ids.open_value, 60)
            self.assertEqual(self.ahead, 60)
            owed.append((combo.id, self.park.gate.id, 1.0))
            self.used(tickets[0], self.park.ropeway)
            self.run_until()
            self.assertEqual(self.ahead, 0)

    def test_a_new_estimate_is_trued_up_at_once(self):
        self.approve()
        tickets = self.sold(8)
        self.used(tickets[:3])
        self.run_until()
        self.month(4, 9, 1)
        self.recognise(self.late)
        self.build().action_approve()
        self.used(tickets[3])
        batch = self.run_until()
        line = batch.breakage_line_ids
        self.assertEqual((line.rate, line.before), (0.1, NET))
        self.assertAlmostEqual(line.target, 44.44, 2)
        self.assertAlmostEqual(self.ahead, 44.44, 2)

    def test_a_withdrawn_curve_and_a_changed_choice_take_everything_back(self):
        self.approve()
        tickets = self.sold(8)
        self.used(tickets[:3])
        self.run_until()
        self.park.adult.product_tmpl_id.scenic_breakage_method = "expiry"
        self.used(tickets[3])
        self.run_until()
        self.assertEqual((self.ahead, self.income), (0, self.base))
        self.park.adult.product_tmpl_id.scenic_breakage_method = False
        self.used(tickets[4])
        self.run_until()
        self.assertAlmostEqual(self.ahead, 166.67, 2)
        self.curve.action_withdraw()
        self.used(tickets[5])
        self.run_until()
        self.assertEqual((self.ahead, self.income), (0, self.base))

    def test_a_product_may_choose_for_itself(self):
        self.company.scenic_breakage_method = "expiry"
        self.park.adult.product_tmpl_id.scenic_breakage_method = "proportional"
        self.approve()
        self.used(self.sold(8)[:3])
        self.run_until()
        self.assertEqual(self.ahead, NET)

    def test_months_are_settled_each_by_itself(self):
        self.approve()
        old = self.sold(4, ago=1)
        self.used(old[:3])
        self.used(self.sold(4)[:3])
        self.run_until()
        # last month's curve goes on with the new tickets; both have one ticket open
        self.assertEqual(self.ahead, 2 * NET)
        old[3]._expire()
        self.run_until()
        self.assertEqual(self.ahead, NET)

    def test_a_small_history_waits_for_the_expiry(self):
        self.company.scenic_breakage_min_tickets = 17
        curve = self.build()
        self.assertEqual((curve.verdict, curve.rate), ("tickets", 0))
        with self.assertRaises(UserError):
            curve.action_approve()
        self.company.write({"scenic_breakage_min_tickets": 8, "scenic_breakage_min_months": 4})
        self.assertEqual(self.build().verdict, "months")
        self.sold(1, ago=4)
        self.recognise(self.late)
        # a month with an open ticket is not over
        self.assertEqual(self.build().months, 3)

    def test_the_cap_and_a_month_without_no_shows(self):
        self.company.scenic_breakage_cap = 10.0
        self.assertEqual(self.build().rate, 0.1)
        self.month(4, 4, 0)
        self.recognise(self.late)
        curve = self.build()
        self.assertEqual((curve.verdict, curve.rate), ("nothing", 0))
        for vals in ({"scenic_breakage_cap": 95}, {"scenic_breakage_min_months": 0}):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self.company.write(vals)

    def test_the_proof_finds_what_does_not_belong_there(self):
        self.approve()
        self.used(self.sold(8)[:3])
        batch = self.run_until()
        account = self.company.scenic_breakage_ahead_account_id
        move = self.env["account.move"].create(
            {
                "journal_id": self.company.scenic_recognition_journal_id.id,
                "line_ids": [
                    Command.create({"account_id": account.id, "debit": 5}),
                    Command.create({"account_id": self.revenue.id, "credit": 5}),
                ],
            }
        )
        move.action_post()
        [line] = [line for line in self.proof()["lines"] if line["kind"] == "difference"]
        self.assertEqual((line["move_id"], line["amount"]), (move.id, 5))
        move.button_draft()
        self.env.flush_all()
        line_id = batch.breakage_line_ids.id
        with (
            self.assertRaises(RestrictViolation),
            self.cr.savepoint(),
            mute_logger("odoo.sql_db"),
        ):
            self.cr.execute("UPDATE scenic_breakage_line SET amount = 1 WHERE id = %s", [line_id])
        self.cr.execute("SET LOCAL session_replication_role = replica")
        self.cr.execute("UPDATE scenic_breakage_line SET amount = 1 WHERE id = %s", [line_id])
        [line] = [line for line in self.proof()["lines"] if line["kind"] == "difference"]
        self.assertEqual((line["recognition_id"], line["amount"]), (batch.id, NET - 1))
        self.cr.execute("UPDATE scenic_breakage_line SET amount = 100 WHERE id = %s", [line_id])
        self.cr.execute("SET LOCAL session_replication_role = origin")

    def test_past_days_are_proved_too(self):
        self.approve()
        self.used(self.sold(8)[:3])
        self.run_until()
        yesterday = fields.Date.subtract(self.today, days=1)
        self.assertEqual(self.proof(at=yesterday)["breakage_ahead"], 0)
        self.assertEqual(self.proof(at=self.today + timedelta(5))["breakage_ahead"], NET)

    def test_only_accountants_decide(self):
        manager = common_scenic.make_user(self.env, "boss", "manager", company=self.company)
        for method in ("action_build", "action_approve", "action_withdraw"):
            with self.assertRaises(AccessError):
                getattr(self.curve.with_user(manager), method)()
        accountant = common_scenic.make_user(
            self.env, "books", "scenic_finance.group_accountant", company=self.company
        )
        books = self.curve.with_user(accountant)
        with self.assertRaises(AccessError):
            books.rate = 0.9
        books.action_approve()
        self.assertEqual((self.curve.state, self.curve.approved_by), ("approved", accountant))
        with self.assertRaises(UserError):
            self.curve.unlink()


@tagged("post_install", "-at_install")
class TestExpiryByZone(breakage_books.BreakageCase):
    """Who earns an expired value may depend on the zone that nobody entered."""

    def expired(self, tickets):
        events = tickets.revenue_event_ids.filtered(lambda event: event.kind == "expire")
        return sorted((event.unused_zone_id.code or "", round(event.amount, 2)) for event in events)

    def test_a_combo_expires_zone_by_zone(self):
        tickets = self.sold(2, self.park.combo, price_unit=150)
        self.used(tickets[0], self.park.ropeway)
        tickets._expire()
        self.assertEqual(self.expired(tickets[0]), [("PARK", 84.91)])
        self.assertEqual(self.expired(tickets[1]), [("PARK", 84.91), ("ROPEWAY", 56.6)])

    def test_part_of_a_group_expires_with_its_zone(self):
        tickets = self.sold(1, self.park.family, price_unit=200.02)
        self.use(tickets, wanted=1, staff=True)
        tickets._expire()
        self.assertEqual(self.expired(tickets), [("PARK", 125.8)])
        self.assertEqual(tickets.remaining_value, 0)

    def test_a_late_use_takes_its_zone_back(self):
        tickets = self.sold(1, self.park.combo, price_unit=150)
        tickets._expire()
        self.used(tickets, self.park.ropeway)
        self.assertEqual(
            self.expired(tickets), [("PARK", 84.91), ("ROPEWAY", -56.6), ("ROPEWAY", 56.6)]
        )
        rows = self.recognise(self.late).event_ids
        self.assertEqual(len(rows), 4)

    def test_what_is_given_back_after_its_expiry_comes_from_each_zone(self):
        tickets = self.sold(1, self.park.combo, price_unit=150)
        tickets._expire()
        self.recognise(self.late)
        self.credit(tickets.origin_aml_id.move_id)
        self.assertEqual(
            self.expired(tickets),
            [("PARK", -84.91), ("PARK", 84.91), ("ROPEWAY", -56.6), ("ROPEWAY", 56.6)],
        )
        self.recognise(self.late)
        self.assertEqual(self.income, 0)

    def test_a_partner_keeps_its_part_of_what_nobody_used(self):
        """The whole way with a share: expired or expected, the ropeway's part is never income."""
        combo, ropeway = self.park.combo, self.park.ropeway
        partner = self.env["res.partner"].create({"name": "Cable Car Ltd", "is_company": True})
        self.env["scenic.share"].create(
            {
                "company_id": self.company.id,
                "partner_id": partner.id,
                "basis": "percent",
                "percent": 100,
                "zone_id": ropeway.id,
                "date_from": fields.Date.subtract(self.today, days=99),
                "owed_when_unused": True,
                "treatment": "agent",
            }
        )
        for ago in (2, 1):
            tickets = self.sold(4, combo, ago)
            self.used(tickets[:2])
            tickets._expire()
        self.run_until()
        # of 8 tickets nobody took the ropeway, 40.00 each; 4 × 60.00 of the park expired
        payable = self.company.scenic_share_account_id
        self.assertEqual((self.income, self.balance(payable)), (240, 320))
        curve = self.build(combo)
        self.assertEqual((curve.rate, curve.verdict), (0.5, "ok"))
        curve.action_approve()
        curve.date_from = self.today
        tickets = self.sold(2, combo)
        self.used(tickets[0])
        self.run_until()
        self.assertEqual(self.ahead, 60)
        tickets._expire()
        self.run_until()
        self.assertEqual((self.ahead, self.income), (0, 300))
        self.assertEqual(self.balance(payable), 400)
