"""A box in contact with one lane, and people who look at its board."""

import time

import common_scenic
from common_gate import Journal, make_box
from common_scenic import make_user

from odoo import fields

MB = 1024**2
STATUS = {
    "version": "19.0.1.4.0",
    "disk_free": 9000 * MB,
    "clock": "ok",
    "lanes": {"G1": {"state": "idle", "usable": True, "since": 0, "devices": []}},
}


class BoardCase(common_scenic.ScenicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.park.site.write({"open_time": 0, "close_time": 24})
        cls.box = make_box(cls.park, last_seen=fields.Datetime.now(), status=STATUS)
        cls.lane = cls.box.lane_ids
        cls.attendant = make_user(cls.env, "board_attendant", "attendant")
        cls.manager = make_user(cls.env, "board_manager", "manager")
        cls.accountant = make_user(cls.env, "board_accountant", "accountant")

    def setUp(self):
        super().setUp()
        # in contact, however long the tests before this one took
        self.box.last_seen = fields.Datetime.now()

    def report(self, journal, box=None):
        self.env["scenic.gate.intake"]._take(box or self.box, journal.epoch, journal.facts)

    def journal(self, ago_s=0, **values):
        journal = Journal(**values)
        journal.clock = int((time.time() - ago_s) * 1000)
        return journal

    def board(self, user=None):
        return self.env["scenic.gate.board"].with_user(user or self.attendant).action_board()

    def tile(self, lane=None, user=None):
        lane = lane or self.lane
        (found,) = (item for item in self.board(user)["lanes"] if item["id"] == lane.id)
        return found
