"""One ticket for each ID and day, when windows and other channels ask at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import common_scenic
import people
from common_scenic import make_paid_order, make_product, open_window
from psycopg2 import OperationalError

from odoo import api
from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

BUYERS = 6
ANNA, BEN = people.residents(2, start=300)


@tagged("post_install", "-at_install")
class TestHolderConcurrency(common_scenic.CommittedCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.connect() as env:
            park = common_scenic.park_in(env, cls.ids)
            policy = env["scenic.policy"].create(
                {
                    "name": "Real Name",
                    "company_id": park.company.id,
                    "id_needed_at_sale": "each",
                    "id_once_per_day": True,
                }
            )
            named = make_product(park, "Named", 90.0, {park.gate: 1}, scenic_policy_id=policy.id)
            window = open_window(park, name="Race Window")
            others = [
                open_window(park, name=f"Race Window {count}", user=window.env.user)
                for count in (2, 3)
            ]
            cls.window_id, cls.user_id = window.id, window.env.uid
            cls.window_ids = [config.id for config in (window, *others)]
            cls.policy_id, cls.named_id = policy.id, named.id
            cls.today = park.site._today()
        cls.addClassCleanup(cls._remove_windows)

    @classmethod
    def _remove_all(cls):
        # runs last of all cleanups, after window and tickets are gone
        super()._remove_all()
        with cls.connect() as env:
            env["scenic.policy"].browse(cls.policy_id).unlink()

    @classmethod
    def _remove_windows(cls):
        with cls.connect() as env:
            for window in env["pos.config"].browse(cls.window_ids):
                common_scenic.remove_window(window)

    def race(self, jobs, uid):
        """Run jobs as Odoo runs requests: each on its connection, retried when they collide."""
        barrier = Barrier(len(jobs))

        def run(job):
            with self.registry.cursor() as cr:
                env = api.Environment(cr, uid, {})
                env.cr.execute("SELECT 1")
                barrier.wait(60)
                for _time in jobs:
                    try:
                        return retrying(lambda: job(env), env)
                    except UserError:
                        cr.rollback()
                        return "refused"
                    except OperationalError:
                        # one of six may lose more often than Odoo tries: whoever asked asks again
                        cr.rollback()
                raise AssertionError("never came through")

        with (
            mute_logger("odoo.sql_db", "odoo.service.model"),
            ThreadPoolExecutor(len(jobs)) as pool,
        ):
            return list(pool.map(run, jobs))

    def row(self, number):
        return {"product_id": self.named_id, "visit_date": self.today, "number": number}

    def uses(self, env):
        return env["scenic.holder.use"].search([("policy_id", "=", self.policy_id)])

    def test_one_id_at_many_windows_waits_for_one_order(self):
        def take(window_id):
            def job(env):
                wants = [{"product_id": self.named_id, "visit_date": str(self.today)}]
                answer = env["scenic.holder"].pos_take(
                    window_id, f"order-{window_id}", wants, {"number": ANNA}
                )
                return answer["reason"]

            return job

        answers = self.race([take(window_id) for window_id in self.window_ids], self.user_id)
        self.assertEqual(sorted(answers), ["E_ID_TAKEN", "E_ID_TAKEN", "OK"])
        with self.connect() as env:
            self.assertEqual(len(self.uses(env)), 1)
            self.uses(env).unlink()

    def test_one_id_in_many_channels_gets_one_ticket(self):
        with self.connect() as env:
            holders = [env["scenic.holder"]._from_rows([self.row(BEN)])[0].id for _i in range(6)]

        def sell(holder_id):
            def job(env):
                vals = {
                    "product_id": self.named_id,
                    "visit_date": self.today,
                    "holder_id": holder_id,
                }
                return env["scenic.ticket"]._issue([vals]).ids

            return job

        answers = self.race([sell(holder) for holder in holders], common_scenic.SUPERUSER_ID)
        self.assertEqual(answers.count("refused"), BUYERS - 1, answers)
        with self.connect() as env:
            tickets = env["scenic.ticket"].search([("product_id", "=", self.named_id)])
            self.assertEqual(len(tickets), 1)
            self.assertEqual(self.uses(env).ticket_id, tickets)
            tickets._void("test")
            self.assertFalse(self.uses(env))

    def test_paid_orders_with_one_id_get_one_standing_ticket(self):
        """Both are paid, so both exist; the law holds all the same: one of them has the ID."""
        with self.connect() as env:
            tokens = [env["scenic.holder"]._from_rows([self.row(ANNA)])[0].uid for _i in range(3)]

        def pay(token):
            def job(env):
                window = env["pos.config"].browse(self.window_id)
                data = {"visit_date": str(self.today), "holders": [token]}
                product = env["product.product"].browse(self.named_id)
                return make_paid_order(window, [(product, 1, {"scenic_data": data})]).id

            return job

        orders = self.race([pay(token) for token in tokens], self.user_id)
        with self.connect() as env:
            tickets = env["pos.order"].browse(orders).scenic_ticket_ids
            self.assertEqual(len(tickets), 3)
            self.assertEqual(len(self.uses(env).ticket_id & tickets), 1)
            told = env["scenic.incident"].search([("ticket_id", "in", tickets.ids)])
            self.assertEqual(told.ticket_id, tickets - self.uses(env).ticket_id)
            common_scenic.assert_balanced(env, tickets.company_id)
            tickets.filtered(lambda ticket: ticket.state == "valid")._void("test")

    def test_the_first_tickets_of_a_day_share_one_salt(self):
        numbers = people.residents(BUYERS, start=500)

        def make(number):
            return lambda env: env["scenic.holder"]._from_rows([self.row(number)])[0].ids

        with self.connect() as env:
            salts = env["scenic.holder.salt"].search([("day", "=", self.today)])
            site = env["product.product"].browse(self.named_id).scenic_site_id
            env["scenic.holder"].search([("site_id", "=", site.id)]).unlink()
            salts.filtered(lambda salt: salt.site_id == site).unlink()
        made = self.race([make(number) for number in numbers], common_scenic.SUPERUSER_ID)
        with self.connect() as env:
            holders = env["scenic.holder"].browse([ids[0] for ids in made])
            opened = [clear["number"] for clear in holders._opened().values()]
            self.assertEqual(opened, numbers)
