"""Group orders of an agency that is also a channel draw on one limit with its vouchers."""

import common_channel
import common_group
import common_scenic
import common_voucher

from odoo.exceptions import UserError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestChannelGroups(common_channel.ChannelCase):
    def setUp(self):
        super().setUp()
        self.channel.write(
            {"settlement_mode": "credit", "credit_limit": 500.0, "limit_action": "refuse"}
        )
        self.agency = self.channel.partner_id
        self.agency.write({"scenic_channel_id": self.channel.id, "scenic_terms": "free"})

    def group(self, persons, **values):
        return common_group.make_order(
            self.env, self.park, self.agency, (self.park.adult, persons), **values
        )

    def ask(self):
        content = common_voucher.order_content(self.park, settlement="80.00")
        return common_voucher.command(self.channel, "issue", content, key=content["order"])["code"]

    def refused(self, order):
        with self.assertRaises(UserError), self.cr.savepoint():
            order.action_confirm()
        self.assertEqual(order.state, "draft")
        self.assertFalse(order.scenic_ticket_ids)

    def incidents(self):
        return self.env["scenic.incident"].search_count(
            [("kind", "=", "payment"), ("company_id", "=", self.company.id)]
        )

    def figures(self):
        self.channel.invalidate_recordset()
        return self.channel.owed, self.channel.ordered, self.channel.available

    def test_groups_and_vouchers_share_one_limit(self):
        order = self.group(5)
        order.action_confirm()
        self.assertEqual(self.figures(), (0.0, 400.0, 100.0))
        self.assertEqual(self.ask(), "OK")
        self.assertEqual(self.ask(), "E_CREDIT")
        second = self.group(1)
        self.refused(second)
        # invoiced, it is owed; paid, it is not
        move = order._create_invoices()
        self.assertEqual(self.figures(), (80.0, 400.0, 20.0))
        move.action_post()
        self.assertEqual(self.figures(), (80.0, 0.0, 20.0))
        self.refused(second)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()
        second.action_confirm()
        self.assertEqual(self.figures(), (80.0, 80.0, 340.0))

    def test_a_deposit_covers_groups_too(self):
        self.channel.write({"settlement_mode": "prepaid", "credit_limit": 0.0})
        order = self.group(2)
        self.refused(order)
        self.pay(200.0)
        order.action_confirm()
        self.assertEqual(self.figures(), (0.0, 160.0, 40.0))
        self.assertEqual(self.ask(), "E_CREDIT")

    def test_places_that_are_held_count_and_are_not_counted_twice(self):
        self.park.site.capacity_daily = 100
        order = self.group(6)
        order.action_scenic_hold()
        self.assertEqual(self.figures()[1:], (480.0, 20.0))
        self.refused(self.group(1))
        order.action_confirm()
        self.assertEqual(self.figures()[1:], (480.0, 20.0))

    def test_a_confirmed_order_does_not_grow_past_the_limit(self):
        order = self.group(5)
        order.action_confirm()
        with self.assertRaises(UserError), self.cr.savepoint():
            order.order_line.product_uom_qty = 7
        order.order_line.product_uom_qty = 6
        self.assertEqual((len(order.scenic_ticket_ids), self.figures()[2]), (6, 20.0))
        order.order_line.product_uom_qty = 2
        self.assertEqual(self.figures()[2], 340.0)

    def test_a_manager_approves_and_somebody_is_told(self):
        order = self.group(7)
        boss = common_scenic.make_user(self.env, "limit_boss", "manager", company=self.company)
        wizard = self.env["scenic.order.approval"].with_context(active_id=order.id)
        wizard.with_user(boss).create({"reason": "promised"}).action_approve()
        order.action_confirm()
        self.assertEqual((len(order.scenic_ticket_ids), self.incidents()), (7, 1))

    def test_an_alarm_refuses_nothing(self):
        self.channel.limit_action = "alarm"
        self.group(7).action_confirm()
        self.assertEqual(self.incidents(), 1)

    def test_the_limit_is_that_of_who_pays(self):
        guest = self.env["res.partner"].create({"name": "Walks in"})
        order = common_group.make_order(
            self.env, self.park, guest, (self.park.adult, 9), scenic_channel_id=self.channel.id
        )
        order.action_confirm()
        self.assertEqual(self.figures(), (0.0, 0.0, 500.0))
