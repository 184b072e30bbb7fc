"""The live board, the test buttons, and what a box's answer becomes for people."""

import json
import time
from datetime import timedelta

import common_scenic
from common_board import MB, STATUS, BoardCase
from common_gate import make_box
from common_scenic import make_park, make_tickets, make_user

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged


@tagged("post_install", "-at_install")
class TestGateBoard(BoardCase):
    def test_a_lane_shows_its_scans_of_this_hour_and_day(self):
        ticket = make_tickets(self.park)
        journal = self.journal(30)
        journal.pass_through(ticket)
        journal.write("refused", reason="E_SIG")
        self.report(journal)
        tile = self.tile()
        self.assertEqual((tile["tone"], tile["state"]), ("ok", "idle"))
        self.assertEqual((tile["last"]["good"], tile["last"]["reason"]), (False, "E_SIG"))
        self.assertEqual((sum(tile["minutes"]), len(tile["minutes"])), (2, 60))
        self.assertEqual((tile["admitted"], tile["refused"], tile["scans"]), (1, 1, 2))
        site = next(s for s in self.board()["sites"] if s["id"] == self.park.site.id)
        self.assertEqual((site["admitted"], site["lanes"], site["trouble"]), (1, 1, 0))
        common_scenic.assert_balanced(self.env, self.park.company)

    def test_the_colour_tells_what_is_wrong(self):
        lanes = {"G1": {"state": "idle", "usable": True, "devices": []}}
        dead = {"name": "QR", "ok": False, "detail": "no route"}
        for change, expected in (
            ({}, ("ok", "idle")),
            ({"state": "await"}, ("busy", "await")),
            ({"state": "held"}, ("warn", "held")),
            ({"state": "emergency"}, ("bad", "emergency")),
            ({"usable": False}, ("bad", "no_barrier")),
            ({"devices": [dead]}, ("warn", "broken")),
            ({"state": "stopped"}, ("bad", "stopped")),
        ):
            self.box.status = STATUS | {"lanes": {"G1": lanes["G1"] | change}}
            tile = self.tile()
            self.assertEqual((tile["tone"], tile["state"]), expected)
        self.box.last_seen = fields.Datetime.now() - timedelta(seconds=500)
        self.assertEqual(self.tile()["state"], "silent")
        self.box.state = "quarantined"
        self.assertEqual(self.tile()["tone"], "bad")

    def test_whatever_a_box_says_the_board_stays_readable(self):
        for status in (None, [], "x", {"lanes": 5}, {"lanes": {"G1": 7}, "exposure": "much"},
                       {"disk_free": "all", "lanes": {"G1": {"last": 1, "devices": {}}}},
                       {"exposure": {"limit_cents": 0, "cents": "x"}}):  # fmt: skip
            self.box.status = status
            json.dumps(self.board())

    def test_boxes_in_trouble_are_marked(self):
        self.box.write(
            {
                "clock_drift": 99,
                "unsent": 5000,
                "status": STATUS
                | {"disk_free": MB, "exposure": {"limit_cents": 1000, "cents": 950}},
            }
        )
        self.assertEqual(set(self.tile()["warnings"]), {"drift", "disk", "unsent", "exposure"})

    def test_the_board_shows_own_companies_only_and_not_to_windows(self):
        company = self.env["res.company"].create({"name": "Other Company"})
        other = make_park(self.env, name="Other Valley", company=company)
        foreign = make_box(other, "Foreign", ("F1",)).lane_ids
        shown = {item["id"] for item in self.board()["lanes"]}
        self.assertIn(self.lane.id, shown)
        self.assertNotIn(foreign.id, shown)
        with self.assertRaises(AccessError):
            self.board(make_user(self.env, "board_window", "window"))
        self.assertFalse(self.board(self.accountant)["may_open"])


@tagged("post_install", "-at_install")
class TestTestOrders(BoardCase):
    def last(self):
        return self.env["scenic.gate.command"].search([("lane_id", "=", self.lane.id)], limit=1)

    def answer(self, result):
        command = self.last()
        self.env["scenic.gate.command"]._acknowledge(
            self.box.id, [{"uid": command.uid, "result": result}]
        )
        return command

    def test_an_attendant_tests_the_reader_and_sees_the_answer(self):
        lane = self.lane.with_user(self.attendant)
        before = self.env["bus.bus"].search([], order="id desc", limit=1).id
        lane.action_test_read()
        command = self.last()
        self.assertEqual((command.action, command.user_id), ("test_read", self.attendant))
        self.assertGreater(command.expires, time.time() + 20, "somebody has to walk there")
        self.answer("read:ticket:154:OK")
        self.assertEqual(command.state, "done")
        self.assertTrue(lane.test_text)
        self.env.cr.precommit.run()
        told = (
            self.env["bus.bus"]
            .search([("id", ">", before)])
            .filtered(lambda m: "scenic_gate_answer" in m.message)
        )
        self.assertEqual(len(told), 1)
        self.assertIn(
            f'"res.partner",{self.attendant.partner_id.id}', told.channel.replace(" ", "")
        )

    def test_a_barrier_is_tested_with_a_reason(self):
        action = self.lane.with_user(self.attendant).action_test_open()
        form = Form(
            self.env["scenic.gate.order"].with_user(self.attendant).with_context(action["context"])
        )
        form.reason = "New relay"
        form.save().action_send()
        self.assertEqual((self.last().action, self.last().reason), ("test_open", "New relay"))
        self.answer("not_sent")
        self.assertEqual(self.last().state, "failed")

    def test_device_buttons_order_the_lane(self):
        device = self.env["scenic.device"].create(
            {"name": "QR", "lane_id": self.lane.id, "url": "socket://h:1"}
        )
        device.with_user(self.attendant).action_test_lamp()
        self.assertEqual(self.last().action, "test_lamp")

    def test_only_attendants_test_and_only_boxes_in_service(self):
        with self.assertRaises(AccessError):
            self.lane.with_user(self.accountant).action_test_lamp()
        self.box._quarantine("Test")
        with self.assertRaises(UserError):
            self.lane.with_user(self.attendant).action_test_lamp()

    def test_every_answer_of_a_box_has_words(self):
        commands = self.env["scenic.gate.command"]
        for result in ("done", "not_sent", "unknown", "expired", "unsigned", "no_lane", "busy",
                       "bad_action", "limit", "clock", "no_reader", "nothing_read",
                       "read:foreign:13:E_FOREIGN", "read", "read:"):  # fmt: skip
            self.assertTrue(commands._answer_text(result), result)
        self.assertNotEqual(commands._answer_text("no_reader"), "no_reader")

    def test_the_board_hears_of_visitors_now_and_then(self):
        board = self.env["scenic.gate.board"]
        board._hint()
        before = self.env["bus.bus"].search_count([])
        board._hint()
        self.env.cr.precommit.run()
        self.assertLessEqual(self.env["bus.bus"].search_count([]) - before, 1)
