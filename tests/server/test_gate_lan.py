"""Boxes that ask each other: what the server tells them, and what it makes of their reports."""

import json

from common_gate import Journal, make_lane
from common_scenic import make_tickets
from gate_case import GateCase
from merged_handlers import parse

from odoo.exceptions import ValidationError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestGateLan(GateCase):
    def lan(self, box):
        """Member `lan` of the configuration of a box, and its revision."""
        self.env.flush_all()
        revision, config = self.env["scenic.gate.config"]._for_box(box)
        return config.get("lan"), revision

    def join(self):
        self.box.lan_address, self.north.lan_address = "10.1.0.1", "10.1.0.2"
        return self.lan(self.box)[0], self.lan(self.north)[0]

    def test_boxes_of_a_site_learn_of_each_other(self):
        south, north = self.join()
        self.assertEqual(south["key"], north["key"])
        self.assertEqual(len(bytes.fromhex(south["key"])), 32)
        self.assertEqual((south["box"], south["port"]), (self.box.id, 7469))
        (peer,) = south["peers"]
        self.assertEqual(
            (peer["box"], peer["host"], peer["port"]), (self.north.id, "10.1.0.2", 7469)
        )
        config = parse(json.loads(json.dumps(self.env["scenic.gate.config"]._for_box(self.box)[1])))
        self.assertEqual(config.lan.peers[0].box, self.north.id)

    def test_an_address_that_the_box_told_is_enough(self):
        self.box.ip, self.north.ip = "10.1.0.1", "10.1.0.2"
        self.assertEqual(self.lan(self.box)[0]["peers"][0]["host"], "10.1.0.2")
        self.north.lan_address = "10.1.0.9"
        self.assertEqual(self.lan(self.box)[0]["peers"][0]["host"], "10.1.0.9")

    def test_a_box_without_peers_hears_nothing_of_it(self):
        self.assertIsNone(self.lan(self.box)[0])
        self.box.lan_address = "10.1.0.1"
        self.assertIsNone(self.lan(self.box)[0])

    def test_what_concerns_the_peers_changes_the_configuration(self):
        self.join()
        for change in (
            lambda: self.north.write({"lan_port": 7500}),
            lambda: self.north.write({"lan_address": "10.1.0.3"}),
            lambda: make_lane(self.park, self.north, "N9", entrance_id=False),
            lambda: self.north.write({"state": "blocked"}),
        ):
            before = self.lan(self.box)
            change()
            after = self.lan(self.box)
            self.assertNotEqual(before[0], after[0])
            self.assertNotEqual(before[1], after[1])
        self.assertIsNone(self.lan(self.box)[0])

    def test_entrances_of_a_box_are_those_of_its_lanes(self):
        self.join()
        mask = 1 << self.park.south.bit
        self.assertEqual(self.lan(self.box)[0]["entrances"], mask)
        make_lane(self.park, self.box, "OUT", zone_id=False, entrance_id=False, direction="out")
        self.assertEqual(self.lan(self.box)[0]["entrances"], mask)
        make_lane(self.park, self.box, "ANY", entrance_id=False)
        self.assertEqual(self.lan(self.box)[0]["entrances"], 0xFFFF)

    def test_the_key_is_in_no_table_and_another_site_has_another(self):
        south, _north = self.join()
        keys = self.env["scenic.keyring"]._keys()
        self.assertEqual(south["key"], keys.subkey("lan", self.park.site.code).hex())
        self.assertNotEqual(south["key"], keys.subkey("lan", self.park.site.code + 1).hex())
        self.assertNotIn(south["key"], json.dumps(self.box.read()[0], default=str))

    def test_an_address_must_be_one(self):
        for bad in ("gate.example", "10.1.0", "10.1.0.256", "::1"):
            with self.assertRaises(ValidationError):
                self.box.lan_address = bad

    def test_a_passage_that_no_peer_confirmed_is_kept_as_such_and_its_copy_found(self):
        ticket = make_tickets(self.park)
        south, north = Journal(), Journal(lane="N1")
        south.reserve(ticket, mode="degraded")
        north.reserve(ticket, mode="online")
        self.assertEqual(self.take(south)[1][1], "redeemed")
        self.assertEqual(ticket.redemption_ids.mode, "degraded")
        self.assertEqual(self.fact(south, 1).mode, "degraded")
        self.assertEqual(self.take(north, box=self.north)[1][1], "excess")
        self.assertEqual(self.incidents("excess").ticket_id, ticket)

    def test_boxes_learn_whose_uses_the_number_contains(self):
        ticket = make_tickets(self.park, self.park.family)
        journal = Journal()
        journal.write("boot", zone=None, lane="")
        journal.reserve(ticket, pax=1)
        self.take(journal)
        changes = self.env["scenic.ticket.change"]
        (row,) = changes._tickets(self.park.site, f"{self.north.id}:{'0' * 16}", ticket.ids)
        self.assertEqual(row["w"], {f"{self.box.id}:{journal.epoch}": 2})
        (own,) = changes._tickets(self.park.site, f"{self.box.id}:{journal.epoch}", ticket.ids)
        self.assertNotIn("w", own)

    def test_the_form_says_how_many_boxes_are_heard(self):
        self.assertFalse(self.box.lan_state)
        self.box.status = {"peers": {"7": {"alive": True}, "8": {"alive": False}, "9": "?"}}
        self.assertIn("1", self.box.lan_state)
        self.assertIn("3", self.box.lan_state)
