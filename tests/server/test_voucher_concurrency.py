"""Channel and windows act on one voucher at the same moment, on connections of their own."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import common_scenic
import common_voucher

from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.tests import tagged

# each lost round costs one of the pauses after which Odoo repeats a request
ROUNDS = 3


@tagged("post_install", "-at_install")
class TestVoucherConcurrency(common_scenic.CommittedCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.connect() as env:
            cls.channel_id = common_voucher.make_channel(env).id

    @classmethod
    def _remove_all(cls):
        with cls.connect() as env:
            cr = env.cr
            cr.execute("SET LOCAL session_replication_role = replica")
            cr.execute(
                "UPDATE scenic_voucher_item SET state = 'expired', ticket_id = NULL"
                " WHERE channel_id = %s",
                [cls.channel_id],
            )
            common_scenic.remove_rows(cr, "scenic_voucher_order", "channel_id", [cls.channel_id])
            common_scenic.remove_rows(cr, "scenic_voucher_message", "channel_id", [cls.channel_id])
            env.invalidate_all()
        super()._remove_all()
        with cls.connect() as env:
            partner = env["scenic.channel"].browse(cls.channel_id).partner_id
            env["scenic.channel"].browse(cls.channel_id).unlink()
            partner.unlink()

    def race(self, *jobs):
        """Start all jobs at once, each a request of its own that Odoo repeats when it must."""
        barrier = Barrier(len(jobs))

        def run(job):
            with self.connect() as env:
                env.cr.execute("SELECT 1")
                turns = []

                def once():
                    if not turns:
                        turns.append(barrier.wait(60))
                    try:
                        return job(env)
                    except UserError:
                        # as Odoo answers a refusal: nothing of it is written
                        env.cr.rollback()
                        return "refused"

                return retrying(once, env)

        with ThreadPoolExecutor(len(jobs)) as pool:
            return list(pool.map(run, jobs))

    def content(self, **values):
        with self.connect() as env:
            return common_voucher.order_content(self.park_in(env), **values)

    def fill(self):
        with self.connect() as env:
            channel = env["scenic.channel"].browse(self.channel_id)
            order = common_voucher.fill(channel, common_voucher.order_content(self.park_in(env)))
            return order.item_ids.id, order.number

    def exchange(self, item_id):
        return lambda env: len(env["scenic.voucher.item"].browse(item_id)._exchange())

    def command(self, name, content, key=None):
        def job(env):
            channel = env["scenic.channel"].browse(self.channel_id)
            return common_voucher.command(channel, name, content, key=key)["code"]

        return job

    def outcome(self, item_id):
        with self.connect() as env:
            item = env["scenic.voucher.item"].browse(item_id)
            return item.state, len(item._tickets()), item.ticket_id.state

    def tearDown(self):
        with self.connect() as env:
            common_scenic.assert_balanced(env, self.park_in(env).company)
        super().tearDown()

    def test_a_voucher_is_exchanged_or_refunded_never_both(self):
        for _round in range(ROUNDS):
            item_id, number = self.fill()
            refund = self.command("refund_request", {"order": number})
            answers = self.race(self.exchange(item_id), refund)
            expected = {
                (1, "E_USED"): ("consumed", 1, "valid"),
                ("refused", "OK"): ("refunded", 0, False),
            }
            self.assertEqual(self.outcome(item_id), expected[tuple(answers)])

    def test_two_windows_exchange_a_voucher_once(self):
        for _round in range(ROUNDS):
            item_id, _number = self.fill()
            answers = self.race(self.exchange(item_id), self.exchange(item_id))
            self.assertCountEqual(answers, [1, "refused"])
            self.assertEqual(self.outcome(item_id), ("consumed", 1, "valid"))

    def test_a_forced_refund_during_the_exchange_leaves_no_good_ticket(self):
        for _round in range(ROUNDS):
            item_id, number = self.fill()
            refund = self.command("refund_fact", {"order": number})
            answers = self.race(self.exchange(item_id), refund)
            self.assertEqual(answers[1], "OK")
            state, tickets, ticket = self.outcome(item_id)
            self.assertEqual(state, "forced_refunded")
            self.assertEqual((tickets, ticket), (1, "void") if answers[0] == 1 else (0, False))

    def test_one_order_sent_by_four_connections_is_one_order(self):
        for _round in range(ROUNDS):
            content = self.content(quantity=2)
            send = self.command("issue", content, key=content["order"])
            self.assertEqual(self.race(send, send, send, send), ["OK"] * 4)
            with self.connect() as env:
                orders = env["scenic.voucher.order"].search([("number", "=", content["order"])])
                self.assertEqual(len(orders.item_ids), 2)
