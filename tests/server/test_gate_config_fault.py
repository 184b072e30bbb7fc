"""A configuration that cannot be made: the box is served without it, and people are told why."""

from unittest.mock import patch

from common_gate import Journal, signed
from common_scenic import make_tickets
from gate_http_case import GateHttpCase
from psycopg2 import OperationalError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.scenic_gate_iot.iot_handlers.scenic_gate import auth
from odoo.addons.scenic_gate_iot.models import scenic_box_config
from odoo.addons.scenic_gate_iot.tools.config_fault import reason

QUIET = "odoo.addons.scenic_gate_iot.models.scenic_box_config"


@tagged("post_install", "-at_install")
class TestGateConfigFault(GateHttpCase):
    def setUp(self):
        super().setUp()
        again = patch.dict(scenic_box_config._again_at, clear=True)
        again.start()
        self.addCleanup(again.stop)

    def fail(self, model, method, error, number=None):
        """Let ``method`` of a model fail, of one record or of all; made configurations are gone."""
        kind = type(self.env[model])
        good = getattr(kind, method)

        def bad(records, *args):
            if number is None or number in records.ids:
                raise error
            return good(records, *args)

        self.env.registry.clear_cache()
        return patch.object(kind, method, bad)

    def incident(self):
        return self.env["scenic.incident"].search(
            [("kind", "=", "config"), ("box_id", "=", self.box.id)]
        )

    def test_the_rest_of_an_exchange_takes_place_and_the_last_configuration_stays(self):
        revision = self.sync(Journal())["config_rev"]
        self.box.lane_ids.name = "Another name"
        self.env["scenic.gate.command"]._give(self.box.lane_ids, "open", "A guest")
        ticket, journal = make_tickets(self.park), Journal()
        journal.pass_through(ticket)
        product = self.park.combo.product_tmpl_id or self.park.combo
        error = UserError("This product has no rule.")
        with (
            self.fail("product.template", "_scenic_rule", error, product.id),
            mute_logger(QUIET),
        ):
            answer = self.sync(journal, config_rev=revision)
            self.assertEqual((answer["config"], answer["config_rev"]), (None, revision))
            self.assertEqual(answer["acked_to"], len(journal.facts))
            self.assertIn(ticket.uid, [row["u"] for row in answer["tickets"]])
            self.assertEqual(len(answer["commands"]), 1)
            for word in (product.display_name, "This product has no rule."):
                self.assertIn(word, self.incident().facts)
                self.assertIn(word, self.box.config_fault)
            self.assertIn("config", self.board_warnings())
            scenic_box_config._again_at.clear()
            self.sync(journal, config_rev=revision)
            self.assertEqual((len(self.incident()), self.incident().state), (1, "open"))
        scenic_box_config._again_at.clear()
        answer = self.sync(journal, config_rev=revision)
        self.assertEqual([lane["name"] for lane in answer["config"]["lanes"]], ["Another name"])
        self.assertEqual(self.incident().state, "done")
        self.assertFalse(self.box.config_fault)
        self.assertNotIn("config", self.board_warnings())

    def board_warnings(self):
        lanes = self.env["scenic.gate.board"].action_board()["lanes"]
        return next(lane["warnings"] for lane in lanes if lane["box_id"] == self.box.id)

    def test_it_is_not_made_again_with_each_call(self):
        made = []
        builder = type(self.env["scenic.gate.config"])

        def build(config, *args):
            made.append(1)
            raise KeyError("zone")

        self.env.registry.clear_cache()
        with patch.object(builder, "_build", build), mute_logger(QUIET):
            for _turn in range(3):
                self.assertIsNone(self.sync(Journal())["config"])
        self.assertEqual(len(made), 1)
        self.assertIn(self.box.name, self.box.config_fault)
        self.assertIn("KeyError", self.box.config_fault)

    def test_a_device_is_named_also_where_its_name_is_what_is_wrong(self):
        device = self.env["scenic.device"].create(
            {
                "name": "Relay",
                "lane_id": self.box.lane_ids.id,
                "role": "barrier",
                "driver": "modbus_barrier",
                "url": "tcp://127.0.0.1:1",
            }
        )
        with (
            self.fail("scenic.device", "_options_for_box", ValueError("options")),
            self.fail("scenic.device", "_compute_display_name", ValueError("name")),
            mute_logger(QUIET),
        ):
            self.assertIsNone(self.sync(Journal())["config"])
            self.assertIn(str(device.id), self.box.config_fault)

    def test_a_database_that_is_away_is_no_fault_of_a_configuration(self):
        error = OperationalError("server closed the connection")
        headers, body = signed(self.box, auth.SYNC_PATH, Journal().message())
        with (
            self.fail("product.template", "_scenic_rule", error),
            mute_logger(QUIET, "odoo.http"),
        ):
            self.assertEqual(self.send(auth.SYNC_PATH, headers, body).status_code, 500)
        self.assertFalse(self.incident())
        self.assertTrue(self.sync(Journal())["config"])

    def test_a_box_that_refuses_its_configuration_is_an_incident_until_it_takes_one(self):
        def told(status):
            self.env.cr.execute(
                "UPDATE scenic_box SET last_seen = NULL WHERE id = %s", [self.box.id]
            )
            self.sync(Journal(), status=status)

        told({"config_error": "lane G1: no driver x"})
        self.assertEqual((len(self.incident()), self.incident().state), (1, "open"))
        self.assertIn("no driver x", self.incident().facts)
        for odd in (7, None, [], {"text": "x"}):
            told({"config_error": odd})
        self.assertEqual(self.incident().state, "done")

    def test_a_reason_is_one_short_line(self):
        self.assertEqual(reason(UserError("One.\nTwo.")), "One.")
        self.assertEqual(reason(KeyError("x")), "KeyError: 'x'")
        self.assertEqual(reason(ValueError("\n")), "ValueError")
        self.assertLessEqual(len(reason(ValueError("x" * 900))), 220)
