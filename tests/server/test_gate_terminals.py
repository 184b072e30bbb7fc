"""Terminals as the server knows them: what their box is told, who may see what."""

import json

import common_scenic
from gate_case import GateCase
from merged_handlers import parse

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.scenic_gate_iot.iot_handlers.scenic_gate import terminal_tls


@tagged("post_install", "-at_install")
class TestGateTerminals(GateCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certificate, cls.key = terminal_tls.make()
        cls.lane = cls.box.lane_ids[0]
        cls.manager = common_scenic.make_user(cls.env, "gate-boss", "manager")
        cls.terminal = cls.env["scenic.device"].create(
            {
                "name": "Face",
                "lane_id": cls.lane.id,
                "role": "terminal",
                "driver": "http_terminal",
                "url": "https://10.0.0.8",
                "options": {"profile": "uface", "path": "/u/1", "tls": True},
            }
        )

    def options(self):
        """What the box is told of the terminal, and the revision."""
        self.env.flush_all()
        revision, config = self.env["scenic.gate.config"]._for_box(self.box)
        config = json.loads(json.dumps(config))
        parse(config)
        devices = next(lane for lane in config["lanes"] if lane["code"] == self.lane.code)
        (found,) = [item for item in devices["devices"] if item["name"] == "Face"]
        return found["options"], revision

    def test_a_given_certificate_goes_to_the_box_of_the_terminal(self):
        options, before = self.options()
        self.assertNotIn("tls_key", options)
        self.box.write({"tls_certificate": self.certificate, "tls_key": self.key})
        options, after = self.options()
        self.assertEqual(options["tls_certificate"], self.certificate)
        self.assertEqual(options["tls_key"], self.key)
        self.assertNotEqual(before, after)
        self.assertEqual(self.box.tls_fingerprint, terminal_tls.fingerprint_of(self.certificate))
        self.terminal.options = {"profile": "uface", "path": "/u/1"}
        self.assertNotIn("tls_key", self.terminal._options_for_box())
        self.terminal.options = {"profile": "uface", "path": "/u/1", "tls": True}
        self.box.action_remove_certificate()
        self.assertNotIn("tls_key", self.options()[0])

    def test_a_certificate_that_does_not_work_is_refused(self):
        for values in (
            {"tls_certificate": "nonsense", "tls_key": self.key},
            {"tls_certificate": self.certificate, "tls_key": "nonsense"},
            {"tls_certificate": self.certificate},
            {"tls_key": self.key},
            {"tls_certificate": self.certificate, "tls_key": terminal_tls.make()[1]},
        ):
            with self.subTest(list(values)), self.assertRaises(ValidationError):
                self.box.write({"tls_certificate": False, "tls_key": False} | values)

    def test_the_key_is_for_nobody_but_the_administrator(self):
        self.box.write({"tls_certificate": self.certificate, "tls_key": self.key})
        box = self.box.with_user(self.manager)
        self.assertNotIn("tls_key", box.fields_get())
        with self.assertRaises(AccessError):
            box.read(["tls_key"])

    def test_the_form_of_a_terminal_shows_the_fingerprint_that_the_box_told(self):
        told = terminal_tls.fingerprint_of(self.certificate)

        def shown(fingerprint):
            device = {"name": "Face", "ok": True, "fingerprint": fingerprint}
            self.box.status = {"lanes": {self.lane.code: {"devices": [device]}}}
            return self.terminal.live_fingerprint

        self.assertEqual(shown(told), told)
        for noise in ("<b>", 7, None, ["A"]):
            self.assertEqual(shown(noise), "")

    def test_an_option_that_a_role_needs_is_asked_for(self):
        values = {
            "name": "Head",
            "lane_id": self.lane.id,
            "driver": "tcp_head",
            "url": "tcp://10.0.0.9",
        }
        with self.assertRaises(ValidationError):
            self.env["scenic.device"].create(values | {"role": "terminal"})
        head = self.env["scenic.device"].create(values | {"role": "reader"})
        with self.assertRaises(ValidationError):
            head.role = "terminal"
        head.write({"role": "terminal", "options": {"good": "06"}})
        with self.assertRaises(ValidationError):
            head.url = "http://10.0.0.9"


@tagged("post_install", "-at_install")
class TestGateDeviceKeys(GateCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lane, cls.other = cls.box.lane_ids[0], cls.north.lane_ids[0]
        cls.manager = common_scenic.make_user(cls.env, "gate-boss", "manager")
        cls.attendant = common_scenic.make_user(cls.env, "gate-help", "attendant")
        cls.reader, cls.door, cls.twin = (
            cls.env["scenic.device"].create(
                {
                    "name": name,
                    "lane_id": lane.id,
                    "role": role,
                    "driver": "osdp",
                    "url": "/dev/serial/by-path/reader",
                    "options": options,
                }
            )
            for name, lane, role, options in (
                ("Card reader", cls.lane, "reader", {"addr": 5}),
                ("Door", cls.lane, "barrier", {"addr": "5"}),
                ("Twin", cls.other, "reader", {"addr": 5}),
            )
        )
        cls.box.state = "paired"

    def give(self, device=None, user=None, action="keyset"):
        """Have somebody give the order by the wizard; return the command."""
        user = user or self.manager
        device = (device or self.reader).with_user(user)
        before = self.env["scenic.gate.command"].search([])
        window = device.action_install_key() if action == "keyset" else device.action_restart()
        wizard = self.env["scenic.device.order"].with_user(user)
        wizard.with_context(**window["context"]).create({"reason": "New reader"}).action_send()
        return self.env["scenic.gate.command"].search([]) - before

    def told(self, device=None):
        """What the box is told of a device."""
        return (device or self.reader)._options_for_box()

    def answer(self, command, result):
        acks = [{"uid": command.uid, "result": result}]
        self.env["scenic.gate.command"]._acknowledge(self.box.id, acks)

    def test_a_manager_has_the_box_install_a_key(self):
        self.assertEqual(self.reader.key_state, "clear")
        self.assertNotIn("password", self.told())
        command = self.give()
        key = self.told()["password_new"]
        self.assertEqual(len(bytes.fromhex(key)), 16)
        self.assertEqual(self.told()["password"], "default")
        self.assertEqual(self.told(self.door), self.told() | {"addr": "5"})
        self.assertNotIn("password_new", self.told(self.twin))  # another box, another wire
        self.assertEqual((command.action, command._message()["code"]), ("keyset", "Card reader"))
        self.assertNotIn(key, json.dumps(command._message()))
        self.assertEqual(self.reader.key_state, "waiting")
        self.answer(command, "done")
        for part in (self.reader, self.door):
            self.assertEqual((part.password, part.new_key), (key, False))
            self.assertEqual(part.key_state, "own")
        self.assertEqual(command.state, "done")
        # another one, from the key it has to the next
        self.answer(self.give(self.door), "done")
        self.assertNotEqual(self.reader.password, key)

    def test_what_the_device_did_not_take_is_forgotten_and_what_nobody_knows_is_kept(self):
        for result in ("refused", "not_sent", "busy", "no_device", "bad_action", "expired"):
            command = self.give()
            self.answer(command, result)
            self.assertEqual(command.state, "failed")
            self.assertEqual((self.reader.password, self.reader.new_key), (False, False), result)
        command = self.give()
        key = self.told()["password_new"]
        self.answer(command, "unknown")
        self.assertEqual((self.reader.key_state, self.told()["password_new"]), ("waiting", key))
        # the next order is about the same key: the device may have it
        command = self.give()
        self.assertEqual(self.told(self.door)["password_new"], key)
        self.answer(command, "done")
        self.assertEqual(self.door.password, key)

    def test_one_order_for_a_key_at_a_time(self):
        command = self.give()
        for device in (self.reader, self.door):
            with self.assertRaises(UserError):
                self.give(device)
        command.expires = 1  # the box was away
        self.give()

    def test_a_key_that_somebody_types_is_the_one(self):
        command = self.give()
        self.reader.password = "default"
        self.assertFalse(self.reader.new_key)
        self.answer(command, "done")
        self.assertEqual(self.reader.password, "default")

    def test_only_managers_order_devices_and_nobody_reads_keys(self):
        with self.assertRaises(AccessError):
            self.give(user=self.attendant)
        with self.assertRaises(AccessError):
            self.reader.with_user(self.attendant)._give_order("keyset", "why")
        self.give()
        reader = self.reader.with_user(self.manager)
        self.assertNotIn("new_key", reader.fields_get())
        with self.assertRaises(AccessError):
            reader.read(["new_key"])
        self.assertEqual(reader.key_state, "waiting")
        choices = self.env["scenic.gate.order"].fields_get(["action"])["action"]["selection"]
        self.assertFalse({"keyset", "restart"} & set(dict(choices)))

    def test_an_order_that_a_driver_does_not_know_is_not_given(self):
        with self.assertRaises(UserError):
            self.give(action="restart")
        face = self.env["scenic.device"].create(
            {
                "name": "Face",
                "lane_id": self.lane.id,
                "role": "reader",
                "driver": "http_terminal",
                "url": "http://10.0.0.8:8090",
                "options": {"profile": "uface", "path": "/u/1"},
            }
        )
        with self.assertRaises(UserError):
            self.give(face)
        self.assertEqual(self.give(face, action="restart").device_name, "Face")
