"""Orders and refunds that race each other over several connections."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import common_scenic
from common_scenic import make_paid_order, open_window, order_data

from odoo import api
from odoo.exceptions import UserError, ValidationError
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

WINDOWS = 4


@tagged("post_install", "-at_install")
class TestPosConcurrency(common_scenic.CommittedCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.connect() as env:
            window = open_window(common_scenic.park_in(env, cls.ids), name="Race Window")
            cls.window_id, cls.user_id = window.id, window.env.uid
        cls.addClassCleanup(cls._remove_window)

    @classmethod
    def _remove_window(cls):
        with cls.connect() as env:
            common_scenic.remove_window(env["pos.config"].browse(cls.window_id))

    def window_in(self, env):
        return env["pos.config"].browse(self.window_id)

    def race(self, jobs):
        """Run jobs as Odoo runs requests: each on its connection, retried when they collide."""
        barrier = Barrier(len(jobs))

        def run(job):
            with self.registry.cursor() as cr:
                env = api.Environment(cr, self.user_id, {})
                env.cr.execute("SELECT 1")
                barrier.wait(60)
                try:
                    return retrying(lambda: job(self.window_in(env)), env)
                except (UserError, ValidationError) as err:
                    cr.rollback()
                    return str(err)

        with (
            mute_logger("odoo.sql_db", "odoo.service.model"),
            ThreadPoolExecutor(len(jobs)) as pool,
        ):
            return list(pool.map(run, jobs))

    def test_one_order_sent_four_times_at_once_makes_its_tickets_once(self):
        with self.connect(self.user_id) as env:
            data = order_data(self.window_in(env), [(self.park_in(env).adult, 3, {})])
        self.race([lambda w: w.env["pos.order"].sync_from_ui([dict(data)]) and None] * WINDOWS)
        with self.connect() as env:
            order = env["pos.order"].search([("uuid", "=", data["uuid"])])
            self.assertEqual(len(order), 1)
            self.assertEqual(sorted(order.scenic_ticket_ids.mapped("seq")), [1, 2, 3])

    def test_paid_hook_run_twice_at_once_makes_tickets_once(self):
        """Even when two transactions both believe that the line has no ticket yet."""
        with self.connect(self.user_id) as env:
            window, park = self.window_in(env), self.park_in(env)
            data = order_data(window, [(park.adult, 2, {})])
            data |= {"state": "draft", "payment_ids": [], "amount_paid": 0.0}
            window.env["pos.order"].sync_from_ui([data])
            line_id = window.env["pos.order"].search([("uuid", "=", data["uuid"])]).lines.id

        def issue(window):
            window.env["pos.order.line"].browse(line_id).sudo()._scenic_process_paid()

        self.race([issue] * WINDOWS)
        with self.connect() as env:
            line = env["pos.order.line"].browse(line_id)
            self.assertEqual(sorted(line.scenic_ticket_ids.mapped("seq")), [1, 2])

    def test_one_ticket_refunded_at_four_windows_goes_back_once(self):
        with self.connect(self.user_id) as env:
            order = make_paid_order(self.window_in(env), [(self.park_in(env).adult, 1, {})])
            line_id = order.lines.id

        def refund(window):
            line = window.env["pos.order.line"].browse(line_id)
            values = {"refunded_orderline_id": line.id}
            data = order_data(window, [(line.product_id, -1, values)], refund_of=line.order_id)
            window.env["pos.order"].sync_from_ui([data])
            return "refunded"

        outcomes = self.race([refund] * WINDOWS)
        self.assertEqual(outcomes.count("refunded"), 1)
        with self.connect() as env:
            ticket = env["pos.order.line"].browse(line_id).scenic_ticket_ids
            self.assertEqual(ticket.state, "void")
            refunds = env["pos.order.line"].search([("refunded_orderline_id", "=", line_id)])
            self.assertEqual(refunds, ticket.refund_line_id)
