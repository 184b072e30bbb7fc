"""Windows that send orders as a bad network makes them: twice at once, again, between refunds.

A `Script` is made from a seed: steps of one window, each a few orders that are sent at the same
moment on connections of their own. `Race.run` plays the scripts of all windows at once.
"""

import copy
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

from common_scenic import order_data
from psycopg2 import OperationalError

from odoo import api
from odoo.exceptions import UserError, ValidationError
from odoo.service import model as service
from odoo.tools import mute_logger

LIMIT = 60  # seconds that the sends of one step wait for each other
SENDS = 10  # times that a window sends an order that the server was too busy for


class Script:
    """What one window sends: sales, and refunds of what it sold."""

    def __init__(self, seed, products):
        self.random = random.Random(seed)
        self.products = products  # ids
        self.sales = []  # [(order as sent, units)]
        self.refunds = []  # [(order as sent, uuid of the line that it gives back, units)]

    def steps(self, env, window, count):
        """Yield lists of orders to send at once; `env` makes them, in a transaction of its own.

        A generator, because a refund names the stored line of a sale that was sent before.
        """
        for number in range(count):
            sale = self._sale(env, window)
            kind = self.random.choice(("once", "twice", "replay", "refund", "rivals", "burst"))
            if kind == "twice":
                yield [sale] * 2
            elif kind == "burst":
                yield [sale] * 4
            elif kind == "replay" and number:
                earlier = self.random.choice(self.sales[:-1] + self.refunds)[0]
                yield [sale, earlier]
            else:
                yield [sale]
            if kind == "refund":
                back = self._refund(env, window)
                yield [back, back]
            elif kind == "rivals":
                # two refunds of all units of one line: at most one of them can be right
                line, units = self._sold_line(), self.sales[-1][1]
                yield [self._refund(env, window, line, units) for _rival in range(2)]

    def _sale(self, env, window):
        units = self.random.randint(1, 4)
        product = env["product.product"].browse(self.random.choice(self.products))
        order = order_data(window, [(product, units, {})])
        self.sales.append((order, units))
        return order

    def _sold_line(self):
        return self.sales[-1][0]["lines"][0][2]["uuid"]

    def _refund(self, env, window, line_uuid=None, units=1):
        line_uuid = line_uuid or self._sold_line()
        line = env["pos.order.line"].search([("uuid", "=", line_uuid)])
        values = {"refunded_orderline_id": line.id, "price_unit": line.price_unit}
        order = order_data(window, [(line.product_id, -units, values)], refund_of=line.order_id)
        self.refunds.append((order, line_uuid, units))
        return order


class Race:
    """Several windows of a committed park, each with connections of its own."""

    def __init__(self, registry, context):
        self.registry, self.context = registry, context
        self.refused = []
        self._lock = threading.Lock()

    def environment(self, cr, uid):
        return api.Environment(cr, uid, self.context)

    def send(self, uid, order, barrier=None):
        """Send an order as Odoo serves a request: tried again when it collides."""
        with self.registry.cursor() as cr:
            env = self.environment(cr, uid)
            if barrier:
                # the snapshots of all are taken before any of them is written
                cr.execute("SELECT 1")
                barrier.wait(LIMIT)
            for _time in range(SENDS):
                try:
                    return service.retrying(lambda: self._sync(env, order), env)
                except OperationalError:
                    # the server gave up after five tries; a window sends what it still has again
                    cr.rollback()
                except (UserError, ValidationError) as err:
                    cr.rollback()
                    with self._lock:
                        self.refused.append((order["uuid"], str(err)))
                    return None
            raise AssertionError(f"order {order['uuid']} never came through")

    @staticmethod
    def _sync(env, order):
        env["pos.order"].sync_from_ui([copy.deepcopy(order)])

    def play(self, script, window_id, uid, count):
        """Play the script of one window."""
        with ThreadPoolExecutor(4) as pool, self.registry.cursor() as cr:
            env = self.environment(cr, uid)
            steps = script.steps(env, env["pos.config"].browse(window_id), count)
            for step in steps:
                barrier = threading.Barrier(len(step)) if len(step) > 1 else None
                list(pool.map(lambda order, b=barrier: self.send(uid, order, b), step))
                # the next step reads what was stored meanwhile
                cr.rollback()
                env.invalidate_all()

    def run(self, windows, count):
        """Play `windows`: [(script, window id, user id)], all at once, `count` sales each."""
        with (
            mute_logger("odoo.sql_db", "odoo.service.model"),
            # collisions are as many, but nobody waits two seconds after each
            patch.object(service.random, "uniform", lambda _a, b: min(b, 16) / 200),
            ThreadPoolExecutor(len(windows)) as pool,
        ):
            list(pool.map(lambda window: self.play(*window, count), windows))
