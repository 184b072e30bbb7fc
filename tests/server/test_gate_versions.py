"""Which version of a policy judged a passage that a gate decided without asking."""

from datetime import datetime, timedelta

import common_gate
import common_publish
from common_scenic import make_tickets, to_unix

from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestGateVersions(common_publish.PublishCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.box = common_gate.make_box(cls.park)

    def send(self, moment):
        """Send the box its configuration as it was at ``moment``."""
        _revision, config = self.env["scenic.gate.config"]._for_box(self.box)
        rules = self.env["scenic.box.rules"]
        known = rules.search_count([("box_id", "=", self.box.id)])
        rules._note(self.box, config)
        sent = rules.search([("box_id", "=", self.box.id)], limit=1, order="id desc")
        if rules.search_count([("box_id", "=", self.box.id)]) > known:
            sent.sudo().sent_at = moment
            self.env.flush_all()
            self.env.cr.cache.pop("scenic_box_rules", None)
        return sent

    def passage(self, ticket, moment):
        journal = common_gate.Journal()
        journal.clock = int(to_unix(moment) * 1000)
        journal.reserve(ticket)
        self.env["scenic.gate.intake"]._take(self.box, journal.epoch, journal.facts)
        self.env.invalidate_all()
        return ticket.redemption_ids

    def test_passage_names_the_version_the_box_had(self):
        start = datetime(2027, 1, 15, 1, 0)
        early, late, before = make_tickets(self.park, count=3)
        self.send(start)
        old = self.park.policy.version
        self.park.policy.staff_pax = 8
        self.send(start + timedelta(hours=2))
        # reported in any order, long after the change
        use = self.passage(late, start + timedelta(hours=3))
        self.assertEqual(use.policy_version, old + 1)
        use = self.passage(early, start + timedelta(hours=1))
        self.assertEqual(use.policy_version, old)
        self.assertEqual(use.policy_version_id.number, old)
        fact = self.env["scenic.gate.fact"].search([("uid", "=", early.uid)])
        self.assertEqual(fact.policy_version_id, use.policy_version_id)
        # what the box decided by before anybody kept it, nobody knows
        self.assertFalse(self.passage(before, start - timedelta(hours=1)).policy_version)

    def test_same_rules_are_noted_once(self):
        first = self.send(datetime(2027, 1, 15, 1, 0))
        self.assertEqual(self.send(datetime(2027, 1, 15, 2, 0)), first)

    def test_box_that_gets_rules_is_noted(self):
        journal = common_gate.Journal()
        _revision, config = self.env["scenic.gate.config"]._for_box(self.box)
        from odoo.addons.scenic_gate_iot.tools.sync_request import SyncRequest

        message = SyncRequest(
            **{
                "epoch": journal.epoch,
                "facts": [],
                "oldest": 1,
                "acks": [],
                "config_rev": "",
                "cursor": 0,
                "status": {},
            }
        )
        self.env["scenic.gate.sync"]._give(self.box.id, message)
        sent = self.env["scenic.box.rules"].search([("box_id", "=", self.box.id)])
        numbers = {str(rule["product"]): rule["version"] for rule in config["rules"]}
        self.assertEqual(sent.versions, numbers)
