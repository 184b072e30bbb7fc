"""Many buyers of one slot at once: none too many, and nobody is refused for another reason."""

import random
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import common_scenic
import common_slots
from common_slots import make_show, make_timed_product
from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.tests import tagged

from odoo.addons.scenic_ticketing.models.scenic_hold import SoldOut

BUYERS = 32


@tagged("post_install", "-at_install")
class TestSlotConcurrency(common_scenic.CommittedCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.connect() as env:
            park = common_scenic.park_in(env, cls.ids)
            cls.ride = make_timed_product(park).id
            cls.channels = [
                common_slots.make_channel(env, f"C{uuid4().hex[:8]}").id for _i in range(2)
            ]
        cls.addClassCleanup(cls.remove_channels)

    @classmethod
    def remove_channels(cls):
        with cls.connect() as env:
            env["scenic.channel"].browse(cls.channels).unlink()

    def tearDown(self):
        with self.connect() as env:
            park = self.park_in(env)
            slots = env["scenic.slot"].search([("site_id", "=", park.site.id)])
            common_slots.assert_counted(slots)
            common_scenic.remove_tickets(park)
            park.site.capacity_daily = 0
        super().tearDown()

    # ------------------------------------------------------------------ helpers

    def show(self, capacity, start=600, **vals):
        with self.connect() as env:
            return make_show(self.park_in(env), capacity, start=start, **vals).id

    def want(self, env, slot_id, persons):
        slot = env["scenic.slot"].browse(slot_id)
        return {
            "product_id": self.ride,
            "date": slot.date,
            "slot_id": slot_id,
            "persons": persons,
        }

    def vals(self, env, slot_id, **vals):
        slot = env["scenic.slot"].browse(slot_id)
        return {"product_id": self.ride, "visit_date": slot.date, "slot_id": slot_id, **vals}

    def race(self, jobs):
        """Start all jobs at once, each in a REPEATABLE READ transaction; returns what they say.

        Persons sold, or "sold out"; every other error is raised.
        """
        barrier = Barrier(len(jobs))

        def run(job):
            try:
                with self.connect() as env:
                    env.cr.execute("SELECT 1")  # the snapshot is older than what the others do
                    barrier.wait(60)
                    return job(env)
            except SoldOut:
                return "sold out"

        with ThreadPoolExecutor(len(jobs)) as pool:
            return list(pool.map(run, jobs))

    def counters(self, slot_id):
        with self.connect() as env:
            env["scenic.slot"].browse(slot_id)._sweep()
            slot = env["scenic.slot"].browse(slot_id)
            return slot.taken, slot.reserved, slot.oversold

    # ------------------------------------------------------------------ one slot

    def test_32_buyers_get_exactly_the_places_there_are(self):
        slot_id = self.show(50)

        def until_sold_out(env):
            sold = 0
            try:
                for _turn in range(4):
                    ref = uuid4().hex
                    env["scenic.hold"]._take([self.want(env, slot_id, 1)], ref=ref)
                    env["scenic.ticket"]._issue([self.vals(env, slot_id, hold=ref)])
                    sold += 1
            except SoldOut:
                pass
            return sold

        answers = self.race([until_sold_out] * BUYERS)
        self.assertEqual(sum(answers), 50)
        self.assertEqual(self.counters(slot_id), (50, 0, 0))

    def test_32_buyers_without_holds(self):
        slot_id = self.show(40)

        def buy(env):
            return len(env["scenic.ticket"]._issue([self.vals(env, slot_id)] * 2))

        answers = self.race([buy] * BUYERS)
        self.assertEqual(answers.count(2), 20)
        self.assertEqual(answers.count("sold out"), BUYERS - 20)
        self.assertEqual(self.counters(slot_id), (40, 0, 0))

    def test_paid_orders_beyond_the_capacity_are_all_told(self):
        slot_id = self.show(10)

        def buy(env):
            tickets = env["scenic.ticket"].with_context(scenic_paid=True)
            return len(tickets._issue([self.vals(env, slot_id)]))

        answers = self.race([buy] * BUYERS)
        self.assertEqual(sum(answers), BUYERS)
        self.assertEqual(self.counters(slot_id), (BUYERS, 0, BUYERS - 10))
        with self.connect() as env:
            site = self.park_in(env).site
            found = env["scenic.incident"].search_count(
                [("site_id", "=", site.id), ("kind", "=", "oversold")]
            )
        self.assertEqual(found, BUYERS - 10)

    def test_quotas_hold_under_32_buyers(self):
        slot_id = self.show(40)
        first, second = self.channels
        with self.connect() as env:
            env["scenic.slot.quota"].create(
                [
                    {"slot_id": slot_id, "channel_id": first, "reserved": 15},
                    {"slot_id": slot_id, "channel_id": second, "maximum": 7},
                ]
            )

        def buyer(channel_id):
            def buy(env):
                channel = env["scenic.channel"].browse(channel_id)
                env["scenic.hold"]._take([self.want(env, slot_id, 2)], channel)
                return 2

            return buy

        answers = self.race([buyer(second)] * 8 + [buyer(False)] * 24)
        sold = [answer if answer != "sold out" else 0 for answer in answers]
        self.assertEqual((sum(sold[:8]) <= 7, sum(sold)), (True, 24))
        answers = self.race([buyer(first)] * BUYERS)
        self.assertEqual(answers.count(2), 8)
        self.assertEqual(self.counters(slot_id), (40, 0, 0))

    # ------------------------------------------------------------------ several slots

    def test_slots_and_days_in_any_order_do_not_deadlock(self):
        slots = [self.show(30, start=600 + 60 * k) for k in range(4)]
        with self.connect() as env:
            self.park_in(env).site.capacity_daily = 70

        def buyer(number):
            def buy(env):
                order = random.Random(number).sample(slots, 4)
                vals = [self.vals(env, slot_id) for slot_id in order]
                return len(env["scenic.ticket"]._issue(vals))

            return buy

        answers = self.race([buyer(number) for number in range(BUYERS)])
        # 17 orders of four are 68; the 18th does not fit into the day
        self.assertEqual(answers.count(4), 17)
        self.assertEqual([self.counters(slot_id)[0] for slot_id in slots], [17] * 4)

    # ------------------------------------------------------------------ coming back

    def test_a_hold_is_sold_or_expires_but_never_both(self):
        for _round in range(6):
            slot_id = self.show(16)
            refs = [uuid4().hex for _i in range(16)]
            with self.connect() as env:
                for ref in refs:
                    env["scenic.hold"]._take([self.want(env, slot_id, 1)], ref=ref)
                env.cr.execute(
                    "UPDATE scenic_hold SET expires_at = now() - interval '1 hour'"
                    " WHERE token = ANY(%s)",
                    [refs],
                )

            def seller(ref, slot_id=slot_id):
                def sell(env):
                    tickets = env["scenic.ticket"].with_context(scenic_paid=True)
                    for _turn in range(5):
                        try:
                            with env.cr.savepoint():
                                return len(tickets._issue([self.vals(env, slot_id, hold=ref)]))
                        except SerializationFailure:
                            # what Odoo does with a request that lost
                            env.cr.rollback()
                    return 0

                return sell

            def sweeper(env, slot_id=slot_id):
                for _turn in range(10):
                    env["scenic.slot"].browse(slot_id)._sweep()
                return 0

            answers = self.race([seller(ref) for ref in refs] + [sweeper] * 8)
            self.assertEqual(sum(answers), 16)
            self.assertEqual(self.counters(slot_id), (16, 0, 0))
            with self.connect() as env:
                common_scenic.remove_tickets(self.park_in(env))

    def test_refunds_make_room_for_buyers_at_the_same_moment(self):
        slot_id = self.show(16)
        with self.connect() as env:
            tickets = env["scenic.ticket"]._issue([self.vals(env, slot_id)] * 16).ids

        def refunder(ticket_id):
            def give(env):
                env["scenic.ticket"].browse(ticket_id)._void("Back")
                return 0

            return give

        def buy(env):
            return len(env["scenic.ticket"]._issue([self.vals(env, slot_id)]))

        answers = self.race([refunder(t) for t in tickets] + [buy] * 16)
        sold = sum(answer for answer in answers if answer != "sold out")
        taken, _reserved, oversold = self.counters(slot_id)
        self.assertEqual((taken, oversold), (sold, 0))
        self.race([buy] * 20)
        self.assertEqual(self.counters(slot_id), (16, 0, 0))

    def test_a_failed_sale_gives_its_places_back_in_time(self):
        slot_id = self.show(5)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["scenic.ticket"]._issue([self.vals(env, slot_id)] * 5)
            cr.rollback()
        self.assertEqual(self.counters(slot_id), (5, 0, 0))
        with self.connect() as env:
            env.cr.execute(
                "UPDATE scenic_hold SET expires_at = now() - interval '1 hour' WHERE site_id = %s",
                [self.ids["site"]],
            )
        self.assertEqual(self.counters(slot_id), (0, 0, 0))
