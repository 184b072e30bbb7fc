"""What a cashier does with tickets, in a real browser against a real server."""

from datetime import timedelta

import slip_reader
import window_case

from odoo.fields import Command
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestWindow(window_case.WindowCase):
    def test_tickets_of_two_days_are_sold_and_their_slips_can_be_read(self):
        self.run_tour("ScenicSellTwoDays")

        today = self.park.site._today()
        tomorrow = today + timedelta(days=1)
        tickets = self.tickets
        self.assertEqual(
            sorted((ticket.product_id.name, ticket.visit_date) for ticket in tickets),
            [
                ("Adult", today),
                ("Adult", today),
                ("Adult", tomorrow),
                ("Park and Ropeway", tomorrow),
            ],
        )
        self.assertEqual(set(tickets.mapped("state")), {"valid"})
        self.assertEqual(sum(tickets.mapped("net_value")), 390)
        codes = [slip_reader.read_codes(slip) for slip in self.slips]
        self.assertCountEqual(codes, [[ticket.code] for ticket in tickets])
        # version 7 on 58 mm paper: seven whole dots a module
        self.assertEqual([slip_reader.dots_per_module(slip) for slip in self.slips], [7] * 4)

    def test_four_tickets_for_today_are_sold_without_a_question(self):
        methods = self.window.payment_method_ids
        self.window.sudo().write({"use_fast_payment": True, "fast_payment_method_ids": methods.ids})

        self.run_tour("ScenicSellFast")

        self.assertEqual(self.tickets.mapped("visit_date"), [self.park.site._today()] * 4)

    def test_the_ticket_that_is_handed_back_is_the_one_that_is_void(self):
        self.run_tour("ScenicRefundUnused")

        self.assertEqual(self.tickets.mapped("state"), ["valid", "void", "valid"])
        self.assertTrue(self.tickets[1].refund_line_id)

    def test_a_used_ticket_is_not_refunded_but_the_unused_one_is(self):
        self.run_tour("ScenicRefundUsed")

        self.assertEqual(self.tickets.mapped("state"), ["used", "void"])

    def test_a_ticket_used_while_the_refund_is_paid_stays_used(self):
        self.run_tour("ScenicRefundUsedMeanwhile")

        self.assertEqual(self.tickets.mapped("state"), ["used", "valid"])
        refunds = self.env["pos.order"].search(
            [("is_refund", "=", True), ("config_id", "=", self.window.id)]
        )
        self.assertNotIn("paid", refunds.mapped("state"))

    def tier(self, kind, **values):
        self.park.policy.write(
            {"tier_ids": [Command.create({"kind": kind, "hours_before": -10000, **values})]}
        )

    def test_persons_of_a_group_are_refunded_by_the_tier(self):
        self.tier("refund", fee_percent=20)

        self.run_tour("ScenicRefundTier")

        self.assertEqual(self.tickets.mapped("state"), ["void", "void"])
        self.assertEqual(self.tickets.mapped("pax"), [1, 2])
        refunds = self.tickets.refund_line_id.order_id
        self.assertEqual(sorted(refunds.mapped("amount_paid")), [-106.66, -53.34])

    def test_a_charged_move_happens_when_it_is_paid(self):
        self.tier("rebook", fee_amount=5)

        self.run_tour("ScenicRebook")

        tomorrow = self.park.site._today() + timedelta(days=1)
        self.assertEqual(self.tickets.mapped("visit_date"), [tomorrow])

    def test_a_free_move_happens_at_once(self):
        self.run_tour("ScenicRebookFree")

        tomorrow = self.park.site._today() + timedelta(days=1)
        self.assertEqual(self.tickets.mapped("visit_date"), [tomorrow])

    def test_scanned_tickets_are_shown_and_redeemed_once(self):
        self.run_tour("ScenicScan")

        self.assertEqual(self.tickets.mapped("state"), ["used", "valid"])
        use = self.env["scenic.redemption"].search([("ticket_id", "in", self.tickets.ids)])
        self.assertEqual(
            use.mapped(lambda row: (row.how, row.lane_code, row.zone_id)),
            [("window", "Window 1", self.park.gate)],
        )

    def test_a_group_is_let_in_by_parts(self):
        self.run_tour("ScenicScanGroup")

        self.assertEqual(self.tickets.mapped("used_count"), [3])
        self.assertEqual(self.tickets.mapped("state"), ["used"])

    def test_tickets_of_a_past_order_are_printed_again(self):
        self.run_tour("ScenicReprint")

        codes = [slip_reader.read_codes(slip) for slip in self.slips]
        self.assertEqual(codes, [[ticket.code] for ticket in self.tickets])

    def test_without_the_server_the_tickets_are_printed_all_the_same(self):
        self.run_tour("ScenicNoServer")

        self.assertEqual(self.tickets.mapped("state"), ["valid", "valid"])
        certificate = self.env["scenic.certificate"].search([("kid", "=", self.tickets[0].kid)])
        self.assertEqual(certificate.pos_config_id, self.window.with_env(self.env))
        self.assertEqual(self.tickets.mapped("serial"), [1, 2])
        site = [("site_id", "=", self.park.site.id)]
        self.assertFalse(self.env["scenic.incident"].search(site))
