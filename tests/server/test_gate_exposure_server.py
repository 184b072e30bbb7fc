"""How much a box may let in without the server: what it is told, and what it tells."""

from common_scenic import make_user
from gate_case import GateCase
from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger


def told(cents=0, stage=0, limit=100, **more):
    return {"exposure": {"cents": cents, "limit_cents": limit, "stage": stage}, **more}


@tagged("post_install", "-at_install")
class TestGateExposure(GateCase):
    def config(self):
        self.env.flush_all()
        return self.env["scenic.gate.config"]._for_box(self.box)[1]["exposure"]

    def seen(self, status):
        """The box calls, long after the last time."""
        self.env.cr.execute("UPDATE scenic_box SET last_seen = NULL WHERE id = %s", [self.box.id])
        self.box._seen(status, 0.0)
        self.env.invalidate_all()

    def test_a_box_is_told_its_limit_and_what_a_passage_is_worth(self):
        site = self.park.site
        site.gate_exposure_limit = 1234.5
        found = self.config()
        self.assertEqual(found["limit_cents"], 123450)
        self.assertEqual((found["risky_percent"], found["unlisted_percent"]), (50, 80))

        def worth(product):
            return found["values"][str(product.gate_product_code)]

        # per person, and a ticket of two zones is used up in halves
        self.assertEqual(worth(self.park.adult), 8000)
        self.assertEqual(worth(self.park.combo), 7500)
        self.assertEqual(worth(self.park.family), 6667)
        site.gate_exposure_risky = 30
        self.assertEqual(self.config()["risky_percent"], 30)

    def test_much_let_in_is_one_incident_with_the_amount_until_it_is_over(self):
        self.seen(told(50_00, 1))
        self.seen(told(90_00, 2))
        incident = self.incidents("exposure")
        self.assertEqual(len(incident), 1)
        self.assertEqual((incident.amount, incident.state), (90, "open"))
        self.assertTrue(incident.user_id)
        self.assertEqual((self.box.exposed, self.box.exposure_stage), (90, "2"))
        self.seen(told())
        self.assertEqual(incident.state, "done")
        self.assertFalse(self.box.exposure_stage)

    def test_the_part_of_the_limit_is_that_of_the_limit_the_box_follows(self):
        """The site's was raised since; and a box that says nothing of its own has the site's."""
        self.park.site.gate_exposure_limit = 1000
        limit = self.park.site.currency_id.format
        self.seen(told(90_00, 2, limit=100_00))
        incident = self.incidents("exposure")
        self.assertIn("90 %", incident.facts)
        self.assertIn(limit(100), incident.facts)
        for nothing in (None, "x", -1, 0, True, 2**60):
            self.seen(told(90_00, 2, limit=nothing))
            self.assertIn("9 %", incident.facts)
            self.assertNotIn("90 %", incident.facts)
            self.assertIn(limit(1000), incident.facts)

    def test_a_disk_that_refuses_is_told_and_is_an_incident(self):
        self.seen(told(store="database or disk is full"))
        incident = self.incidents("box_disk")
        self.assertEqual((len(incident), incident.gate_key), (1, f"disk:{self.box.id}"))
        self.assertIn("full", self.box.trouble)
        self.seen(told(store=""))
        self.assertEqual(incident.state, "done")
        self.assertFalse(self.box.trouble)

    def test_a_confused_status_opens_nothing(self):
        for bad in (None, [], {"cents": "x", "stage": 3}, {"cents": -1, "stage": 2}, {"stage": 1}):
            self.seen({"exposure": bad, "store": 7})
        self.assertFalse(self.incidents("exposure", "box_disk"))
        self.assertEqual(self.box.exposed, 0)

    @mute_logger("odoo.sql_db")
    def test_parts_of_a_limit_are_percents(self):
        with self.assertRaises(CheckViolation):
            self.park.site.gate_exposure_risky = 101
            self.env.flush_all()

    def test_only_managers_change_the_limit(self):
        user = make_user(self.env, "exposure_attendant", "attendant")
        with self.assertRaises(AccessError):
            self.park.site.with_user(user).gate_exposure_limit = 0
