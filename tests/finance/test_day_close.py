"""Closing a day: what does not match is found, named and explained; what is closed stays closed."""

from datetime import timedelta

import common_close
import common_scenic

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestDayClose(common_close.CloseCase):
    def closed_day(self):
        self.a_day()
        close = self.prepare()
        self.assertEqual(close._close(), [])
        return close

    # -- a good day ----------------------------------------------------------------

    def test_a_good_day_matches_four_times_and_closes(self):
        self.a_day(4, 2)
        close = self.prepare()
        self.assertEqual((self.open_codes(close), self.todo(close)), ([], []))
        self.assertEqual((close.sold, close.used, close.rotations), (4, 2, 2))
        self.assertEqual((close.sold_amount, close.paid_amount), (320, 320))
        self.assertAlmostEqual(close.used_value, 150.95, 2)
        [gate] = close.match_ids.filtered(lambda row: row.place == "gate")
        self.assertEqual((gate.sold, gate.paid, gate.used, gate.rotations), (2, 2, 2, 2))
        self.assertEqual((gate.entrance_id, gate.lane), (self.park.south, "G1"))
        self.assertEqual(close._close(), [])
        self.assertEqual((close.state, close.number, close.name), ("closed", 1, "DC-000001"))
        self.assertIsNone(close._signature_problem())
        common_scenic.assert_balanced(self.env, self.company)

    def test_a_day_that_is_not_over_cannot_be_begun(self):
        with self.assertRaises(UserError):
            self.prepare(self.today + timedelta(days=1))

    def test_what_is_still_to_do_is_named_and_keeps_the_day_open(self):
        win = self.window()
        order = self.sell(win, (self.park.adult, 1))
        close = self.prepare()
        self.assertEqual(self.todo(close), ["sessions"])
        [check] = close.check_ids.filtered(lambda row: row.code == "sessions")
        self.assertEqual(check.action_open()["res_id"], order.session_id.id)
        self.assertTrue(close._close())
        self.assertEqual(close.state, "open")
        self.close(win)
        self.journal.pass_through(self.tickets(order))
        self.take()
        close.action_refresh()
        self.assertEqual(self.todo(close), ["recognition"])
        close.action_recognise()
        self.assertEqual(self.todo(close), [])

    # -- planted errors --------------------------------------------------------------

    def test_a_forced_barrier_is_found_with_lane_owner_and_amount(self):
        self.journal.write("forced", pax=2)
        self.a_day()
        close = self.prepare()
        [row] = close.difference_ids.filtered(lambda row: row.state == "open")
        self.assertEqual((row.code, row.lane, row.persons), ("forced_open", "G1", 2))
        self.assertEqual(row.owner_id, self.box.user_id)
        self.assertAlmostEqual(row.amount, 150.95, 2)
        incident = self.env["scenic.incident"].browse(row.action_open()["res_id"])
        self.assertEqual(incident.kind, "forced_open")
        self.assertTrue(close._close())
        incident._settle("explained", "The cleaner.")
        close.action_refresh()
        self.assertEqual((row.state, row.explained_by_id), ("explained", self.env.user))
        self.assertEqual(close._close(), [])

    def test_an_opening_by_staff_is_explained_by_its_reason(self):
        lane = self.env["scenic.lane"].search([("box_id", "=", self.box.id)])
        self.env["scenic.gate.command"]._give(lane, "open", "Wheelchair")
        self.journal.write("opened")
        self.journal.write("passed")
        self.a_day()
        close = self.prepare()
        [row] = close.difference_ids
        self.assertEqual((row.code, row.state, row.persons), ("staff_open", "explained", 1))
        self.assertEqual((row.operator_id, row.explanation), (self.env.user, "Wheelchair"))

    def test_a_deleted_use_is_found_at_its_lane(self):
        self.a_day()
        use = self.env["scenic.redemption"].search(
            [("ticket_id", "in", self.tickets(self.order).ids)], limit=1
        )
        self.sql("DELETE FROM scenic_redemption WHERE id = %s", use.id)
        close = self.prepare()
        self.assertIn("fact_without_use", self.open_codes(close))
        self.assertTrue(close._close())

    def test_a_deleted_line_of_an_order_is_found(self):
        self.a_day()
        self.sql("DELETE FROM pos_order_line WHERE order_id = %s", self.order.id)
        close = self.prepare()
        found = {row.code: row for row in close.difference_ids}
        self.assertEqual(set(found), {"order_lines", "use_unsold"})
        self.assertEqual(found["order_lines"].amount, 320)
        self.assertEqual(found["order_lines"].action_open()["res_id"], self.order.id)
        self.assertEqual(found["use_unsold"].persons, 2)

    def test_a_deleted_payment_and_a_deleted_ticket_are_found(self):
        self.a_day()
        self.sql("DELETE FROM pos_payment WHERE pos_order_id = %s", self.order.id)
        self.sql("DELETE FROM scenic_ticket WHERE id = %s", self.tickets(self.order)[2].id)
        close = self.prepare()
        self.assertEqual(self.open_codes(close), ["order_unpaid", "tickets_missing"])
        self.assertEqual(self.todo(close), ["proof"])

    def test_a_missing_session_and_a_missing_order_are_found(self):
        self.a_day()
        self.sql("DELETE FROM pos_session WHERE id = %s", self.session.id)
        self.assertIn("session_missing", self.open_codes(self.prepare()))
        self.sql("DELETE FROM pos_order WHERE id = %s", self.order.id)
        self.assertIn("order_missing", self.open_codes(self.prepare()))

    def test_a_deleted_closing_entry_is_found(self):
        self.a_day()
        move = self.session.move_id
        self.sql("DELETE FROM account_move_line WHERE move_id = %s", move.id)
        self.sql("DELETE FROM account_move WHERE id = %s", move.id)
        close = self.prepare()
        self.assertIn("entry_missing", self.open_codes(close))
        self.assertIn("proof", self.todo(close))

    def test_a_gate_that_has_not_reported_resolves_itself_when_it_does(self):
        self.a_day()
        ticket = self.tickets(self.order)[3]
        self.box.last_seen = False
        close = self.prepare()
        self.assertEqual(self.open_codes(close), ["silent_box"])
        self.over(self.today)
        self.journal.pass_through(ticket)
        self.take()
        self.recognise(self.today)
        close.action_refresh()
        self.assertEqual(close.difference_ids.mapped("state"), ["gone"])
        self.assertEqual(close._close(), [])

    # -- explaining -------------------------------------------------------------------

    def test_an_explanation_holds_for_its_figures_only(self):
        self.journal.write("tailgate")
        self.a_day()
        close = self.prepare()
        [row] = close.difference_ids
        accountant = common_scenic.make_user(
            self.env, "close_acc", "scenic_finance.group_accountant", company=self.company
        )
        wizard = self.env["scenic.day.explain"].with_user(accountant)
        wizard.create(
            {"difference_ids": [(6, 0, row.ids)], "explanation": "A child on the arm"}
        ).action_explain()
        self.assertEqual((row.state, row.explained_by_id), ("explained", accountant))
        close.with_user(accountant).action_refresh()
        self.assertEqual((row.state, close.todo_count), ("explained", 0))
        self.journal.write("tailgate")
        self.take()
        close.action_refresh()
        self.assertEqual((row.state, row.persons), ("open", 2))
        with self.assertRaises(UserError):
            row._explain("  ")

    def test_who_may_not_close_may_not_explain_or_open_again_either(self):
        close = self.closed_day()
        clerk = common_scenic.make_user(self.env, "close_clerk", "accountant", company=self.company)
        accountant = common_scenic.make_user(
            self.env, "close_acc2", "scenic_finance.group_accountant", company=self.company
        )
        with self.assertRaises(AccessError):
            close.with_user(clerk).action_close()
        with self.assertRaises(AccessError):
            close.with_user(accountant)._reopen("I want to")
        with self.assertRaises(AccessError):
            close.with_user(accountant).write({"sold": 9})
