"""An incident is understood on one screen and settled with one answer, which can be undone."""

import common_scenic
from common_gate import Journal, make_box
from common_scenic import make_tickets, make_user

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged


@tagged("post_install", "-at_install")
class TestIncidents(common_scenic.ScenicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = make_tickets(cls.park)
        cls.attendant = make_user(cls.env, "incident_attendant", "attendant")
        cls.manager = make_user(cls.env, "incident_manager", "manager")
        cls.incident = cls.make()

    @classmethod
    def make(cls, **values):
        return cls.env["scenic.incident"].create(
            {
                "kind": "excess",
                "ticket_id": cls.ticket.id,
                "site_id": cls.park.site.id,
                "company_id": cls.park.company.id,
                "lane_code": "G1",
                "amount": 80,
                **values,
            }
        )

    def tearDown(self):
        common_scenic.assert_balanced(self.env, self.park.company)
        super().tearDown()

    def settle(self, incidents, user, outcome, **values):
        form = Form(
            self.env["scenic.incident.settle"]
            .with_user(user)
            .with_context(active_ids=incidents.ids, default_outcome_kind=outcome)
        )
        for name, value in values.items():
            form[name] = value
        form.save().action_settle()

    def test_charging_the_difference_keeps_who_when_and_how_much(self):
        self.settle(self.incident, self.attendant, "charged", amount=75, note="paid in cash")
        incident = self.incident
        self.assertEqual(
            (incident.state, incident.outcome_kind, incident.settled_amount, incident.amount),
            ("done", "charged", 75, 80),
        )
        self.assertEqual((incident.settled_by_id, incident.user_id), (self.attendant,) * 2)
        self.assertIn("paid in cash", incident.outcome)
        self.assertTrue(incident.settled_at)

    def test_waiving_needs_a_manager_and_a_reason(self):
        with self.assertRaises(AccessError):
            self.settle(self.incident, self.attendant, "waived", note="nice people")
        with self.assertRaises(UserError):
            self.settle(self.incident, self.manager, "waived", note=" ")
        self.settle(self.incident, self.manager, "waived", note="nice people")
        self.assertEqual(self.incident.outcome_kind, "waived")

    def test_blocking_stops_the_ticket_and_undo_lets_it_go(self):
        with self.assertRaises(AccessError):
            self.settle(self.incident, self.attendant, "blocked")
        self.settle(self.incident, self.manager, "fraud", note="copied code, police 123")
        self.assertEqual((self.ticket.state, self.incident.has_blocked), ("blocked", True))
        with self.assertRaises(AccessError):
            self.incident.with_user(self.attendant).action_reopen()
        self.incident.with_user(self.manager).action_reopen()
        self.assertEqual((self.ticket.state, self.incident.state), ("valid", "open"))
        self.assertFalse(self.incident.settled_at or self.incident.outcome_kind)

    def test_undo_leaves_a_block_of_somebody_else(self):
        self.ticket._block("stolen")
        self.settle(self.incident, self.manager, "blocked")
        self.incident.with_user(self.manager).action_reopen()
        self.assertEqual(self.ticket.state, "blocked")

    def test_many_of_one_cause_are_settled_at_once(self):
        many = self.incident | self.make(amount=10) | self.make(amount=20, state="done")
        self.settle(many, self.manager, "ours", note="turnstile 1 counted twice")
        self.assertEqual(many.mapped("settled_amount"), [80, 10, 0])
        self.assertEqual(many[2].outcome_kind, False, "it was settled before")
        with self.assertRaises(UserError):
            self.settle(many, self.manager, "ours", note="again")

    def test_a_settled_incident_is_not_settled_over(self):
        self.incident.with_user(self.attendant).action_done()
        self.assertEqual(self.incident.outcome_kind, "explained")
        with self.assertRaises(UserError):
            self.incident.with_user(self.attendant)._settle("charged")

    def test_the_screen_tells_the_whole_story(self):
        box = make_box(self.park)
        journal = Journal()
        journal.pass_through(self.ticket)
        other = Journal(lane="G2")
        other.reserve(self.ticket)
        for item in (journal, other):
            self.env["scenic.gate.intake"]._take(box, item.epoch, item.facts)
        found = self.env["scenic.incident"].search(
            [("ticket_id", "=", self.ticket.id), ("id", "!=", self.incident.id)]
        )
        self.assertEqual(found.kind, "excess")
        story = found.with_user(self.attendant)
        self.assertEqual(story.fact_ids.mapped("kind"), ["reserved", "reserved", "passed"])
        self.assertEqual(story.other_ids, self.incident)
        self.assertTrue(story.ticket_product and story.ticket_visit and story.sale_text)
        self.assertEqual(story.ticket_value, self.ticket.net_value)

    def test_incident_of_a_lane_shows_what_happened_around_it(self):
        box = make_box(self.park)
        journal = Journal()
        journal.write("tailgate")
        journal.clock += 3_600_000
        journal.write("reverse")
        self.env["scenic.gate.intake"]._take(box, journal.epoch, journal.facts)
        found = self.env["scenic.incident"].search([("box_id", "=", box.id)])
        first = found.filtered(lambda item: item.kind == "tailgate")
        self.assertEqual(first.fact_ids.mapped("kind"), ["tailgate"])

    def test_anybody_may_take_an_incident_over(self):
        self.incident.with_user(self.attendant).action_mine()
        self.assertEqual(self.incident.user_id, self.attendant)
        self.assertGreaterEqual(self.incident.minutes_open, 0)
