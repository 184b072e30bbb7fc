"""Alarms: one incident per lane and cause, which closes itself when it is over."""

from datetime import timedelta
from unittest.mock import patch

from common_board import MB, STATUS, BoardCase
from common_gate import make_lane
from common_scenic import make_tickets

from odoo import fields
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestGateWatch(BoardCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.neighbour = make_lane(cls.park, cls.box, "G2")
        cls.set_status()

    @classmethod
    def set_status(cls, **changes):
        lanes = {
            code: {"state": "idle", "usable": True, "devices": []} | changes.pop(code, {})
            for code in ("G1", "G2")
        }
        cls.box.status = STATUS | {"lanes": lanes} | changes

    def watch(self, after_min=0):
        self.env["scenic.gate.watch"]._watch(
            self.park.site, fields.Datetime.now() + timedelta(minutes=after_min)
        )

    def alarms(self, kind=None):
        found = self.env["scenic.incident"].search(
            [("gate_key", "=like", "watch:%"), ("site_id", "=", self.park.site.id)], order="id"
        )
        return found.filtered(lambda item: item.kind == kind) if kind else found

    def scans(self, count, kind="refused", ago_s=30, lane="G2", step=1000, clock=None, **values):
        journal = self.journal(ago_s, lane=lane)
        journal.clock = clock or journal.clock
        for _scan in range(count):
            journal.write(kind, **values)
            journal.clock += step - 1000
        self.report(journal)

    def test_quiet_gates_raise_nothing(self):
        self.watch()
        self.assertFalse(self.alarms())

    def test_lane_without_visitors_beside_a_busy_one(self):
        self.scans(25, reason="E_USED", step=10_000, ago_s=400)
        self.watch()
        self.watch()
        alarm = self.alarms("silent_lane")
        self.assertEqual(
            (alarm.lane_code, alarm.state, alarm.user_id), ("G1", "open", self.box.user_id)
        )
        self.scans(1, lane="G1", reason="E_USED")
        self.watch()
        self.assertEqual((alarm.state, alarm.outcome_kind), ("done", "over"))

    def test_nobody_is_called_outside_the_hours_or_on_closed_days(self):
        self.scans(25, reason="E_USED", step=10_000, ago_s=400)
        with patch.object(type(self.park.site), "_is_closed", lambda site, day: True):
            self.watch()
        self.assertFalse(self.alarms())
        hour = self.park.site._gate_local().hour
        self.park.site.write(
            {"open_time": 0, "close_time": 1} if hour else {"open_time": 23, "close_time": 24}
        )
        self.watch()
        self.assertFalse(self.alarms())

    def test_device_that_does_not_answer(self):
        self.set_status(G1={"devices": [{"name": "QR", "ok": False, "detail": "gone"}]})
        self.watch()
        self.assertEqual(self.alarms("device_dead").mapped("lane_code"), ["G1"])
        self.set_status()
        self.watch()
        self.assertEqual(self.alarms("device_dead").state, "done")

    def test_burst_of_refusals(self):
        self.scans(9, reason="E_USED")
        self.watch()
        self.assertFalse(self.alarms("refused_burst"))
        self.scans(1, reason="E_USED")
        self.watch()
        self.assertEqual(self.alarms("refused_burst").lane_code, "G2")
        self.watch(after_min=6)
        self.assertEqual(self.alarms("refused_burst").state, "done")

    def test_forged_codes_within_a_minute_also_when_told_late(self):
        # a minute of the clock, however long this takes
        minute = self.journal(3600).clock // 60_000 * 60_000
        self.scans(2, clock=minute, reason="E_SIG")
        self.watch()
        self.assertFalse(self.alarms("forged"))
        self.scans(1, clock=minute, reason="E_CERT")
        self.watch()
        self.assertEqual(
            (self.alarms("forged").lane_code, self.alarms("forged").persons), ("G2", 3)
        )

    def test_half_as_many_as_a_week_ago(self):
        tickets = make_tickets(self.park, count=40)
        week = 7 * 86400
        journal = self.journal(week + 1800)
        for ticket in tickets:
            journal.reserve(ticket)
        self.report(journal)
        self.watch()
        alarm = self.alarms("slow_gate")
        self.assertEqual((len(alarm), alarm.persons), (1, 40))
        journal = self.journal(1800)
        for ticket in make_tickets(self.park, count=25):
            journal.reserve(ticket)
        self.report(journal)
        self.watch()
        self.assertEqual(alarm.state, "done")

    def test_boxes_that_cannot_go_on_for_long(self):
        self.box.write({"clock_drift": -45, "unsent": 600})
        self.set_status(disk_free=100 * MB)
        self.watch()
        self.assertEqual(set(self.alarms().mapped("kind")), {"clock_drift", "unsent", "disk_full"})
        self.box.write({"clock_drift": 1, "unsent": 0})
        self.set_status()
        self.watch()
        self.assertEqual(set(self.alarms().mapped("state")), {"done"})

    def test_thresholds_are_the_sites_own(self):
        self.box.write({"clock_drift": -45})
        self.park.site.alarm_drift_s = 60
        self.watch()
        self.park.site.alarm_drift_s = 0
        self.box.write({"clock_drift": -4500})
        self.watch()
        self.assertFalse(self.alarms())

    def test_trouble_that_flickers_is_one_incident(self):
        for _again in range(3):
            self.box.clock_drift = 99
            self.watch()
            self.assertEqual(self.alarms().mapped("state"), ["open"])
            self.box.clock_drift = 0
            self.watch()
            self.assertEqual(self.alarms().mapped("state"), ["done"])

    def test_what_somebody_settled_is_not_opened_again_while_it_lasts(self):
        self.box.clock_drift = 99
        self.watch()
        self.alarms().with_user(self.manager)._settle("explained", "new battery ordered")
        self.watch()
        self.assertEqual(self.alarms().mapped("state"), ["done"])
        self.box.clock_drift = 0
        self.watch()
        self.box.clock_drift = 99
        self.watch(after_min=60)
        self.assertEqual(self.alarms().mapped("state"), ["done", "open"])

    def test_a_box_out_of_reach_keeps_what_it_had(self):
        self.box.clock_drift = 99
        self.watch()
        self.box.last_seen = fields.Datetime.now() - timedelta(hours=1)
        self.watch()
        self.assertEqual(self.alarms().mapped("state"), ["open"])
