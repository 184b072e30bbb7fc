"""What people read on the screens of gates: what is wrong, what to do, and the story as text."""

from datetime import timedelta

from common_board import STATUS, BoardCase
from common_gate import Journal, make_lane
from common_scenic import make_tickets
from gate_case import GateCase

from odoo import fields
from odoo.tests import tagged

from odoo.addons.scenic_gate_iot.models.scenic_incident_watch import ScenicIncidentWatch
from odoo.addons.scenic_gate_iot.tools.verdicts import ALARM_KINDS, ALARM_VERDICTS


@tagged("post_install", "-at_install")
class TestIncidentAdvice(GateCase):
    def test_whatever_gates_report_comes_with_what_to_do(self):
        watched = ScenicIncidentWatch.kind._args__["selection_add"]
        kinds = {*ALARM_KINDS.values(), *ALARM_VERDICTS.values(), *(kind for kind, _ in watched)}
        advice = self.env["scenic.incident"]._advice()
        self.assertEqual(kinds - set(advice), set())
        incident = self.env["scenic.incident"].create({"kind": "tailgate"})
        self.assertEqual(incident.advice, advice["tailgate"])

    def test_the_story_names_ticket_lanes_and_facts_and_not_the_holder(self):
        ticket = make_tickets(self.park)
        row = {"product_id": self.park.adult.id, "number": "11010519491231002X", "name": "Wang Li"}
        row["visit_date"] = self.park.site._today()
        ticket.holder_id = self.env["scenic.holder"]._from_rows([row])[0]
        for lane, box in (("G1", self.box), ("N1", self.north)):
            journal = Journal(lane=lane)
            journal.pass_through(ticket)
            self.take(journal, box=box)
        incident = self.incidents("excess")
        story = incident.story_text
        for word in (ticket.alias, "Lane N1", "G1", self.park.site.name, str(incident.id)):
            self.assertIn(word, story)
        self.assertEqual(len(incident.fact_ids), 4)
        self.assertGreaterEqual(len(story.splitlines()), 4 + len(incident.fact_ids))
        self.assertTrue(incident.holder_text)
        for word in incident.holder_text.split(" · "):
            self.assertNotIn(word, story)
        self.assertEqual(incident.lane_id, self.north.lane_ids)

    def test_facts_of_a_lane_name_tickets_as_people_know_them(self):
        ticket = make_tickets(self.park)
        journal = Journal()
        journal.write("tailgate", ticket, pax=2)
        self.take(journal)
        facts = self.incidents("tailgate").facts
        self.assertIn(ticket.alias, facts)
        self.assertNotIn(ticket.uid, facts)

    def test_a_copied_card_is_shown_from_both_sides(self):
        first, second = make_tickets(self.park, count=2)
        journal = Journal()
        journal.pass_through(first)
        self.take(journal)
        clone = Journal(journal.epoch)
        clone.pass_through(second)
        self.take(clone)
        facts = self.incidents("box_forked").facts
        self.assertEqual(facts.count("E_FORKED_BOX"), 1)
        self.assertIn(first.alias, facts)
        self.assertIn(second.alias, facts)

    def test_what_a_box_let_in_is_not_charged_to_a_visitor(self):
        incident = self.env["scenic.incident"].create({"kind": "exposure", "amount": 90})
        self.assertFalse(incident.may_charge)
        incident._settle("ours", "cable cut")
        self.assertEqual(incident.settled_amount, 0)
        self.assertTrue(self.env["scenic.incident"].create({"amount": 90}).may_charge)

    def test_the_incident_of_an_emergency_tells_how_it_ended(self):
        journal = Journal()
        journal.write("emergency_on", pax=0)
        self.take(journal)
        incident = self.incidents("emergency")
        self.assertEqual((len(incident), incident.state), (1, "open"))
        lines = len(incident.facts.splitlines())
        journal.write("emergency_off", pax=17)
        self.take(journal)
        self.assertEqual(incident.persons, 17)
        self.assertEqual(len(incident.facts.splitlines()), lines + 1)

    def test_jobs_write_in_the_language_of_the_company(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.park.company.partner_id.lang = "zh_CN"
        words = self.park.site._gate_words()
        self.assertEqual(words.env.lang, "zh_CN")
        self.park.site.write({"open_time": 0, "close_time": 24, "alarm_drift_s": 30})
        self.box.write({"last_seen": fields.Datetime.now(), "clock_drift": 99})
        self.env["scenic.gate.watch"].with_context(lang="en_US")._cron_watch()
        told = self.incidents("clock_drift").facts
        self.assertFalse(told.isascii(), told)


@tagged("post_install", "-at_install")
class TestLanesInTrouble(BoardCase):
    def in_trouble(self):
        found = self.env["scenic.lane"].search(
            [("in_trouble", "=", True), ("site_id", "=", self.park.site.id)]
        )
        return found.mapped("code")

    def test_lanes_in_trouble_are_found_with_one_filter(self):
        make_lane(self.park, self.box, "G2")
        lanes = {"G1": {"state": "idle"}, "G2": {"state": "emergency"}}
        self.box.status = STATUS | {"lanes": lanes}
        self.assertEqual(self.in_trouble(), ["G2"])
        self.assertEqual((self.lane.shown_state, self.lane.tone), ("idle", "ok"))
        journal = self.journal(300)
        journal.clock = journal.clock // 60_000 * 60_000  # within one minute of the clock
        for _scan in range(4):
            journal.write("refused", reason="E_SIG")
        self.report(journal)
        self.env["scenic.gate.watch"]._watch(self.park.site)
        self.env.invalidate_all()
        self.assertEqual(self.in_trouble(), ["G1", "G2"])
        forged = self.env["scenic.incident"].search([("kind", "=", "forged")])
        self.assertIn("4 ", forged.facts)
        self.assertNotIn("4.0", forged.facts)
        self.assertEqual(forged.fact_ids.mapped("reason"), ["E_SIG"] * 4)
        tile = self.tile()
        self.assertEqual((tile["tone"], tile["trouble"], len(tile["alarms"])), ("ok", True, 1))

    def test_a_silent_box_shows_no_lane_as_ready(self):
        seen = fields.Datetime.now() - timedelta(minutes=20)
        self.box.last_seen = seen
        self.env.invalidate_all()
        self.assertEqual((self.lane.shown_state, self.lane.in_trouble), ("silent", True))
        self.assertEqual(self.tile()["since"], fields.Datetime.to_string(seen))

    def test_devices_are_told_of_in_words(self):
        dead = {"name": "QR", "ok": False, "detail": "[Errno 113] No route to host"}
        self.box.status = STATUS | {"lanes": {"G1": {"state": "held", "devices": [dead]}}}
        words = self.box._device_words(dead["detail"])
        self.assertNotIn("Errno", words)
        for text in (self.tile()["broken"], self.lane.live_broken, self.box.trouble_text):
            self.assertIn(words, text)
        self.assertEqual(self.box._device_words("strange noise"), "strange noise")
