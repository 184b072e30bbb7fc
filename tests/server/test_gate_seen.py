"""Persons who were seen to pass and persons who are only assumed to: counted apart everywhere."""

from common_gate import Journal
from common_scenic import make_tickets, make_user
from gate_case import GateCase

from odoo.exceptions import AccessError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestGateSeen(GateCase):
    def days(self):
        self.env.flush_all()
        return self.env["scenic.gate.day"].search([("box_id", "=", self.box.id)])

    def test_a_use_says_whether_it_was_seen(self):
        journal = Journal()
        seen, assumed, unknown, still, back = [make_tickets(self.park) for _ in range(5)]
        journal.pass_through(seen)
        journal.write("closed", assumed, op=journal.reserve(assumed))
        journal.write("unknown", unknown, op=journal.reserve(unknown))
        journal.reserve(still)
        journal.release(back, journal.reserve(back))
        self.take(journal)

        def word(ticket):
            return ticket.redemption_ids.filtered(lambda row: row.kind == "use").seen

        self.assertEqual(
            [word(ticket) for ticket in (seen, assumed, unknown, still)],
            ["confirmed", "assumed", "unknown", "open"],
        )
        self.assertFalse(word(back))

    def test_persons_of_a_group_are_told_apart(self):
        ticket, journal = make_tickets(self.park, product=self.park.family), Journal()
        op = journal.reserve(ticket, 3)
        journal.write("passed", ticket, op=op, pax=2)
        journal.write("closed", ticket, op=op, pax=1)
        self.take(journal)
        uses = ticket.redemption_ids.sorted("use_no")
        self.assertEqual(uses.mapped("seen"), ["confirmed", "confirmed", "assumed"])

    def test_a_use_that_no_gate_reported_says_nothing(self):
        ticket = make_tickets(self.park)
        self.env["scenic.redemption"]._append(
            [
                {
                    "ticket_id": ticket.id,
                    "zone_id": self.park.gate.id,
                    "happened_at": self.env.cr.now(),
                    "how": "window",
                }
            ]
        )
        self.assertFalse(ticket.redemption_ids.seen)

    def test_a_question_for_some_days_finds_all_of_them(self):
        for back in (3, 1, 0):
            journal = Journal()
            journal.clock -= back * 86_400_000
            journal.write("refused", pax=0, reason="E_USED")
            self.take(journal)
        every = self.days()
        self.assertEqual(len(every), 3)
        for first in every.mapped("day"):
            asked = every.search([("box_id", "=", self.box.id), ("day", ">=", first)])
            self.assertEqual(asked, every.filtered(lambda row, first=first: row.day >= first))
            self.assertEqual(asked.mapped("refused"), [1] * len(asked))

    def test_the_day_of_a_lane_has_a_column_for_each(self):
        journal = Journal()
        ticket, other = make_tickets(self.park), make_tickets(self.park)
        journal.pass_through(ticket)
        journal.write("closed", other, op=journal.reserve(other))
        journal.write("refused", pax=0, reason="E_USED")
        journal.write("tailgate", pax=2)
        journal.write("blocked", pax=0)
        journal.write("emergency_off", pax=7)
        journal.write("boot", zone=None, lane="")
        self.take(journal)
        day = self.days()
        self.assertEqual(len(day), 1)
        self.assertEqual((day.lane, day.zone, day.reserved), ("G1", "PARK", 2))
        self.assertEqual((day.confirmed, day.assumed, day.unseen), (1, 1, 0))
        self.assertEqual((day.refused, day.tailgate, day.blocked, day.free), (1, 2, 1, 7))
        fact = self.fact(journal, 1)
        self.assertEqual(day.day, self.park.site._gate_local(fact.happened_at).date())

    def test_the_days_are_those_of_the_own_company(self):
        journal = Journal()
        journal.write("refused", pax=0, reason="E_USED")
        self.take(journal)
        self.days()
        other = self.env["res.company"].create({"name": "Other Park"})
        stranger = make_user(self.env, "days_stranger", "attendant", company=other)
        self.assertFalse(self.env["scenic.gate.day"].with_user(stranger).search([]))
        nobody = make_user(self.env, "days_nobody", "base.group_user")
        with self.assertRaises(AccessError):
            self.env["scenic.gate.day"].with_user(nobody).search([])
