"""The test bench: the decision with every rule that was looked at."""

from datetime import timedelta

import common_scenic
from common_gate import make_box, make_lane
from common_scenic import make_tickets, make_user

from odoo import fields
from odoo.tests import Form, tagged

from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules.check_table import CHECKS
from odoo.addons.scenic_ticketing.models import scenic_explanation
from odoo.addons.scenic_ticketing.tools.site_time import to_unix


@tagged("post_install", "-at_install")
class TestWhy(common_scenic.ScenicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cashier = make_user(cls.env, "why_cashier", "window")

    def tearDown(self):
        common_scenic.assert_balanced(self.env)
        super().tearDown()

    def bench(self, text, user=None, **values):
        self.env.flush_all()
        bench = self.env["scenic.why"].with_user(user or self.cashier)
        return bench.create({"text": text, "zone_id": self.park.gate.id, **values})

    def lines(self, bench):
        """{check: (outcome, reason, decides)} as the screen shows them."""
        at = bench.at or fields.Datetime.now()
        _answer, lines = bench._explain(bench.zone_id, at)
        return {line["name"]: (line["outcome"], line["reason"], line["decided"]) for line in lines}

    def test_every_check_has_a_title_and_a_sentence(self):
        titles = dict(scenic_explanation.CHECKS)
        words = self.env["scenic.explanation"]
        for check in CHECKS:
            self.assertIn(check.name, titles)
            self.assertTrue(hasattr(words, f"_say_{check.name}"), check.name)
        self.assertEqual([name for name, _title in scenic_explanation.CHECKS],
                         [check.name for check in CHECKS])  # fmt: skip

    def test_a_good_ticket(self):
        ticket = make_tickets(self.park)
        bench = self.bench(ticket.alias)
        self.assertEqual((bench.reason_code, bench.colour, bench.admit), ("OK", "GREEN", 1))
        self.assertEqual(bench.ticket_id, ticket)
        self.assertNotIn("refuse", [outcome for outcome, *_ in self.lines(bench).values()])
        self.assertFalse(ticket.redemption_ids, "a question uses nothing")

    def test_the_rule_that_refuses_is_marked_and_the_others_are_told(self):
        self.park.policy.write({"hours": "00:00-00:01", "uses_day": 1})
        ticket = make_tickets(self.park)
        day = ticket.visit_date
        noon = self.park.site._midnight(day) + timedelta(hours=12)
        # not hours before it was issued: that would be a wrong clock
        bench = self.bench(ticket.code, at=max(noon, fields.Datetime.now()))
        self.assertEqual((bench.reason_code, bench.colour), ("E_HOURS", "RED"))
        lines = self.lines(bench)
        self.assertEqual(lines["hours"], ("refuse", "E_HOURS", True))
        self.assertEqual(lines["day"], ("ok", "", False))
        self.assertEqual(lines["interval"][0], "skipped")
        self.assertIn('data-check="hours"', bench.checks_html)
        self.assertIn("E_HOURS", bench.report_text)

    def test_the_decision_of_a_past_moment(self):
        ticket = make_tickets(self.park)
        now = to_unix(fields.Datetime.now())
        self.redeem(ticket, now=now)
        used_at = ticket.redemption_ids.happened_at
        self.assertEqual(self.bench(ticket.alias).reason_code, "E_USED")
        before = self.bench(ticket.alias, at=used_at - timedelta(minutes=1))
        self.assertIn(before.reason_code, ("OK", "E_EARLY"))
        self.assertEqual(self.lines(before)["right"][0], "ok")

    def test_the_same_answer_as_the_gate(self):
        self.park.combo.entitlement_ids.write({"choice": 1})
        ticket = make_tickets(self.park, self.park.combo)
        self.redeem(ticket)
        bench = self.bench(ticket.alias, zone_id=self.park.ropeway.id)
        judged = self.env["scenic.redemption"]._judge(ticket.alias, self.park.ropeway)
        self.assertEqual(bench.reason_code, judged["reason"])
        self.assertEqual(self.lines(bench)["choice"], ("refuse", "E_CHOICE", True))

    def test_what_an_attendant_settles(self):
        self.park.policy.companion = True
        ticket = make_tickets(self.park)
        bench = self.bench(ticket.alias)
        self.assertEqual((bench.reason_code, bench.colour), ("R_COMPANION", "STAFF"))
        bench.staff = True
        self.assertEqual((bench.reason_code, bench.colour), ("OK", "GREEN"))

    def test_what_is_no_ticket(self):
        bench = self.bench("rubbish")
        self.assertEqual(bench.colour, "RED")
        self.assertFalse(bench.ticket_id)
        self.assertEqual(self.lines(bench), {})

    def test_tickets_of_another_company_keep_their_secrets(self):
        company = self.env["res.company"].create({"name": "Another Company"})
        park = common_scenic.make_park(self.env, "Elsewhere", company=company)
        ticket = make_tickets(park)
        bench = self.bench(ticket.alias)
        self.assertEqual(bench.reason_code, "E_SITE")
        self.assertFalse(bench.ticket_id)
        self.assertNotIn("data-check", bench.checks_html)

    def test_from_the_ticket_and_from_the_desk(self):
        ticket = make_tickets(self.park, self.park.combo)
        action = ticket.with_user(self.cashier).action_why()
        bench = self.env["scenic.why"].browse(action["res_id"])
        self.assertEqual((bench.text, bench.zone_id), (ticket.alias, self.park.gate))
        desk = Form(self.env["scenic.check"].with_user(self.cashier))
        desk.zone_id, desk.text = self.park.ropeway, ticket.alias
        action = desk.save().action_why()
        bench = self.env["scenic.why"].browse(action["res_id"])
        self.assertEqual((bench.zone_id, bench.staff), (self.park.ropeway, True))

    def test_a_lane_brings_its_zone_and_entrance(self):
        box = make_box(self.park, lanes=())
        lane = make_lane(self.park, box, "N9", entrance_id=self.park.north.id)
        self.park.adult.scenic_entrance_ids = self.park.south
        ticket = make_tickets(self.park)
        attendant = make_user(self.env, "why_attendant", "attendant")
        form = Form(self.env["scenic.why"].with_user(attendant))
        form.text, form.lane_id = ticket.alias, lane
        self.assertEqual((form.lane_code, form.entrance_id), ("N9", self.park.north))
        self.assertEqual(form.reason_code, "E_ENTRANCE")

    def test_it_is_handed_out_as_text(self):
        bench = self.bench(make_tickets(self.park).alias)
        report = self.env["ir.actions.report"].with_user(self.cashier)
        content, kind = report._render_qweb_text("scenic_ticketing.report_why", bench.ids)
        self.assertEqual(kind, "text")
        self.assertIn(bench.reason_code, content.decode())

    def test_an_accountant_may_ask_too(self):
        accountant = make_user(self.env, "why_accountant", "accountant")
        ticket = make_tickets(self.park)
        form = Form(self.env["scenic.why"].with_user(accountant))
        form.zone_id, form.text = self.park.gate, ticket.alias
        self.assertEqual(form.reason_code, "OK")
