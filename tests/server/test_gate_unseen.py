"""Passages that nobody saw, and blocked ones: what the server makes of them."""

from common_gate import Journal, make_lane
from common_scenic import make_tickets
from gate_case import GateCase

from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestGateUnseen(GateCase):
    def test_an_unknown_passage_has_its_own_verdict_and_stays_used(self):
        ticket, journal = make_tickets(self.park), Journal()
        op = journal.reserve(ticket)
        journal.write("unknown", ticket, op=op)
        _acked, verdicts = self.take(journal)
        self.assertEqual(verdicts, {1: "redeemed", 2: "unseen"})
        self.assertEqual(ticket.state, "used")
        self.assertFalse(self.incidents("unseen"))

    def test_a_lane_that_asks_opens_one_incident_with_the_amount(self):
        ticket, journal = make_tickets(self.park), Journal()
        op = journal.reserve(ticket)
        journal.write("unknown", ticket, op=op, reason="R_UNSEEN")
        self.take(journal)
        self.take(journal)
        incident = self.incidents("unseen")
        self.assertEqual(len(incident), 1)
        self.assertEqual((incident.ticket_id, incident.persons), (ticket, 1))
        self.assertEqual((incident.lane_code, incident.state), ("G1", "open"))
        self.assertTrue(incident.user_id)
        self.assertAlmostEqual(incident.amount, ticket.net_value, 2)
        self.assertEqual(ticket.state, "used")

    def test_an_unknown_passage_of_a_stranger_is_an_incident_too(self):
        journal = Journal()
        journal.write("unknown", "00000001000000ff", op="ab" * 16, reason="R_UNSEEN")
        self.take(journal)
        self.assertEqual(self.incidents("unseen").amount, 0)

    def test_a_lane_that_gives_back_lets_the_ticket_in_again(self):
        ticket, journal = make_tickets(self.park), Journal()
        op = journal.reserve(ticket)
        journal.write("unknown", ticket, op=op)
        journal.write("released", ticket, op=op, reason="R_UNSEEN")
        _acked, verdicts = self.take(journal)
        self.assertEqual((verdicts[2], verdicts[3]), ("unseen", "returned"))
        self.assertNotEqual(ticket.state, "used")
        journal.pass_through(ticket)
        _acked, verdicts = self.take(journal)
        self.assertEqual(verdicts[4], "redeemed")
        self.assertFalse(self.incidents("excess"))

    def test_a_blocked_passage_is_an_incident_of_its_lane_and_day(self):
        journal = Journal()
        for _ in range(2):
            journal.write("blocked", pax=0)
        self.take(journal)
        incident = self.incidents("blocked")
        self.assertEqual((len(incident), incident.lane_code), (1, "G1"))

    def test_what_visitors_read_is_part_of_the_configuration(self):
        lane = make_lane(self.park, self.box, "G7")
        _revision, before = self.env["scenic.gate.config"]._for_box(self.box)
        lane.write({"lang": "en_US", "on_unknown": "staff"})
        lane.flush_recordset()
        _revision, config = self.env["scenic.gate.config"]._for_box(self.box)
        found = {item["code"]: item for item in config["lanes"]}["G7"]
        self.assertEqual((found["lang"], found["on_unknown"]), ("en_US", "staff"))
        usual = {item["code"]: item for item in before["lanes"]}["G7"]
        self.assertEqual((usual["lang"], usual["on_unknown"]), ("", "consumed"))
