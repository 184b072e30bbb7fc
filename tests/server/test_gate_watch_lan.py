"""Boxes that do not hear each other: one incident that says which way is cut, closed when it is
not.
"""

import time

from common_board import STATUS, BoardCase
from common_gate import make_box

from odoo import fields
from odoo.tests import tagged

LONG = 600  # seconds: beyond the threshold


@tagged("post_install", "-at_install")
class TestGateWatchLan(BoardCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.north = make_box(cls.park, "North Gate House", ("N1",))
        cls.west = make_box(cls.park, "West Gate House", ("W1",))
        cls.boxes = cls.box + cls.north + cls.west
        for number, box in enumerate(cls.boxes, 1):
            box.write({"lan_address": f"10.1.0.{number}", "last_seen": fields.Datetime.now()})
        cls.cut()

    @classmethod
    def cut(cls, *pairs, ago=LONG, **changes):
        """Let box a not hear box b for each (a, b); everybody else is heard."""
        now = time.time()
        for box in cls.boxes:
            peers = {
                str(peer.id): {
                    "name": peer.name,
                    "alive": (box, peer) not in pairs,
                    "heard": now - ago if (box, peer) in pairs else now,
                    "behind": 0,
                }
                for peer in cls.boxes - box
            }
            box.status = STATUS | {"time": now, "started": now - 9000, "peers": peers} | changes

    def watch(self):
        self.env["scenic.gate.watch"]._watch(self.park.site)

    def alarms(self):
        return self.env["scenic.incident"].search(
            [("kind", "=", "lan_cut"), ("site_id", "=", self.park.site.id)], order="id"
        )

    def both(self, one, other):
        return (one, other), (other, one)

    def test_boxes_that_hear_each_other_raise_nothing(self):
        self.watch()
        self.assertFalse(self.alarms())
        self.assertNotIn("lan", self.tile()["warnings"])

    def test_a_cut_between_two_is_one_incident_until_it_is_mended(self):
        self.cut(*self.both(self.box, self.north))
        self.watch()
        self.watch()
        alarm = self.alarms()
        self.assertEqual((len(alarm), alarm.state, alarm.box_id), (1, "open", self.box))
        for word in (self.box.name, self.north.name, "10.1.0.1", "10.1.0.2", "7469"):
            self.assertIn(word, alarm.facts)
        self.assertIn("lan", self.tile()["warnings"])
        self.assertNotIn("lan", self.tile(self.west.lane_ids)["warnings"])
        self.cut()
        self.watch()
        self.assertEqual((alarm.state, alarm.outcome_kind), ("done", "over"))
        self.assertNotIn("lan", self.tile()["warnings"])

    def test_one_direction_is_told_as_such(self):
        self.cut(*self.both(self.box, self.north))
        self.watch()
        mutual = self.alarms().facts
        self.cut()
        self.watch()
        self.cut((self.north, self.box))
        self.watch()
        alarm = self.alarms()[-1]
        self.assertEqual((alarm.state, alarm.box_id.id in self.boxes.ids), ("open", True))
        self.assertNotEqual(alarm.facts, mutual)
        self.assertLess(alarm.facts.index("10.1.0.1"), alarm.facts.index("10.1.0.2"))

    def test_a_box_that_is_cut_off_from_all_is_one_incident(self):
        pairs = self.both(self.west, self.box) + self.both(self.west, self.north)
        self.cut(*pairs)
        self.watch()
        alarm = self.alarms()
        self.assertEqual((len(alarm), alarm.box_id), (1, self.west))
        self.assertIn("10.1.0.3", alarm.facts)

    def test_a_short_silence_is_none(self):
        self.cut(*self.both(self.box, self.north), ago=60)
        self.watch()
        self.assertFalse(self.alarms())

    def test_the_threshold_is_the_sites_and_may_be_off(self):
        self.cut(*self.both(self.box, self.north), ago=60)
        self.park.site.alarm_peer_min = 1
        self.watch()
        self.assertEqual(len(self.alarms()), 1)
        self.park.site.alarm_peer_min = 0
        self.watch()
        self.assertEqual(self.alarms().state, "done")
        self.assertNotIn("lan", self.tile()["warnings"])

    def test_a_box_that_is_silent_to_the_server_too_is_another_incident(self):
        self.cut(*self.both(self.box, self.north))
        self.north.last_seen = fields.Datetime.subtract(fields.Datetime.now(), hours=1)
        self.watch()
        self.assertFalse(self.alarms())

    def test_a_box_that_never_heard_a_peer_since_it_began(self):
        self.cut((self.box, self.north), (self.north, self.box))
        status = self.box.status
        status["peers"][str(self.north.id)]["heard"] = None
        self.box.status = dict(status)
        self.watch()
        self.assertEqual(len(self.alarms()), 1)

    def test_a_port_that_cannot_be_had_is_told(self):
        self.cut(claims={"error": "UDP port 7469: in use"})
        self.watch()
        self.assertEqual(len(self.alarms()), 3)
        self.assertIn("UDP port 7469", self.alarms()[0].facts)
        self.cut(hands={"error": ""}, claims={"error": ""})
        self.watch()
        self.assertEqual(set(self.alarms().mapped("state")), {"done"})

    def test_whatever_a_status_holds_raises_nothing(self):
        for peers in ("x", [], {"x": {}}, {"7": 3}, {"8": {"alive": False, "heard": "x"}}, None):
            for moment in (None, "x", 1e300, time.time()):
                self.box.status = STATUS | {"peers": peers, "time": moment, "started": moment}
                self.watch()
        self.assertFalse(self.alarms())
