"""What people see and may do: orders to lanes, silent boxes, rights and companies."""

from datetime import timedelta

import common_scenic
from common_gate import Journal, make_box, make_lane
from common_scenic import make_park, make_user

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged


@tagged("post_install", "-at_install")
class TestGateScreens(common_scenic.ScenicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.box = make_box(cls.park)
        cls.lane = cls.box.lane_ids
        cls.attendant = make_user(cls.env, "gate_attendant", "attendant")
        cls.manager = make_user(cls.env, "gate_manager", "manager")
        cls.window = make_user(cls.env, "gate_window", "window")

    def order(self, user, reason="Wheelchair"):
        lane = self.lane.with_user(user)
        action = lane.action_open_order()
        form = Form(self.env["scenic.gate.order"].with_user(user).with_context(action["context"]))
        form.reason = reason
        return form.save().action_send()

    def test_attendant_opens_a_lane_with_a_reason(self):
        self.order(self.attendant)
        command = self.env["scenic.gate.command"].search([("lane_id", "=", self.lane.id)])
        self.assertEqual((command.action, command.persons, command.state), ("open", 1, "sent"))
        self.assertEqual((command.user_id, command.reason), (self.attendant, "Wheelchair"))
        self.assertIn("Wheelchair", self.lane.message_ids[0].body)
        self.assertIn(self.attendant.name, self.lane.message_ids[0].body)

    def test_order_without_reason_is_not_sent(self):
        with self.assertRaises(UserError):
            self.order(self.attendant, " ")

    def test_order_goes_out_over_the_secret_channel(self):
        before = self.env["bus.bus"].search([], order="id desc", limit=1).id
        self.order(self.attendant)
        self.env.cr.precommit.run()
        message = (
            self.env["bus.bus"]
            .search([("id", ">", before)])
            .filtered(lambda m: "iot_action" in m.message)
        )
        self.assertIn(self.box.sudo().channel, message.channel)
        self.assertNotIn(self.box.sudo().token, message.message)

    def test_window_staff_cannot_open_lanes(self):
        with self.assertRaises(AccessError):
            self.order(self.window)

    def test_box_out_of_service_gets_no_orders(self):
        self.box._quarantine("Test")
        with self.assertRaises(UserError):
            self.order(self.attendant)

    def test_only_managers_release_and_replace(self):
        self.box._quarantine("Test")
        for action in ("action_release", "action_replace_hardware"):
            with self.assertRaises(AccessError):
                getattr(self.box.with_user(self.attendant), action)()
        self.box.with_user(self.manager).action_release()
        self.assertEqual(self.box.state, "paired")
        self.box.with_user(self.manager).action_replace_hardware()
        self.assertEqual(self.box.state, "new")

    def test_secrets_are_hidden_from_managers(self):
        box = (
            self.env["scenic.box"]
            .with_user(self.manager)
            .create({"name": "New", "site_id": self.park.site.id})
        )
        self.assertTrue(box.sudo().token)
        self.assertNotEqual(box.sudo().token, self.box.sudo().token)
        for field in ("token", "channel", "pairing_line", "pairing_qr"):
            with self.assertRaises(AccessError):
                box.read([field])
        copy = box.copy()
        self.assertNotEqual(copy.sudo().token, box.sudo().token)

    def test_other_companies_see_nothing(self):
        company = self.env["res.company"].create({"name": "Other Company"})
        other = make_park(self.env, name="Other Valley", company=company)
        foreign = make_box(other, "Foreign", ("F1",))
        journal = Journal(lane="F1")
        journal.write("boot")
        self.env["scenic.gate.intake"]._take(foreign, journal.epoch, journal.facts)
        for model in ("scenic.box", "scenic.lane", "scenic.gate.fact"):
            found = self.env[model].with_user(self.manager).search([])
            self.assertNotIn(company, found.sudo().company_id, model)
        user = make_user(self.env, "other_manager", "manager", company=company)
        self.assertEqual(self.env["scenic.box"].with_user(user).search([]), foreign)
        with self.assertRaises(AccessError):
            self.lane.with_user(user).action_open_order()
            self.env["scenic.gate.order"].with_user(user).create(
                {"lane_id": self.lane.id, "reason": "x"}
            ).action_send()

    def test_silent_box_is_reported_once_and_settled_when_it_calls(self):
        self.park.site.write({"open_time": 0, "close_time": 24})
        box = self.env["scenic.box"]
        box._cron_silent()
        incidents = self.env["scenic.incident"].search([("kind", "=", "silent_gate")])
        self.assertFalse(incidents, "a box that never called is not silent, it is new")
        self.box.last_seen = fields.Datetime.now() - timedelta(seconds=200)
        box._cron_silent()
        box._cron_silent()
        incident = self.env["scenic.incident"].search([("kind", "=", "silent_gate")])
        self.assertEqual((incident.box_id, incident.state), (self.box, "open"))
        self.assertEqual(incident.user_id, self.box.user_id)
        self.box.last_seen = fields.Datetime.now()
        box._cron_silent()
        self.assertEqual(incident.state, "done")

    def test_closed_park_may_be_silent(self):
        now = self.park.site._today()
        self.assertFalse(
            self.park.site._gate_is_open(fields.Datetime.to_datetime(f"{now} 20:00:00")),
            "04:00 in Shanghai",
        )
        self.assertTrue(
            self.park.site._gate_is_open(fields.Datetime.to_datetime(f"{now} 04:00:00"))
        )

    def test_a_park_may_close_after_midnight(self):
        site, day = self.park.site, self.park.site._today()
        site.write({"open_time": 18.0, "close_time": 1.5})
        hours = {
            hour: site._gate_is_open(site._moment(day, round(hour * 60)))
            for hour in (1, 1.5, 12, 17.9, 18, 23.9)
        }
        self.assertEqual([hour for hour, is_open in hours.items() if is_open], [1, 18, 23.9])

    def test_box_is_found_by_presence(self):
        self.box.last_seen = fields.Datetime.now() - timedelta(seconds=200)
        boxes = self.env["scenic.box"]
        self.assertIn(self.box, boxes.search([("is_online", "=", False)]))
        self.box.last_seen = fields.Datetime.now()
        self.assertIn(self.box, boxes.search([("is_online", "=", True)]))
        self.assertNotIn(self.box, boxes.search([("is_online", "!=", True)]))

    def test_lane_must_fit_its_site(self):
        other = make_park(self.env, name="Other Valley")
        for values in (
            {"zone_id": other.gate.id},
            {"box_id": make_box(other, "B", ()).id},
            {"entrance_id": other.south.id},
            {"zone_id": False},
            {"code": "with space"},
            {"code": ""},
        ):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.lane.write(values)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.box.site_id = other.site

    def test_lane_takes_the_site_of_its_box(self):
        with Form(self.env["scenic.lane"]) as form:
            form.name, form.code, form.box_id = "South gate 9", "G9", self.box
            form.zone_id, form.entrance_id = self.park.gate, self.park.south
        self.assertEqual(form.record.site_id, self.park.site)

    def test_device_options_are_a_json_object(self):
        device = self.env["scenic.device"].create(
            {
                "name": "relay",
                "lane_id": self.lane.id,
                "role": "barrier",
                "url": "tcp://h:502",
                "driver": "modbus_barrier",
                "options_text": '{"unit": 1}',
            }
        )
        self.assertEqual(device.options, {"unit": 1})
        for values in (
            {"options_text": "{"},
            {"options_text": "[1]"},
            {"role": "reader"},
            {"url": "no address"},
            {"url": "10.0.0.6"},
            {"url": "http://10.0.0.6"},
            {"options_text": '{"out_coli": 1}'},
            {"options_text": '{"unit": 256}'},
            {"options_text": '{"pulse": "sometimes"}'},
            {"driver": "line_reader"},
        ):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                device.write(values)

    def test_board_told_by_frames_is_checked_when_saved(self):
        device = self.env["scenic.device"].create(
            {
                "name": "board",
                "lane_id": self.lane.id,
                "role": "barrier",
                "url": "/dev/ttyUSB0",
                "driver": "frame_barrier",
                "options_text": '{"preset": "tx1500", "side": "b"}',
            }
        )
        for options in (
            '{"preset": "tx2000"}',
            '{"preset": "lcus", "frames": {"open": "A0 {adr}"}}',
            '{"preset": "lcus", "frames": {"opne": "A0"}}',
            '{"preset": "lcus", "match": {"ack": "?? ??"}}',
            "{}",
        ):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                device.options_text = options
        self.assertEqual(device.options, {"preset": "tx1500", "side": "b"})

    def test_driver_brings_the_role_it_can_play(self):
        with Form(self.env["scenic.device"].with_context(default_lane_id=self.lane.id)) as form:
            form.name, form.driver = "relay", "frame_barrier"
            form.url, form.options_text = "/dev/ttyUSB0", '{"preset": "lcus"}'
            self.assertEqual(form.role, "barrier")

    def test_lane_of_two_boxes_is_looked_up_by_its_own(self):
        make_lane(self.park, self.box, "OUT", zone_id=False, direction="out")
        lanes = self.env["scenic.lane"]._of_boxes()
        self.assertEqual(lanes[self.box.id, "G1"]["zone_id"], self.park.gate.id)
        self.assertIsNone(lanes[self.box.id, "OUT"]["zone_id"])
        self.lane.entrance_id = self.park.north
        self.env.flush_all()
        lanes = self.env["scenic.lane"]._of_boxes()
        self.assertEqual(lanes[self.box.id, "G1"]["entrance"], self.park.north.bit)
