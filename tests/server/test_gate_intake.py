"""What boxes report: stored once, with a verdict, never refused, and right in the ledger."""

import random

from common_gate import Journal
from common_scenic import make_park, make_tickets, make_user
from gate_case import GateCase
from psycopg2.errors import RestrictViolation

from odoo import SUPERUSER_ID
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestGateIntake(GateCase):
    def test_passage_becomes_one_redemption(self):
        ticket = make_tickets(self.park)
        journal = Journal()
        journal.write("boot", zone=None, lane="")
        journal.pass_through(ticket)
        acked_to, verdicts = self.take(journal)
        self.assertEqual(acked_to, 3)
        self.assertEqual(verdicts, {1: "recorded", 2: "redeemed", 3: "confirmed"})
        row = ticket.redemption_ids
        self.assertEqual((row.kind, row.use_no, row.lane_code), ("use", 1, "G1"))
        self.assertEqual((row.how, row.mode), ("gate", "offline"))
        self.assertEqual(row.zone_id, self.park.gate)
        self.assertEqual(ticket.state, "used")
        self.assertEqual(self.fact(journal, 2).ticket_id, ticket)

    def test_repeated_report_changes_nothing(self):
        ticket = make_tickets(self.park, self.park.family)
        journal = Journal()
        op = journal.reserve(ticket, pax=3)
        journal.release(ticket, op, pax=1)
        self.take(journal)
        before = ticket.redemption_ids.ids
        self.assertEqual(self.net(ticket), 2)
        self.assertEqual(self.take(journal), (2, {}))
        self.assertEqual(ticket.redemption_ids.ids, before)

    def test_shuffled_portions_give_the_same_counts(self):
        dice = random.Random(7)
        for _round in range(12):
            tickets = make_tickets(self.park, self.park.family, 4)
            journals = {self.box: Journal(), self.north: Journal(lane="N1")}
            for journal in journals.values():
                for ticket in tickets:
                    op = journal.reserve(ticket, pax=dice.randint(1, 3))
                    if dice.random() < 0.5:
                        journal.release(ticket, op, pax=1)
            demand = {
                ticket.uid: sum(
                    fact["pax"] * (1 if fact["kind"] == "reserved" else -1)
                    for journal in journals.values()
                    for fact in journal.facts
                    if fact["uid"] == ticket.uid
                )
                for ticket in tickets
            }
            stream = [(box, fact) for box, j in journals.items() for fact in j.facts] * 2
            dice.shuffle(stream)
            while stream:
                box, portion = stream[0][0], []
                while stream and stream[0][0] == box and len(portion) < 4:
                    portion.append(stream.pop(0)[1])
                self.take(journals[box], portion, box)
            for ticket in tickets:
                self.assertEqual(self.net(ticket), min(3, demand[ticket.uid]))
                surplus = self.incidents("excess", ticket_id=ticket.id, state="open")
                self.assertEqual(sum(surplus.mapped("persons")), max(0, demand[ticket.uid] - 3))
            for box, journal in journals.items():
                self.assertEqual(self.take(journal, [], box)[0], len(journal.facts))

    def test_second_box_makes_an_incident_with_owner_and_amount(self):
        ticket = make_tickets(self.park, net_value=80.0)
        south, north = Journal(), Journal(lane="N1")
        south.pass_through(ticket)
        north.pass_through(ticket)
        self.take(south)
        _acked, verdicts = self.take(north, box=self.north)
        self.assertEqual(verdicts[1], "excess")
        self.assertEqual(self.net(ticket), 1)
        incident = self.incidents("excess")
        self.assertEqual(incident.ticket_id, ticket)
        self.assertEqual((incident.persons, incident.amount), (1, 80.0))
        self.assertEqual((incident.user_id, incident.lane_code), (self.north.user_id, "N1"))
        self.assertEqual(len(incident.facts.splitlines()), 2)

    def test_incident_of_a_box_without_responsible_goes_to_a_manager(self):
        make_user(self.env, "gate_boss", "manager")
        self.box.user_id = False
        journal = Journal()
        journal.write("tailgate")
        self.take(journal)
        owner = self.incidents("tailgate").user_id
        self.assertTrue(owner.has_group("scenic_ticketing.group_manager"))
        self.assertNotEqual(owner.id, SUPERUSER_ID)

    def test_passage_given_back_explains_the_surplus(self):
        ticket = make_tickets(self.park)
        south, north = Journal(), Journal(lane="N1")
        op = south.reserve(ticket)
        north.pass_through(ticket)
        self.take(south)
        self.take(north, box=self.north)
        incident = self.incidents("excess", state="open")
        south.release(ticket, op)
        self.take(south)
        self.assertEqual(self.net(ticket), 1)
        self.assertEqual(incident.state, "done")
        fact = self.fact(north, 1)
        self.assertEqual((fact.verdict, fact.current_verdict), ("excess", "redeemed"))
        found = self.env["scenic.gate.fact"].search([("current_verdict", "=", "redeemed")])
        self.assertIn(fact, found)

    def test_surplus_inside_one_report(self):
        ticket = make_tickets(self.park, self.park.family)
        journal = Journal()
        for _person in range(5):
            journal.pass_through(ticket)
        _acked, verdicts = self.take(journal)
        self.assertEqual(list(verdicts.values()).count("redeemed"), 3)
        self.assertEqual(self.incidents("excess").persons, 2)

    def test_use_after_void_is_an_incident_and_no_redemption(self):
        ticket = make_tickets(self.park)
        ticket._void("Refund")
        journal = Journal()
        journal.pass_through(ticket)
        _acked, verdicts = self.take(journal)
        self.assertEqual(verdicts[1], "after_void")
        self.assertFalse(ticket.redemption_ids)
        self.assertEqual(self.incidents("after_void").ticket_id, ticket)

    def test_zone_that_was_not_sold_is_surplus(self):
        ticket = make_tickets(self.park)
        journal = Journal(zone="ROPEWAY")
        journal.pass_through(ticket)
        other = Journal(zone="NO_SUCH")
        other.pass_through(ticket)
        self.assertEqual(self.take(journal)[1][1], "excess")
        self.assertEqual(self.take(other)[1][1], "excess")
        self.assertFalse(ticket.redemption_ids)

    def test_passage_before_its_sale_waits_for_it(self):
        ticket = make_tickets(self.park)
        journal = Journal()
        uid = "00fffff100000007"
        journal.pass_through(uid)
        _acked, verdicts = self.take(journal)
        self.assertEqual(verdicts[1], "unknown_ticket")
        incident = self.incidents("unknown_ticket", state="open")
        self.assertEqual(incident.persons, 1)
        self.assertFalse(self.env["scenic.gate.intake"]._match_orphans())
        late = self._sell_with(ticket, uid)
        self.assertEqual(self.env["scenic.gate.intake"]._match_orphans(), 1)
        self.env.invalidate_all()
        self.assertEqual(self.net(late), 1)
        self.assertEqual(self.fact(journal, 1).current_verdict, "redeemed")
        self.assertEqual(incident.state, "done")
        self.assertFalse(self.env["scenic.gate.intake"]._match_orphans())

    def _sell_with(self, ticket, uid):
        """Return a sale that arrives late, with an identity given by the window."""
        kid, serial = int(uid[:8], 16), int(uid[8:], 16)
        values = {"kid": kid, "serial": serial, "uid": uid, "alias": "T000000000000000"}
        late = ticket.copy(values)
        self.env.flush_all()
        return late

    def test_ticket_of_another_site_is_not_touched(self):
        other = make_park(self.env, name="Other Valley")
        foreign = make_tickets(other)
        journal = Journal()
        journal.pass_through(foreign)
        _acked, verdicts = self.take(journal)
        self.assertEqual(verdicts[1], "other_site")
        self.assertFalse(foreign.redemption_ids)
        self.assertFalse(self.fact(journal, 1).ticket_id)
        self.assertEqual(self.incidents("unknown_ticket").persons, 1)

    def test_late_ticket_of_another_site_is_not_touched_and_a_person_hears_of_it(self):
        other = make_park(self.env, name="Other Valley")
        journal, uid = Journal(), "00fffff100000008"
        journal.pass_through(uid)
        self.take(journal)
        late = self._sell_with(make_tickets(other), uid)
        self.env["scenic.gate.intake"]._match_orphans()
        self.env.invalidate_all()
        self.assertFalse(late.redemption_ids)
        self.assertEqual(self.fact(journal, 1).current_verdict, "other_site")
        (incident,) = self.incidents("unknown_ticket", state="open")
        self.assertEqual((incident.persons, incident.lane_code), (1, "G1"))

    def test_ticket_of_another_company_is_not_touched(self):
        company = self.env["res.company"].create({"name": "Other Company"})
        other = make_park(self.env, name="Other Valley", company=company)
        foreign = make_tickets(other)
        journal = Journal()
        journal.pass_through(foreign)
        self.assertEqual(self.take(journal)[1][1], "other_site")
        self.assertFalse(foreign.redemption_ids)

    def test_reservation_without_ticket_is_kept(self):
        journal = Journal()
        journal.reserve(None)
        self.assertEqual(self.take(journal), (1, {1: "no_ticket"}))
        self.assertEqual(self.incidents("unknown_ticket").persons, 1)

    def test_alarms_of_a_day_and_lane_share_an_incident(self):
        journal = Journal()
        journal.write("tailgate", pax=2)
        journal.write("tailgate", pax=1)
        journal.write("forced", pax=1)
        journal.write("reverse", pax=1)
        journal.write("refused", reason="E_USED")
        _acked, verdicts = self.take(journal)
        self.assertEqual(verdicts[5], "recorded")
        self.take(journal)
        self.assertEqual(self.incidents("tailgate").persons, 3)
        self.assertEqual(self.incidents("forced_open").lane_code, "G1")
        self.assertEqual(len(self.incidents("reverse")), 1)

    def test_unlimited_ticket_takes_every_passage(self):
        ticket = make_tickets(self.park, self.park.annual)
        journal = Journal()
        for _day in range(4):
            journal.pass_through(ticket)
        self.take(journal)
        self.assertEqual(self.net(ticket), 4)

    def test_window_use_counts_before_the_gate(self):
        ticket = make_tickets(self.park)
        self.redeem(ticket)
        journal = Journal()
        journal.pass_through(ticket)
        self.assertEqual(self.take(journal)[1][1], "excess")

    def test_acknowledges_only_what_is_complete(self):
        journal = Journal()
        for _i in range(5):
            journal.write("refused", reason="E_FORMAT")
        self.assertEqual(self.take(journal, journal.facts[3:])[0], 0)
        self.assertEqual(self.take(journal, journal.facts[:2])[0], 2)
        self.assertEqual(self.take(journal, journal.facts[2:3])[0], 5)

    def test_facts_the_box_has_no_more_are_not_waited_for(self):
        journal = Journal()
        for _i in range(4):
            journal.write("refused", reason="E_FORMAT")
        acked_to, _verdicts = self.env["scenic.gate.intake"]._take(
            self.box, journal.epoch, journal.facts[2:], oldest=3
        )
        self.assertEqual(acked_to, 4)

    def test_old_facts_of_a_known_journal_are_given_up_too(self):
        journal = Journal()
        for _i in range(4):
            journal.write("refused", reason="E_FORMAT")
        self.assertEqual(self.take(journal, journal.facts[:1])[0], 1)
        acked_to, _verdicts = self.env["scenic.gate.intake"]._take(
            self.box, journal.epoch, journal.facts[3:], oldest=4
        )
        self.assertEqual(acked_to, 4)


@tagged("post_install", "-at_install")
class TestGateFork(GateCase):
    def test_copied_card_is_found_and_its_report_kept(self):
        tickets = make_tickets(self.park, count=3)
        journal = Journal()
        journal.pass_through(tickets[0])
        self.take(journal)
        clone = Journal(journal.epoch)
        clone.pass_through(tickets[1])
        acked_to, verdicts = self.take(clone)
        self.assertEqual((acked_to, verdicts), (2, {}))
        self.assertEqual(self.box.state, "quarantined")
        forks = self.env["scenic.gate.fork"].search([("box_id", "=", self.box.id)])
        self.assertEqual(forks.mapped("seq"), [2, 1])
        self.assertEqual(forks[1].body["uid"], tickets[1].uid)
        incident = self.incidents("box_forked")
        self.assertIn("E_FORKED_BOX", incident.facts)
        self.take(clone)
        self.assertEqual(len(self.env["scenic.gate.fork"].search([])), 2)
        self.assertEqual(len(self.incidents("box_forked")), 1)

    def test_quarantined_box_is_heard_and_settled_after_release(self):
        ticket = make_tickets(self.park)
        self.box._quarantine("Test")
        journal = Journal()
        journal.pass_through(ticket)
        journal.write("tailgate", pax=2)
        acked_to, verdicts = self.take(journal)
        self.assertEqual(acked_to, 3)
        self.assertEqual(set(verdicts.values()), {"held"})
        self.assertFalse(ticket.redemption_ids)
        north = Journal(lane="N1")
        north.write("refused", ticket, reason="E_USED")
        self.take(north, box=self.north)
        self.assertFalse(ticket.redemption_ids)
        self.box.action_release()
        self.env.invalidate_all()
        self.assertEqual(self.net(ticket), 1)
        self.assertEqual(self.fact(journal, 1).current_verdict, "redeemed")
        self.assertEqual(self.fact(journal, 2).current_verdict, "confirmed")
        self.assertEqual(self.incidents("tailgate").persons, 2)

    def test_what_a_box_in_quarantine_says_takes_no_right_from_others(self):
        ticket, held, good = make_tickets(self.park), Journal(), Journal(lane="N1")
        self.box.state = "quarantined"
        held.pass_through(ticket)
        self.assertEqual(self.take(held)[1][1], "held")
        good.clock += 3_600_000
        good.pass_through(ticket)
        self.assertEqual(self.take(good, box=self.north)[1][1], "redeemed")
        self.assertEqual((self.net(ticket), len(self.incidents("excess"))), (1, 0))

    def test_broken_chain_is_found_from_both_sides(self):
        journal = Journal()
        for _i in range(4):
            journal.write("refused", reason="E_FORMAT")
        other = Journal(journal.epoch)
        for _i in range(4):
            other.write("refused", reason="E_USED")
        self.take(journal, journal.facts[:1])
        self.take(other, other.facts[1:2])
        self.assertEqual(self.box.state, "quarantined")
        self.take(journal, journal.facts[3:], self.north)
        self.assertEqual(self.north.state, "paired")
        self.take(other, other.facts[2:3], self.north)
        self.assertEqual(self.north.state, "quarantined")

    def test_changed_fact_is_found(self):
        journal = Journal()
        journal.write("refused", reason="E_FORMAT")
        forged = journal.facts[0] | {"pax": 9}
        self.assertEqual(self.take(journal, [forged])[1], {1: "held"})
        self.assertEqual(self.box.state, "quarantined")
        self.assertTrue(self.fact(journal, 1).digest)

    def test_first_fact_belongs_to_its_journal(self):
        journal = Journal()
        journal.write("boot")
        stolen = Journal()
        self.take(stolen, journal.facts)
        self.assertEqual(self.box.state, "quarantined")

    def test_new_journal_of_a_box_is_no_fork(self):
        for _card in range(2):
            journal = Journal()
            journal.write("boot")
            self.assertEqual(self.take(journal)[0], 1)
        self.assertEqual(self.box.state, "paired")


@tagged("post_install", "-at_install")
class TestAppendOnly(GateCase):
    def test_evidence_cannot_be_changed_by_sql(self):
        journal = Journal()
        journal.write("boot")
        self.take(journal)
        fact = self.fact(journal, 1)
        self.env["scenic.gate.verdict"]._add([(fact.id, "recorded", 0)])
        for table in ("scenic_gate_fact", "scenic_gate_verdict"):
            for statement in ("UPDATE {} SET taken = 5", "DELETE FROM {}", "TRUNCATE {} CASCADE"):
                with (
                    self.assertRaises(RestrictViolation),
                    mute_logger("odoo.sql_db"),
                    self.env.cr.savepoint(),
                ):
                    self.env.cr.execute(statement.format(table))
        self.assertEqual(fact.taken, 0)

    def test_evidence_cannot_be_deleted_by_users(self):
        journal = Journal()
        journal.write("boot")
        self.take(journal)
        with self.assertRaises(UserError):
            self.fact(journal, 1).unlink()
        with self.assertRaises(UserError):
            self.box.unlink()
