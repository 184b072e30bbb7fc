"""Drills as the server sees them: ordered, told to boxes one by one, graded, tried again."""

import json
import secrets
from datetime import timedelta
from unittest.mock import patch

from common_gate import Journal, make_lane
from common_scenic import make_user
from gate_case import GateCase

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.scenic_gate_iot.tools import drill_package

ATTENDANT, MANAGER = "scenic_ticketing.group_attendant", "scenic_ticketing.group_manager"
BEGAN = 1_800_000_000


class DrillCase(GateCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lane = cls.box.lane_ids
        cls.drills = cls.env["scenic.gate.drill"]

    def order(self, lanes=None, **options):
        return self.drills._line_up(
            self.lane if lanes is None else lanes, "Test", self.env.user, **options
        )

    def start(self):
        drill = self.order()
        self.assertEqual(self.drills._package_for(self.box)["uid"], drill.uid)
        return drill

    def seen(self, drill, state, **told):
        self.env.flush_all()
        drill.box_id._seen({"drill": {"uid": drill.uid, "state": state, **told}}, 0.0)

    def open_hours(self, is_open):
        return patch.object(type(self.park.site), "_gate_is_open", lambda self, now=None: is_open)

    def play(self, drill, wrong=(), lost=0, mode="offline", older=False, passed=()):
        """Write what a box writes in a drill; ``wrong``: names it answers wrongly.

        ``older``: as a box does that cuts off all of its lanes, so that other facts come between.
        """
        journal = Journal()
        journal.write("boot", zone=None, lane="")
        steps = []
        for line in drill.sudo().line_ids:
            if older and line.name in drill_package.ONE_LANE_ONLY:
                continue
            reason = line.expected
            if line.name in wrong:
                reason = "OK" if reason != "OK" else "E_USED"
            known = None if reason == "E_SIG" else line.uid
            if reason == "OK":
                op = secrets.token_hex(16)
                journal.write("reserved", line.uid, op=op, code=line.code, mode=mode)
                ending = "passed" if line.name in passed else "released"
                journal.write(ending, line.uid, op=op, mode=mode)
            else:
                journal.write("refused", known, reason=reason, code=line.code, mode=mode, pax=0)
            if older:
                journal.write("refused", None, reason="E_FOREIGN", mode="online", pax=0)
            steps.append({"name": line.name, "reason": reason, "ms": 2.5, "shut": True})
        told = {
            "uid": drill.uid, "state": "done", "epoch": journal.epoch, "first": 1,
            "last": len(journal.facts) + lost, "began": BEGAN, "ended": BEGAN + 60,
            "steps": steps,
        }  # fmt: skip
        return journal, told if older else told | {"cut": "lane"}

    def report(self, told):
        self.env.flush_all()
        self.box._seen({"drill": told}, 0.0)

    def carry_out(self, drill, **options):
        journal, told = self.play(drill, **options)
        self.take(journal)
        self.report(told)
        return drill


@tagged("post_install", "-at_install")
class TestGateDrill(DrillCase):
    def test_a_good_drill_passes_and_touches_no_ledger(self):
        drill = self.order()
        self.assertEqual((drill.state, len(drill.line_ids)), ("queued", 0))
        self.assertEqual(self.lane.drill_now, "queued")
        package = self.drills._package_for(self.box)
        self.assertEqual((package["uid"], drill.state), (drill.uid, "waiting"))
        self.assertNotIn("expected", json.dumps(package))
        used = self.env["scenic.redemption"].search_count([])
        journal, told = self.play(drill)
        self.seen(drill, "running", began=BEGAN)
        self.assertEqual(drill.state, "running")
        self.report(told)
        self.assertEqual(drill.state, "reported")  # the facts are not here yet
        self.assertIsNone(self.drills._package_for(self.box))
        verdicts = self.take(journal)[1]
        self.assertEqual(set(verdicts.values()), {"recorded", "drill"})
        self.assertEqual(list(verdicts.values()).count("drill"), len(journal.facts) - 1)
        self.report(told)
        self.assertEqual((drill.state, drill.findings or ""), ("passed", ""))
        self.assertEqual((drill.cut, drill.fact_count), ("lane", len(journal.facts) - 1))
        self.assertTrue(all(drill.line_ids.mapped("is_right")))
        self.assertEqual(set(drill.line_ids.mapped("result")), {"right"})
        self.assertTrue(all(drill.line_ids.mapped("facts_text")))
        self.assertEqual(self.env["scenic.redemption"].search_count([]), used)
        self.assertFalse(
            self.env["scenic.gate.orphan"].search([("fact_id.box_id", "=", self.box.id)])
        )
        self.assertFalse(self.incidents("drill_failed", "unknown_ticket"))
        self.assertEqual((self.lane.drill_state, self.lane.drill_now), ("passed", False))

    def test_a_wrong_answer_a_lost_fact_and_a_line_to_the_server_fail_it(self):
        for trouble in ({"wrong": ("used",)}, {"wrong": ("good",)}, {"wrong": ("risky",)},
                        {"mode": "online"}):  # fmt: skip
            drill = self.carry_out(self.start(), **trouble)
            self.assertEqual(drill.state, "failed", trouble)
            self.assertTrue(drill.findings)
            wrong = drill.line_ids.filtered(lambda line: line.result == "wrong")
            self.assertEqual(tuple(wrong.mapped("name")), trouble.get("wrong", ()))
        self.assertEqual(len(self.incidents("drill_failed")), 4)
        drill = self.carry_out(self.start(), lost=2)
        self.assertEqual(drill.state, "reported")
        drill.offered_at -= timedelta(hours=1)
        self.drills._cron_drill()
        self.assertEqual((drill.state, drill.lost), ("failed", 2))

    def test_boxes_of_the_version_before_are_graded_their_way(self):
        drill = self.start()
        package = self.drills._package_for(self.box)
        self.assertEqual([step["name"] for step in package["steps"]], [
            "good", "used", "forged", "revoked", "expired", "unlisted"])  # fmt: skip
        self.assertEqual(package["rule"]["product"], drill_package.PRODUCT)
        # facts of visitors of other lanes stand between those of the drill, which is no fault
        self.carry_out(drill, older=True)
        self.assertEqual((drill.state, drill.cut), ("passed", "box"))
        left = drill.line_ids.filtered(lambda line: line.result == "open")
        self.assertEqual(tuple(left.mapped("name")), drill_package.ONE_LANE_ONLY)
        failed = self.carry_out(self.start(), older=True, wrong=("revoked",))
        self.assertEqual(failed.state, "failed")

    def test_whoever_walks_on_a_test_ticket_is_told_of(self):
        drill = self.carry_out(self.start(), passed=("good",))
        self.assertEqual((drill.state, drill.walked), ("passed", 1))

    def test_a_drill_that_nobody_reports_fails(self):
        drill = self.start()
        with self.assertRaises(UserError):
            self.order()
        drill.offered_at -= timedelta(hours=1)
        self.assertIsNone(self.drills._package_for(self.box))
        self.drills._cron_drill()
        self.assertEqual(drill.state, "failed")
        self.assertEqual(len(self.incidents("drill_failed")), 1)

    def test_a_stranger_s_ticket_under_the_same_key_is_no_drill(self):
        journal = Journal()
        journal.write("reserved", "0000ffff00000001", op=secrets.token_hex(16))
        self.assertEqual(set(self.take(journal)[1].values()), {"unknown_ticket"})

    def test_what_a_box_says_of_a_drill_may_be_anything(self):
        drill = self.start()
        for told in ({"state": 7}, {"state": "waiting", "why": []}, {"state": "waiting"},
                     {"state": "running", "began": "never"}):  # fmt: skip
            self.seen(drill, **told)
            self.assertIn(drill.state, ("waiting", "running"), told)
        self.seen(drill, "interrupted", why={}, steps="none", first=-1, last=10**30)
        self.assertEqual(drill.state, "interrupted")

    # ------------------------------------------------------------- interrupted

    def follower(self, drill):
        return self.drills.search([("follows_id", "=", drill.id)])

    def test_an_interrupted_drill_is_neither_passed_nor_failed_and_is_tried_again(self):
        drill = self.start()
        journal, told = self.play(drill)
        told |= {"state": "interrupted", "why": "emergency", "steps": told["steps"][:2]}
        self.report(told)
        self.report(told)  # it is said with every call
        self.assertEqual((drill.state, drill.why), ("interrupted", "emergency"))
        self.assertEqual(set(self.take(journal)[1].values()), {"recorded", "drill"})
        self.assertFalse(self.incidents("drill_failed"))
        self.assertFalse(self.lane.drill_state)
        results = drill.line_ids.mapped("result")
        self.assertEqual((results.count("ungraded"), results.count("open")), (2, 5))
        again = self.follower(drill)
        self.assertEqual((again.state, again.try_no), ("queued", 2))
        with self.open_hours(False):
            self.assertIsNone(self.drills._package_for(self.box))  # staff is still there
        again.not_before -= timedelta(hours=2)
        with self.open_hours(True):
            self.assertIsNone(self.drills._package_for(self.box))
        with self.open_hours(False):
            self.assertEqual(self.drills._package_for(self.box)["uid"], again.uid)
        self.seen(again, "interrupted", why="held")
        third = self.follower(again)
        third.not_before = False
        with self.open_hours(False):
            self.drills._package_for(self.box)
        self.seen(third, "interrupted", why="power")
        self.assertEqual((third.try_no, third.state), (3, "interrupted"))
        self.assertFalse(self.follower(third))

    def test_a_lane_that_is_never_quiet_has_not_failed(self):
        drill = self.start()
        self.seen(drill, "waiting", why="visitors")
        self.assertEqual((drill.state, drill.why), ("waiting", "visitors"))
        drill.offered_at -= timedelta(hours=1)
        self.drills._cron_drill()
        self.assertEqual((drill.state, drill.why), ("interrupted", "visitors"))
        self.assertFalse(self.incidents("drill_failed"))
        self.assertTrue(self.follower(drill))

    # --------------------------------------------------------------- in line

    def test_a_box_drills_one_lane_at_a_time_in_order(self):
        more = make_lane(self.park, self.box, "G2") | make_lane(self.park, self.box, "G3")
        made = self.order(self.lane | more | self.north.lane_ids, order_name="all")
        told = [self.drills._package_for(self.box)["lane"] for _ in range(2)]
        self.assertEqual(told, ["G1", "G1"])
        self.assertEqual(self.drills._package_for(self.north)["lane"], "N1")
        self.carry_out(made[0])
        self.assertEqual(made[0].state, "passed")
        self.assertEqual(self.drills._package_for(self.box)["lane"], "G2")
        made[1].action_cancel()
        self.assertEqual(self.drills._package_for(self.box)["lane"], "G3")
        self.assertEqual(made.mapped("state"), ["passed", "cancelled", "waiting", "waiting"])

    def test_all_lanes_of_an_entrance_by_one_order(self):
        manager = make_user(self.env, "boss", MANAGER, company=self.park.company)
        entrance = self.env["scenic.entrance"].create(
            {"name": "South", "site_id": self.park.site.id, "bit": 5}
        )
        second = make_lane(self.park, self.box, "G2")
        (self.lane | second).entrance_id = entrance
        self.order(second)  # has one already
        order = self.env["scenic.gate.drill.order"].browse(
            entrance.with_user(manager).action_drill_all()["res_id"]
        )
        self.assertEqual((order.lane_ids, order.count), (self.lane | second, 1))
        self.assertEqual((order.site_id, order.entrance_id), (self.park.site, entrance))
        self.assertTrue(order.left_out)
        shown = order.with_user(manager).action_order()
        made = self.drills.search(shown["domain"])
        self.assertEqual((made.lane_id, made.user_id), (self.lane, manager))
        with self.assertRaises(UserError):
            order.with_user(manager).action_order()
        site = self.park.site.with_user(manager).action_drill_all()
        lanes = self.env["scenic.gate.drill.order"].browse(site["res_id"]).lane_ids
        self.assertEqual(lanes, self.park.site.lane_ids.filtered("zone_id"))

    def test_only_managers_order_drills(self):
        attendant = make_user(self.env, "lina", ATTENDANT, company=self.park.company)
        drill = self.order()
        for call in (
            self.north.lane_ids.with_user(attendant).action_drill,
            self.north.lane_ids.with_user(attendant).action_drill_many,
            self.park.site.with_user(attendant).action_drill_all,
            drill.with_user(attendant).action_cancel,
        ):
            with self.assertRaises(AccessError):
                call()
        # but they see how it stands with their lanes
        self.assertFalse(self.lane.with_user(attendant).drill_overdue)

    # ------------------------------------------------------------- the plan

    def test_it_comes_by_itself_while_the_park_is_closed(self):
        lane = self.lane
        lane.drill_days = 7
        self.box.last_seen = fields.Datetime.now()
        with self.open_hours(True):
            self.drills._cron_drill()
            self.assertFalse(self.drills.search([("lane_id", "=", lane.id)]))
        with self.open_hours(False):
            self.drills._cron_drill()
            self.drills._cron_drill()
        drill = self.drills.search([("lane_id", "=", lane.id)])
        self.assertEqual((len(drill), drill.after_closing), (1, True))
        with self.open_hours(False):
            self.drills._package_for(self.box)
            self.carry_out(drill)
            self.drills._cron_drill()
        self.assertEqual(self.drills.search([("lane_id", "=", lane.id)]), drill)
        self.assertEqual(lane.drill_due_at, drill.graded_at + timedelta(days=7))

    def test_a_site_asks_for_all_of_its_lanes_and_a_lane_may_differ(self):
        second, third = make_lane(self.park, self.box, "G2"), make_lane(self.park, self.box, "G3")
        self.park.site.drill_days = 30
        second.drill_days, third.drill_exempt = 7, True
        self.assertEqual((self.lane | second | third).mapped("drill_every"), [30, 7, 0])
        self.assertFalse(third.drill_due_at)
        self.box.last_seen = fields.Datetime.now()
        with self.open_hours(False):
            self.drills._cron_drill()
        made = self.drills.search([("box_id", "=", self.box.id)])
        self.assertEqual(made.lane_id, self.lane | second)

    def test_an_overdue_drill_is_seen_at_the_lane_and_on_the_board(self):
        lanes, board = self.env["scenic.lane"], self.env["scenic.gate.board"]

        def row():
            self.env.invalidate_all()
            return next(r for r in board.action_board()["lanes"] if r["id"] == self.lane.id)

        self.lane.drill_days = 7
        self.assertNotIn("drill", row()["warnings"])  # asked for today: one closing time to go
        drill = self.carry_out(self.start())
        drill.graded_at -= timedelta(days=9)
        self.assertIn("drill", row()["warnings"])
        self.assertIn(self.lane, lanes.search([("drill_overdue", "=", True)]))
        self.assertNotIn(self.lane, lanes.search([("drill_overdue", "=", False)]))
        self.lane.drill_exempt = True
        self.assertNotIn("drill", row()["warnings"])
        self.assertFalse(row()["drill"])
        self.box.last_seen = fields.Datetime.now()
        self.box.status = {"lanes": {"G1": {"state": "idle", "drill": True}}}
        self.assertTrue(row()["drill"])
