"""Two orders that both fit into what a channel has left, but not together, at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import common_scenic
import common_voucher

from odoo.service.model import retrying
from odoo.tests import tagged

ROUNDS = 2


@tagged("post_install", "-at_install")
class TestChannelConcurrency(common_scenic.CommittedCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.connect() as env:
            channel = common_voucher.make_channel(env, "Race Travel")
            # room for one order of 70, not for two
            company = common_scenic.park_in(env, cls.ids).company
            channel.with_company(company).write(
                {"settlement_mode": "credit", "credit_limit": 100.0, "limit_action": "refuse"}
            )
            cls.channel_id = channel.id

    @classmethod
    def _remove_all(cls):
        with cls.connect() as env:
            env.cr.execute("SET LOCAL session_replication_role = replica")
            for table in ("scenic_voucher_order", "scenic_voucher_message"):
                common_scenic.remove_rows(env.cr, table, "channel_id", [cls.channel_id])
            env.invalidate_all()
            env["scenic.incident"].search([("facts", "like", "Race Travel")]).unlink()
        super()._remove_all()
        with cls.connect() as env:
            channel = env["scenic.channel"].browse(cls.channel_id)
            partner = channel.partner_id
            channel.unlink()
            partner.unlink()

    def send(self, command, content):
        with self.connect() as env:
            channel = env["scenic.channel"].browse(self.channel_id)
            return common_voucher.command(channel, command, content)

    def race(self, contents):
        """Send orders at once, each on a connection of its own; returns the codes."""
        barrier = Barrier(len(contents))

        def run(content):
            with self.connect() as env:
                env.cr.execute("SELECT 1")
                turns = []

                def once():
                    if not turns:
                        turns.append(barrier.wait(60))
                    channel = env["scenic.channel"].browse(self.channel_id)
                    return common_voucher.command(channel, "issue", content)["code"]

                return retrying(once, env)

        with ThreadPoolExecutor(len(contents)) as pool:
            return list(pool.map(run, contents))

    def test_two_orders_do_not_share_the_last_money(self):
        for _round in range(ROUNDS):
            with self.connect() as env:
                park = self.park_in(env)
                contents = [common_voucher.order_content(park) for _order in range(2)]
            codes = self.race(contents)
            self.assertCountEqual(codes, ["OK", "E_CREDIT"])
            sold = contents[codes.index("OK")]["order"]
            self.assertEqual(self.send("refund_request", {"order": sold})["code"], "OK")
