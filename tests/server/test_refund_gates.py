"""Money of a refund waits for the gates that could still let the ticket in."""

from datetime import timedelta
from types import SimpleNamespace

import common_scenic
from common_gate import Journal, make_box
from common_scenic import make_paid_order, make_user, open_window, refund

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestRefundGates(common_scenic.ScenicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.window = open_window(cls.park)
        cls.box = make_box(cls.park, last_seen=fields.Datetime.now())

    def setUp(self):
        super().setUp()
        self.box.last_seen = fields.Datetime.now()
        today = self.park.site._today()
        order = make_paid_order(self.window, [(self.park.adult, 1, {"visit_date": today})])
        self.line = order.lines
        self.ticket = self.line.sudo().scenic_ticket_ids.with_env(self.env)
        self.journal = Journal()

    def tearDown(self):
        common_scenic.assert_balanced(self.env, self.park.company)
        super().tearDown()

    def cut_off(self, minutes=10):
        self.box.last_seen = fields.Datetime.now() - timedelta(minutes=minutes)

    def later(self):
        tickets = self.window.env["scenic.ticket"]
        tickets.pos_refund_later(self.ticket.ids, self.window.id)
        return self.ticket.refund_wait_ids

    def change_no(self):
        """Number the changes as the feed does; returns the highest."""
        changes = self.env["scenic.ticket.change"]
        self.env.flush_all()
        changes._publish()
        return changes._top(self.park.site)

    def sync(self, cursor, facts=0, box=None):
        message = SimpleNamespace(cursor=cursor, facts=[None] * facts)
        self.env["scenic.refund.wait"]._box_reported((box or self.box).id, message)

    def test_nobody_waits_while_all_gates_are_in_contact(self):
        self.assertIsNone(self.ticket._refund_obstacle())
        refund(self.window, self.line)
        self.assertEqual(self.ticket.state, "void")
        self.assertFalse(self.incidents())

    def incidents(self):
        return self.env["scenic.incident"].search([("ticket_id", "=", self.ticket.id)])

    def test_gates_that_could_not_let_it_in_are_not_waited_for(self):
        self.cut_off()
        self.assertTrue(self.ticket._refund_obstacle())
        lane = self.box.lane_ids
        for values in ({"active": False}, {"zone_id": False, "direction": "out"}):
            before = lane.read(list(values))[0]
            lane.write(values)
            self.box.invalidate_recordset()
            self.assertIsNone(self.ticket._refund_obstacle(), values)
            lane.write({"active": True, "zone_id": self.park.gate.id, "direction": "in"})
            self.assertTrue(before)
        self.box.last_seen = False
        self.assertIsNone(self.ticket._refund_obstacle(), "it never got a ticket")
        self.cut_off()
        self.park.site.refund_gates = "never"
        self.assertIsNone(self.ticket._refund_obstacle())

    def test_ticket_is_void_at_once_and_paid_when_the_gate_has_reported(self):
        self.cut_off()
        wait = self.later()
        self.assertEqual((self.ticket.state, wait.state), ("void", "waiting"))
        waits = self.env["scenic.refund.wait"]
        for states in (["waiting"], ["waiting", "paid"]):
            self.assertIn(wait, waits.search([("state", "in", states)]))
        self.assertNotIn(wait, waits.search([("state", "in", ["ready", "signed", "paid", "used"])]))
        self.assertTrue(wait.waiting_for)
        top = self.change_no()
        self.assertTrue(
            self.line.pos_check_scenic_refund([{"line_id": self.line.id, "qty": 1, "uids": []}])
        )
        self.sync(top - 1)
        self.assertEqual(wait.state, "waiting", "it asked for what came before")
        self.sync(top, facts=500)
        self.assertEqual(wait.state, "waiting", "it holds more facts than it could bring")
        self.sync(top, facts=3)
        self.assertEqual(wait.state, "ready")
        refund(self.window, self.line)
        self.assertEqual((wait.state, self.ticket.refund_line_id.qty), ("paid", -1))
        self.assertIn(wait, waits.search([("state", "in", ["paid"])]))

    def test_a_gate_that_asked_before_the_change_had_its_number_has_not_passed(self):
        self.cut_off()
        top = self.change_no()
        wait = self.later()
        self.env.flush_all()
        self.sync(top)
        self.assertEqual(wait.state, "waiting")
        self.sync(self.change_no())
        self.assertEqual(wait.state, "ready")

    def test_every_gate_has_to_report(self):
        self.cut_off()
        north = make_box(self.park, "North Gate House", ("N1",), last_seen=self.box.last_seen)
        wait = self.later()
        self.assertEqual(wait.gate_ids.box_id, self.box | north)
        top = self.change_no()
        self.sync(top)
        self.assertEqual(wait.state, "waiting")
        self.sync(top, box=north)
        self.assertEqual(wait.state, "ready")

    def test_a_box_in_quarantine_may_still_let_somebody_in(self):
        self.cut_off()
        self.box.state = "quarantined"
        self.assertTrue(self.ticket._refund_obstacle())

    def test_a_gate_at_which_the_ticket_is_not_good_is_not_waited_for(self):
        self.cut_off()
        here = 1 << self.box.lane_ids.entrance_id.bit
        self.ticket.sudo().entrances = here
        self.assertTrue(self.ticket._refund_obstacle())
        self.ticket.sudo().entrances = 0xFFFF & ~here
        self.assertIsNone(self.ticket._refund_obstacle())

    def test_strict_sites_wait_for_fresh_gates_too(self):
        self.park.site.refund_gates = "strict"
        self.assertTrue(self.ticket._refund_obstacle())
        wait = self.later()
        self.assertEqual(wait.state, "waiting")
        self.sync(self.change_no())
        self.assertEqual(wait.state, "ready")

    def test_a_manager_pays_at_once_with_a_reason_and_an_incident(self):
        self.cut_off()
        tickets = self.env["scenic.ticket"].browse(self.ticket.ids)
        with self.assertRaises(AccessError):
            tickets.with_user(make_user(self.env, "hold_window", "window")).pos_refund_now(
                tickets.ids, "paper", self.window.id
            )
        manager = make_user(self.env, "hold_boss", "manager", "point_of_sale.group_pos_manager")
        with self.assertRaises(UserError):
            tickets.with_user(manager).pos_refund_now(tickets.ids, " ", self.window.id)
        tickets.with_user(manager).pos_refund_now(tickets.ids, "paper collected", self.window.id)
        self.assertIsNone(self.ticket._refund_obstacle())
        incident = self.incidents()
        self.assertEqual((incident.kind, incident.user_id), ("refund_early", manager))
        self.assertEqual(incident.box_id, self.box)
        refund(self.window, self.line)
        self.assertEqual(self.ticket.state, "void")
        self.assertEqual(self.incidents(), incident, "it was told once")

    def test_money_that_left_all_the_same_is_told_to_a_person(self):
        self.cut_off()
        refund(self.window, self.line)
        self.assertEqual((self.ticket.state, self.incidents().kind), ("void", "refund_early"))

    def test_passage_before_the_refund_that_is_told_later_is_found(self):
        """The race: admitted offline, given back, and only then reported."""
        refund(self.window, self.line)
        self.journal.pass_through(self.ticket)
        self.env["scenic.gate.intake"]._take(self.box, self.journal.epoch, self.journal.facts)
        incident = self.incidents()
        self.assertEqual((incident.kind, incident.persons), ("after_void", 1))
        self.assertEqual(incident.fact_ids.mapped("kind"), ["reserved", "passed"])

    def test_who_passed_while_the_refund_waited_is_seen_before_it_is_paid(self):
        self.cut_off()
        wait = self.later()
        self.journal.pass_through(self.ticket)
        self.env["scenic.gate.intake"]._take(self.box, self.journal.epoch, self.journal.facts)
        self.sync(self.change_no(), facts=2)
        self.assertEqual(self.incidents().kind, "after_void")
        self.assertEqual(wait.state, "ready")

    def test_gates_that_are_gone_for_good_hold_nobody_up(self):
        self.cut_off()
        wait = self.later()
        self.box.lane_ids.active = False
        self.box.invalidate_recordset()
        self.env["scenic.refund.wait"]._cron_review()
        self.assertEqual(wait.state, "ready")

    def test_the_fee_is_that_of_the_moment_it_was_given_back(self):
        self.park.policy.write(
            {"tier_ids": [(0, 0, {"kind": "refund", "hours_before": -10000, "fee_percent": 10})]}
        )
        self.cut_off()
        wait = self.later()
        self.assertEqual(wait.amount, self.ticket._refund_quote()["amount"])
        self.assertLess(wait.amount, self.ticket.price_paid)
        self.park.policy.tier_ids.hours_before = 1000
        self.assertEqual(self.ticket._refund_money()["persons"], 1)
