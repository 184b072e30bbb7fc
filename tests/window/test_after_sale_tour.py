"""What a cashier does after the sale, in a real browser."""

from datetime import timedelta

import common_voucher
import slip_reader
import window_case
from common_gate import make_box

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestAfterSale(window_case.WindowCase):
    def test_looked_up_tickets_are_printed_reissued_and_refunded_with_their_fee(self):
        tier = {"kind": "refund", "hours_before": -10000, "fee_percent": 10}
        self.park.policy.write({"tier_ids": [Command.create(tier)]})

        self.run_tour("ScenicAfterSale")

        first, second = self.tickets
        self.assertEqual((first.state, second.state), ("valid", "void"))
        self.assertEqual(first.gen, 1)
        self.assertEqual(first.event_ids.sorted("id").mapped("kind"), ["reprint", "reissue"])
        self.assertEqual(second.refund_line_id.order_id.amount_paid, -72)
        self.assertEqual(self.tickets.event_ids.config_id, self.window)
        # two slips at the sale, two printed again, one reissued
        self.assertEqual(len(self.slips), 5)
        self.assertEqual(slip_reader.read_codes(self.slips[-1]), [first.code])

    def test_ticket_is_taken_back_while_a_gate_is_without_contact(self):
        late = fields.Datetime.now() - timedelta(minutes=10)
        make_box(self.park, last_seen=late)

        self.run_tour("ScenicRefundHeld")

        self.assertEqual(self.tickets.state, "void")
        self.assertEqual(self.tickets.refund_wait_ids.state, "waiting")

    def test_vouchers_of_a_channel_are_exchanged_at_the_window(self):
        channel = common_voucher.make_channel(self.env)
        content = common_voucher.order_content(
            self.park, number="OTA-1001", quantity=3, voucher="DY-7788"
        )
        order = common_voucher.fill(channel, content)

        self.run_tour("ScenicVoucher")

        self.assertEqual(order.item_ids.mapped("state"), ["issued", "consumed", "issued"])
        self.assertEqual(self.tickets.mapped("state"), ["void", "valid"])
        self.assertEqual(self.tickets.channel_id, channel)
        printed = [slip_reader.read_codes(slip) for slip in self.slips]
        self.assertCountEqual(printed, [[ticket.code] for ticket in self.tickets])

    def test_a_mistaken_walk_in_is_undone_and_nothing_is_done_without_the_server(self):
        self.run_tour("ScenicWalkInUndo")

        self.assertEqual(self.tickets.mapped("used_count"), [0])
