"""Many connections, one ticket: the database admits as many as were sold, and nobody waits long."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, current_thread
from unittest.mock import patch

import common_scenic
from common_scenic import make_tickets

from odoo.tests import tagged

LANES = 16


@tagged("post_install", "-at_install")
class TestRedemptionConcurrency(common_scenic.CommittedCase):
    def make(self, name="adult", count=1):
        """Commit tickets of a product; returns (id, code) pairs."""
        with self.connect() as env:
            park = self.park_in(env)
            tickets = make_tickets(park, getattr(park, name), count)
            return [(ticket.id, ticket.code) for ticket in tickets]

    def race(self, jobs):
        """Start all jobs at the same moment, each on its own connection; returns the answers."""
        barrier = Barrier(len(jobs))

        def run(job):
            with self.connect() as env:
                env.cr.execute("SELECT 1")
                barrier.wait(60)
                return job(self.park_in(env))

        with ThreadPoolExecutor(len(jobs), "lane") as pool:
            return list(pool.map(run, jobs))

    def redeemer(self, text, lane, zone="gate", **options):
        return lambda park: park.env["scenic.redemption"]._redeem(
            text, getattr(park, zone), lane, **options
        )

    def state_of(self, ticket_id):
        with self.connect() as env:
            ticket = env["scenic.ticket"].browse(ticket_id)
            uses = ticket.redemption_ids.filtered(lambda row: row.kind == "use")
            return ticket.state, ticket.used_count, sorted(uses.mapped("use_no"))

    def test_sixteen_lanes_admit_one_ticket_once(self):
        slept, sleep = [], time.sleep

        def asleep(seconds):
            if current_thread().name.startswith("lane"):
                slept.append(seconds)
            sleep(seconds)

        for _round in range(5):
            ((ticket_id, code),) = self.make()
            with patch.object(time, "sleep", asleep):
                answers = self.race([self.redeemer(code, f"L{k}") for k in range(LANES)])
            reasons = [answer["reason"] for answer in answers]
            self.assertEqual(sorted(reasons), ["E_USED"] * (LANES - 1) + ["OK"])
            winner = reasons.index("OK")
            for answer in answers:
                if answer["reason"] == "E_USED":
                    self.assertEqual(answer["first_use_lane"], f"L{winner}")
            self.assertEqual(self.state_of(ticket_id), ("used", 1, [1]))
            # as Odoo's own retry would, up to two seconds, before it looks again
            self.assertEqual(slept, [])

    def test_sixteen_lanes_admit_exactly_what_was_sold(self):
        ((ticket_id, code),) = self.make("family")
        answers = self.race([self.redeemer(code, f"L{k}", wanted=1) for k in range(LANES)])
        admitted = [answer["admit"] for answer in answers]
        self.assertEqual(sum(admitted), 3)
        self.assertEqual(self.state_of(ticket_id), ("used", 3, [1, 2, 3]))

    def test_groups_of_two_share_a_code_for_three(self):
        ((ticket_id, code),) = self.make("family")
        answers = self.race([self.redeemer(code, f"L{k}", wanted=2) for k in range(LANES)])
        self.assertEqual([a["admit"] for a in answers].count(2), 1)
        self.assertEqual(sum(a["admit"] for a in answers), 2)
        self.assertEqual(self.state_of(ticket_id), ("valid", 2, [1, 2]))

    def test_unlimited_ticket_numbers_every_use(self):
        ((ticket_id, code),) = self.make("annual")
        answers = self.race([self.redeemer(code, f"L{k}") for k in range(LANES)])
        self.assertEqual([a["reason"] for a in answers], ["OK"] * LANES)
        self.assertEqual(self.state_of(ticket_id), ("valid", LANES, list(range(1, LANES + 1))))

    def test_repeated_request_in_parallel_uses_one_right(self):
        ((ticket_id, code),) = self.make("annual")
        job = self.redeemer(code, "L1", source_ref=f"same:{ticket_id}")
        answers = self.race([job] * LANES)
        self.assertEqual({answer["reason"] for answer in answers}, {"OK"})
        self.assertEqual(len({answer["redemption_ids"][0] for answer in answers}), 1)
        self.assertEqual(self.state_of(ticket_id)[1], 1)

    def test_write_back_and_online_lanes_share_the_rights(self):
        """Batches of several boxes in any order, beside lanes: rights conserved, no deadlock."""
        tickets = self.make("family", 20)

        def batch(box):
            rows = [
                {
                    "ticket_id": ticket_id,
                    "zone_id": self.ids["gate"],
                    "happened_at": "2026-01-01 10:00:00",
                    "source_ref": f"{box}:{ticket_id}",
                    "mode": "offline",
                }
                for ticket_id, _code in tickets
            ]

            def job(park):
                ledger = park.env["scenic.redemption"]
                with ledger._short_transaction() as own:
                    return len(own._append(rows if box % 2 else rows[::-1]))

            return job

        online = [self.redeemer(code, "L1", wanted=1) for _id, code in tickets[:8]]
        self.race([batch(box) for box in range(6)] + online)
        for ticket_id, _code in tickets:
            self.assertEqual(self.state_of(ticket_id), ("used", 3, [1, 2, 3]))

    def test_refund_and_passage_exclude_each_other(self):
        def void(park):
            try:
                with park.env.cr.savepoint():
                    tickets = park.env["scenic.ticket"].browse(ticket_id)
                    tickets._lock()
                    if tickets._refund_obstacle():
                        return "refused"
                    tickets._void("Refund")
                    return "void"
            except common_scenic.SERIALIZATION:
                return "refused"

        for _round in range(12):
            ((ticket_id, code),) = self.make()
            outcome, answer = self.race([void, self.redeemer(code, "L1")])
            state, used, _numbers = self.state_of(ticket_id)
            if outcome == "void":
                self.assertEqual((answer["reason"], state, used), ("E_REVOKED", "void", 0))
            else:
                self.assertEqual((answer["reason"], state, used), ("OK", "used", 1))
