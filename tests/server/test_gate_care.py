"""Attendants of the lane page, handler updates and emergencies, as the server sees them."""

import io
import json
import zipfile
from datetime import timedelta
from unittest.mock import patch

from common_gate import Journal, signed
from common_scenic import make_user
from gate_case import GateCase
from gate_http_case import GateHttpCase

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from odoo.addons.scenic_gate_iot.iot_handlers.scenic_gate import auth
from odoo.addons.scenic_gate_iot.iot_handlers.scenic_gate import facts as gate_facts
from odoo.addons.scenic_gate_iot.iot_handlers.scenic_gate.lane_access import pin_hash
from odoo.addons.scenic_gate_iot.tools import handler_zip

ATTENDANT, MANAGER = "scenic_ticketing.group_attendant", "scenic_ticketing.group_manager"


@tagged("post_install", "-at_install")
class TestGateAttendants(GateCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = make_user(cls.env, "lina", ATTENDANT, company=cls.park.company)
        cls.manager = make_user(cls.env, "boss", MANAGER, company=cls.park.company)
        cls.attendant = (
            cls.env["scenic.gate.attendant"]
            .with_user(cls.manager)
            .create({"user_id": cls.user.id, "site_id": cls.park.site.id, "new_pin": "482915"})
        )

    def page(self, box=None):
        return self.env["scenic.gate.config"]._for_box(box or self.box)[1]["page"]

    def test_a_pin_is_kept_as_a_slow_hash_only_and_reaches_the_box(self):
        known = self.page()["attendants"][self.attendant.number]
        self.assertEqual(known["hash"], pin_hash("482915", bytes.fromhex(known["salt"])).hex())
        self.env.flush_all()
        self.env.cr.execute("SELECT to_jsonb(a) FROM scenic_gate_attendant a")
        self.assertNotIn("482915", json.dumps(self.env.cr.fetchall()))
        self.assertFalse(self.attendant.new_pin)

    def test_a_new_pin_and_leaving_change_what_the_box_is_told(self):
        config = self.env["scenic.gate.config"]
        revision = config._for_box(self.box)[0]
        self.attendant.with_user(self.user).new_pin = "kestrel9"
        self.assertNotEqual(config._for_box(self.box)[0], revision)
        known = self.page()["attendants"][self.attendant.number]
        self.assertEqual(known["hash"], pin_hash("kestrel9", bytes.fromhex(known["salt"])).hex())
        self.user.active = False
        self.assertEqual(self.page()["attendants"], {})
        self.user.active = True
        self.attendant.box_ids = self.north
        self.assertEqual(self.page()["attendants"], {})
        self.assertIn(self.attendant.number, self.page(self.north)["attendants"])

    def test_easy_pins_are_refused(self):
        for pin in ("12345", "111111", "123456", "987654", "abcdef", self.user.login):
            with self.assertRaises(ValidationError, msg=pin):
                self.attendant.new_pin = pin

    def test_attendants_change_their_own_pin_and_nothing_else(self):
        mine = self.attendant.with_user(self.user)
        self.assertEqual(mine.action_my_pin()["res_id"], self.attendant.id)
        with self.assertRaises(AccessError):
            mine.site_id = self.park.site
        with self.assertRaises(AccessError):
            mine.read(["salt"])
        other = make_user(self.env, "other", ATTENDANT, company=self.park.company)
        with self.assertRaises(AccessError):
            self.attendant.with_user(other).new_pin = "664422"
        told = self.env["scenic.gate.attendant"].with_user(other).action_my_pin()
        self.assertEqual(told["tag"], "display_notification")
        with self.assertRaises(AccessError):
            self.env["scenic.gate.attendant"].with_user(self.user).create(
                {"user_id": other.id, "site_id": self.park.site.id}
            )

    def test_letting_in_by_hand_is_an_incident_that_names_the_attendant(self):
        journal = Journal()
        code = f"@{self.attendant.number} Mayor"
        journal.write(gate_facts.STAFF, reason="A_OPEN", code=code)
        journal.write(gate_facts.OPENED, reason="M_GUEST", code=code, pax=2)
        verdicts = self.take(journal)[1]
        self.assertEqual(verdicts, {1: "recorded", 2: "recorded"})
        incident = self.incidents("manual")
        self.assertEqual((len(incident), incident.persons, incident.box_id), (1, 2, self.box))
        self.assertIn(self.user.name, incident.facts)
        self.assertIn("Mayor", incident.facts)
        self.assertEqual(self.fact(journal, 1).attendant_id, self.attendant)

    def test_wrong_pins_are_an_incident(self):
        journal = Journal(lane="")
        journal.write(gate_facts.STAFF, zone=None, reason="A_LOCKED", code="@999", pax=0)
        self.take(journal)
        self.assertEqual(len(self.incidents("pin_locked")), 1)

    def test_an_emergency_is_one_record_with_who_ended_it(self):
        journal = Journal()
        journal.write(gate_facts.EMERGENCY_ON, pax=0)
        self.take(journal)
        found = self.env["scenic.gate.emergency"].search([("box_id", "=", self.box.id)])
        self.assertEqual((found.state, found.lane_id.code), ("open", "G1"))
        journal.write(gate_facts.EMERGENCY_ON, pax=0)  # said again after a power cut
        code = f"@{self.attendant.number}"
        journal.clock += 600_000
        journal.write(gate_facts.EMERGENCY_OFF, pax=17, code=code)
        self.take(journal, journal.facts[1:])
        self.take(journal)  # repeated
        self.assertEqual(
            self.env["scenic.gate.emergency"].search([("box_id", "=", self.box.id)]), found
        )
        self.assertEqual((found.state, found.persons, found.user_id), ("done", 17, self.user))
        self.assertGreater(found.minutes, 0)

    def test_an_emergency_ended_by_an_order_names_who_gave_it(self):
        lane = self.box.lane_ids
        order = (
            self.env["scenic.gate.command"]
            .with_user(self.manager)
            ._give(lane, "reset", "Checked the hall")
        )
        journal = Journal()
        journal.write(gate_facts.EMERGENCY_ON, pax=0)
        journal.write(gate_facts.EMERGENCY_OFF, pax=1, code=f"#{order.uid}")
        self.take(journal)
        found = self.env["scenic.gate.emergency"].search([("box_id", "=", self.box.id)])
        self.assertEqual(found.user_id, self.manager)


@tagged("post_install", "-at_install")
class TestGateHandlers(GateCase):
    def seen(self, **handlers):
        told = {"hash": "a" * 64, "state": "steady", "error": "", "events": []} | handlers
        self.env.flush_all()
        self.box._seen({"handlers": told}, 0.0)

    def events(self, *events):
        return [{"t": 1_800_000_000 + n, "what": what, "hash": "b" * 64, "why": "time"}
                for n, what in enumerate(events)]  # fmt: skip

    def test_history_is_kept_once_and_a_way_back_is_an_incident(self):
        for _ in range(3):
            self.seen(events=self.events("swapped", "rolled_back"), state="rejected")
            self.seen(events=self.events("swapped", "rolled_back"), state="steady")
        self.assertEqual(
            self.box.update_ids.sorted("happened_at").mapped("what"), ["swapped", "rolled_back"]
        )
        self.assertEqual(len(self.incidents("update_failed")), 1)
        self.assertEqual(self.box.handlers_state, "steady")

    def test_what_a_box_says_may_be_anything(self):
        for told in ({"events": 7}, {"events": [1, {}, {"what": "swapped"}]}, {"hash": 1},
                     {"events": [{"what": "swapped", "hash": "x", "t": "never"}]}):  # fmt: skip
            self.seen(**told)
        self.assertFalse(self.box.update_ids)

    def test_they_may_be_changed_when_the_park_is_closed_or_somebody_says_so(self):
        site = type(self.park.site)
        with patch.object(site, "_gate_is_open", lambda self: True):
            self.assertFalse(self.box._handlers_offer()["go"])
            self.box._order_update("Relay of lane 1")
            offer = self.box._handlers_offer()
            self.assertTrue(offer["go"])
            self.assertTrue(offer["order"])
            self.box.handlers_order_at -= timedelta(hours=2)
            self.assertFalse(self.box._handlers_offer()["go"])
        with patch.object(site, "_gate_is_open", lambda self: False):
            self.assertTrue(self.box._handlers_offer()["go"])
            self.box.handlers_auto_update = False
            self.assertFalse(self.box._handlers_offer()["go"])
        self.assertEqual(self.box.update_ids.mapped("why"), ["Relay of lane 1"])


@tagged("post_install", "-at_install")
class TestGateHandlersRoute(GateHttpCase):
    def ask(self, body, **options):
        headers, data = signed(self.box, auth.HANDLERS_PATH, body, **options)
        self.env.flush_all()
        answer = self.url_open(auth.HANDLERS_PATH, data=data, headers=headers, method="POST")
        return headers[auth.H_NONCE], answer

    def test_a_box_gets_what_it_was_told_of_signed_and_nobody_else_does(self):
        name = self.box._handlers_offer()["hash"]
        nonce, answer = self.ask({"v": 1, "hash": name})
        self.assertEqual(answer.status_code, 200)
        signature = answer.headers[auth.H_SIGNATURE]
        self.assertTrue(
            auth.verify_reply(self.box.sudo().token, nonce, 200, answer.content, signature)
        )
        self.assertLess(len(answer.content), auth.MAX_BODY)
        archive = zipfile.ZipFile(io.BytesIO(answer.content))
        files = {file: archive.read(file) for file in archive.namelist()}
        self.assertEqual(handler_zip.etag(files, handler_zip.GATE_SALT), name)
        self.assertIn("scenic_gate/lane_page.html", files)
        self.assertNotIn("drivers/serial_base_driver.py", files)
        self.assertEqual(self.ask({"v": 1, "hash": name}, token="x")[1].status_code, 401)
        self.assertEqual(self.ask({"v": 1, "hash": "0" * 64})[1].status_code, 400)
        self.assertEqual(self.ask(b"x" * 2000)[1].status_code, 413)
