"""Sales of windows that race each other and the gates, over several connections."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import common_gate
import common_scenic
from common_gate import Journal, make_box
from common_scenic import open_window, order_data
from window_key import WindowKey

from odoo import api
from odoo.exceptions import ValidationError
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.scenic_gate_iot.tools.sync_request import SyncRequest
from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules.ticket_code import uid_hex

ROUNDS = 12


@tagged("post_install", "-at_install")
class TestWindowKeysConcurrency(common_scenic.CommittedCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.connect() as env:
            park = common_scenic.park_in(env, cls.ids)
            window = open_window(park, name="Key Window")
            cls.window_id, cls.user_id = window.id, window.env.uid
            cls.box_id = make_box(park).id
        cls.addClassCleanup(cls._remove_window)
        with cls.connect(cls.user_id) as env:
            site = common_scenic.park_in(env, cls.ids).site
            cls.key = WindowKey(env["pos.config"].browse(cls.window_id), site=site)
            cls.today = site._today()

    @classmethod
    def _remove_window(cls):
        with cls.connect() as env:
            common_gate.remove_boxes(common_scenic.park_in(env, cls.ids))
            window = env["pos.config"].browse(cls.window_id)
            common_scenic.remove_window(window)

    def order(self, env, **changed):
        """Return an order that was paid without the server."""
        window = env["pos.config"].browse(self.window_id)
        line = self.key.line(self.park_in(env).adult, self.today, **changed)
        return order_data(window, [line])

    def upload(self, data):
        """Send an order as the window does, in a request of its own."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, self.user_id, {})
            try:
                retrying(lambda: env["pos.order"].sync_from_ui([data]) and None, env)
            except ValidationError:
                # Odoo's answer to the slower copy of one order; the window has its receipt
                cr.rollback()

    def report(self, journal):
        message = journal.message()
        message.pop("v")
        with self.connect() as env:
            return env["scenic.gate.sync"]._serve(self.box_id, SyncRequest(**message), 0.0)

    def together(self, *jobs):
        barrier = Barrier(len(jobs))

        def run(job):
            barrier.wait(60)
            return job()

        with (
            mute_logger("odoo.sql_db", "odoo.service.model"),
            ThreadPoolExecutor(len(jobs)) as pool,
        ):
            return list(pool.map(run, jobs))

    def test_a_sale_and_its_passage_that_arrive_together_are_settled_at_once(self):
        """No later report and no cron: whoever commits last finds the other."""
        for _round in range(ROUNDS):
            with self.connect(self.user_id) as env:
                data = self.order(env)
            uid = uid_hex(self.key.kid << 32 | self.key.next - 1)
            journal = Journal()
            journal.pass_through(uid)
            self.together(lambda d=data: self.upload(d), lambda j=journal: self.report(j))
            with self.connect() as env:
                ticket = env["scenic.ticket"].search([("uid", "=", uid)])
                self.assertEqual((ticket.state, ticket.used_count), ("used", 1))
                self.assertFalse(env["scenic.gate.orphan"].search([("uid", "=", uid)]))

    def test_one_number_in_two_orders_at_once(self):
        for _round in range(4):
            with self.connect(self.user_id) as env:
                first = self.order(env)
                self.key.next -= 1
                # another ticket, not the same once more
                second = self.order(env, flags=0)
            serial = self.key.next - 1
            self.together(lambda d=first: self.upload(d), lambda d=second: self.upload(d))
            with self.connect() as env:
                uuids = [first["uuid"], second["uuid"]]
                tickets = env["pos.order"].search([("uuid", "in", uuids)]).scenic_ticket_ids
                self.assertEqual(len(tickets), 2)
                mine = tickets.filtered(lambda t: t.kid == self.key.kid)
                self.assertEqual(mine.serial, serial)
                incident = env["scenic.incident"].search([("ticket_id", "in", tickets.ids)])
                self.assertEqual(incident.kind, "key_cloned")
                self.assertEqual(incident.ticket_id, tickets - mine)
                certificate = env["scenic.certificate"].search([("kid", "=", self.key.kid)])
                self.assertEqual(certificate.state, "allowlist")
                certificate.action_trust()

    def test_one_order_sent_four_times_at_once(self):
        with self.connect(self.user_id) as env:
            data = self.order(env, count=3)
        self.together(*[lambda: self.upload(dict(data)) for _k in range(4)])
        with self.connect() as env:
            order = env["pos.order"].search([("uuid", "=", data["uuid"])])
            self.assertEqual(len(order), 1)
            self.assertEqual(order.scenic_ticket_ids.mapped("kid"), [self.key.kid] * 3)
            kinds = env["scenic.incident"].search([("site_id", "=", self.ids["site"])])
            self.assertFalse(kinds.filtered(lambda i: i.ticket_id in order.scenic_ticket_ids))
