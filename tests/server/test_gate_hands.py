"""Handhelds that claim at boxes: who is told which key, and the books of such a passage."""

import json

import common_scenic
from common_gate import Journal, make_box
from common_handheld import Phone
from common_scenic import make_park, make_tickets, make_user
from merged_handlers import parse

from odoo.exceptions import ValidationError
from odoo.tests import HttpCase, tagged

from odoo.addons.scenic_gate_iot.iot_handlers.scenic_gate import hand_wire


@tagged("post_install", "-at_install")
class TestGateHands(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.park = make_park(cls.env)
        cls.box = make_box(cls.park)
        make_user(cls.env, "hands_anna", "attendant", company=cls.park.company)

    def setUp(self):
        super().setUp()
        self.authenticate("hands_anna", "hands_anna")
        place = f"{self.park.site.id}:{self.park.gate.id}:{self.park.south.id}"
        self.phone = Phone(self.post)
        self.phone.enrol(place)
        self.assertEqual(self.phone.begin(place)[0], 200)
        self.hand = self.env["scenic.box"].search([("identifier", "=", self.phone.device)])

    def post(self, path, headers, data):
        self.env.flush_all()
        answer = self.url_open(path, data=data, headers=headers, method="POST")
        self.env.invalidate_all()
        return answer

    def tearDown(self):
        common_scenic.assert_balanced(self.env)
        super().tearDown()

    def net(self, ticket):
        uses = ticket.redemption_ids
        return sum(1 if use.kind == "use" else -1 for use in uses)

    def excess(self):
        return self.env["scenic.incident"].search(
            [("site_id", "=", self.park.site.id), ("kind", "=", "excess")]
        )

    def config(self, box):
        self.env.flush_all()
        return self.env["scenic.gate.config"]._for_box(box)[1]

    def test_a_lone_box_hears_its_handhelds_and_they_know_where_it_is(self):
        self.assertNotIn("lan", self.config(self.box))
        self.assertNotIn("boxes", self.config(self.hand))
        self.box.lan_address = "10.1.0.1"
        hands = self.config(self.box)["lan"]["hands"]
        self.assertEqual((hands["port"], hands["devices"]), (7469, self.hand.ids))
        told = self.config(self.hand)["boxes"]
        key = hand_wire.device_key(bytes.fromhex(hands["key"]), self.hand.id)
        self.assertEqual((told["device"], told["key"]), (self.hand.id, key.hex()))
        (box,) = told["boxes"]
        mask = 1 << self.park.south.bit
        self.assertEqual(
            (box["box"], box["url"], box["entrances"]),
            (self.box.id, "http://10.1.0.1:7469", mask),
        )
        parsed = parse(json.loads(json.dumps(self.config(self.box))))
        self.assertEqual(parsed.lan.hands.devices, frozenset(self.hand.ids))

    def test_a_handheld_knows_its_own_key_only_and_no_table_holds_it(self):
        self.box.lan_address = "10.1.0.1"
        told = self.config(self.hand)
        self.assertNotIn("lan", told)
        site_key = self.config(self.box)["lan"]["hands"]["key"]
        self.assertNotIn(site_key, json.dumps(told))
        for box in (self.box, self.hand):
            rows = json.dumps(box.sudo().read()[0], default=str)
            self.assertNotIn(site_key, rows)
            self.assertNotIn(told["boxes"]["key"], rows)

    def test_a_blocked_device_is_no_longer_heard(self):
        self.box.lan_address = "10.1.0.1"
        before = self.env["scenic.gate.config"]._for_box(self.box)[0]
        self.hand.with_user(self.env.ref("base.user_admin")).action_block()
        self.env.flush_all()
        after, config = self.env["scenic.gate.config"]._for_box(self.box)
        self.assertNotEqual(before, after)
        self.assertNotIn("lan", config)

    def test_the_address_for_handhelds_may_be_another(self):
        self.box.write({"lan_address": "10.1.0.1", "hand_url": "https://gate1.park.example"})
        (box,) = self.config(self.hand)["boxes"]["boxes"]
        self.assertEqual(box["url"], "https://gate1.park.example")
        for bad in ("gate1", "ftp://10.1.0.1", "http://10.1.0.1/x", "http://a b"):
            with self.assertRaises(ValidationError):
                self.box.hand_url = bad

    def test_boxes_of_another_site_hear_nothing_of_it(self):
        other = self.env["scenic.site"].create(
            {"name": "Hill", "code": self.park.site.code + 7, "tz": "Asia/Shanghai"}
        )
        far = make_box(self.park, "Far", ())
        far.write({"site_id": other.id, "lan_address": "10.1.0.7"})
        self.assertNotIn("lan", self.config(far))

    def test_a_passage_that_was_claimed_counts_once_and_boxes_learn_whose_it_is(self):
        """A box granted the claim; the facts come from the handheld alone."""
        ticket = make_tickets(self.park)
        op = self.phone.journal.reserve(ticket, mode="online")
        self.phone.sync()
        self.phone.sync()
        self.assertEqual(self.net(ticket), 1)
        (row,) = self.env["scenic.ticket.change"]._tickets(
            self.park.site, f"{self.box.id}:{'0' * 16}", ticket.ids
        )
        # so that the claim, which has this number, is not added to the use
        self.assertEqual(row["w"], {f"{self.hand.id}:{self.phone.journal.epoch}": 1})
        self.phone.journal.write("closed", ticket, pax=1, op=op)
        self.phone.sync()
        self.assertEqual(self.net(ticket), 1)
        self.assertFalse(self.excess())

    def test_a_copy_in_two_parts_of_a_cut_lan_is_one_incident_with_both(self):
        ticket = make_tickets(self.park)
        self.phone.journal.reserve(ticket, mode="degraded")
        self.phone.sync()
        journal = Journal()
        journal.reserve(ticket, mode="degraded")
        self.env["scenic.gate.intake"]._take(self.box, journal.epoch, journal.facts)
        self.env.invalidate_all()
        self.assertEqual(self.net(ticket), 1)
        incident = self.excess()
        self.assertEqual((len(incident), incident.persons), (1, 1))
        self.assertIn(self.phone.lane, incident.facts)
