"""What a group order costs and takes: places, prices, deposits and credit."""

from datetime import timedelta

import common_group
import common_prices
import common_scenic

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestPlaces(common_group.GroupCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.park.site.capacity_daily = 10

    def left(self):
        today = self.park.site._today()
        return self.env["scenic.slot"]._day_left(self.park.adult, today)

    def test_a_quotation_holds_places_and_sells_them(self):
        order = self.order((self.park.adult, 6))
        order.action_scenic_hold()
        self.assertEqual(self.left(), 4)
        other = self.order((self.park.adult, 5))
        for refused in (other.action_confirm, other.action_scenic_hold):
            with self.assertRaises(UserError) as caught, self.cr.savepoint():
                refused()
            self.assertEqual(caught.exception.reason, "E_SOLD_OUT")
        order.action_confirm()
        self.assertFalse(order.scenic_hold_until)
        self.assertEqual((self.left(), len(self.issued(order))), (4, 6))
        order.order_line.product_uom_qty = 4
        self.env["scenic.slot"]._sweep()
        self.assertEqual(self.left(), 6)
        other.action_confirm()
        self.assertEqual(self.left(), 1)

    def test_a_hold_comes_back_with_cancel_and_delete(self):
        for end in ("action_cancel", "unlink", "action_scenic_release"):
            order = self.order((self.park.adult, 6))
            order.action_scenic_hold()
            order.order_line.product_uom_qty = 7
            order.action_scenic_hold()
            self.assertEqual(self.left(), 3)
            getattr(order, end)()
            self.assertEqual(self.left(), 10)

    def test_tickets_for_a_time_need_their_slot(self):
        self.park.adult.entitlement_ids.slot_required = True
        today = self.park.site._today()
        slot = self.env["scenic.slot"].create(
            {
                "site_id": self.park.site.id,
                "zone_id": self.park.gate.id,
                "date": today + timedelta(days=1),
                "start_minute": 600,
                "length_minute": 60,
                "capacity": 5,
            }
        )
        order = self.order((self.park.adult, 3), scenic_visit_date=slot.date)
        with self.assertRaises(UserError), self.cr.savepoint():
            order.action_confirm()
        order.order_line.scenic_slot_id = slot
        order.action_confirm()
        self.assertEqual(self.issued(order).slot_id, slot)
        self.assertEqual(slot._left()[slot.id], 2)
        with self.assertRaises(UserError):
            order.order_line.scenic_slot_id = False


@tagged("post_install", "-at_install")
class TestPrices(common_group.GroupCase):
    def test_the_tariff_prices_by_visit_date_and_number(self):
        today = self.park.site._today()
        adult, day = self.park.adult, today + timedelta(days=3)
        channel = self.env.ref("scenic_ticketing.channel_desk")
        tariff = common_prices.make_tariff(
            self.park,
            {
                "usual": {"dates": [(today, today + timedelta(days=1))]},
                "high": {"dates": [(day, day + timedelta(days=9))]},
            },
            [
                ("usual", adult, 70),
                ("high", adult, 95),
                ("high", adult, 95, {"channel_id": channel.id}),
                ("high", adult, 88.8, {"min_quantity": 30, "channel_id": channel.id}),
            ],
        )
        self.assertEqual(tariff.state, "published")
        order = self.order((adult, 29), scenic_visit_date=day)
        line = order.order_line
        self.assertEqual(line.price_unit, 95)
        line.product_uom_qty = 30
        self.assertEqual(line.price_unit, 88.8)
        order.scenic_visit_date = today
        self.assertEqual(line.price_unit, 70)
        order.scenic_visit_date = day + timedelta(days=20)
        with self.assertRaises(UserError), self.cr.savepoint():
            order.action_confirm()
        order.scenic_visit_date = day
        order.action_confirm()
        tickets = self.issued(order)
        self.assertEqual(set(tickets.mapped("tariff_version")), {tariff.version})
        self.assertEqual(round(sum(tickets.mapped("price_paid")), 2), 2664)
        line.product_uom_qty = 20
        self.assertEqual(line.price_unit, 88.8, "what was agreed stays")


@tagged("post_install", "-at_install")
class TestCover(common_group.GroupCase):
    def assertRefused(self, order):
        with self.assertRaises(UserError), self.cr.savepoint():
            order.action_confirm()
        self.assertEqual((order.state, len(self.issued(order))), ("draft", 0))

    def test_deposit_of_the_customer_is_paid_first(self):
        self.partner.write({"scenic_terms": "deposit", "scenic_deposit_percent": 30})
        order = self.order((self.park.adult, 10))
        self.assertEqual(order.scenic_deposit_due, 240)
        self.assertRefused(order)
        invoice = self.deposit(order, 240, pay=False)
        self.assertRefused(order)
        self.pay_invoice(invoice)
        self.assertEqual(order._scenic_paid(), 240)
        order.action_confirm()
        self.assertEqual(len(self.issued(order)), 10)

    def test_deposit_of_the_policy_counts_for_its_tickets(self):
        self.park.policy.sudo().deposit_percent = 20
        order = self.order((self.park.adult, 10), (self.park.water, 100))
        self.assertEqual(order.scenic_deposit_due, 160)
        self.partner.scenic_terms = "free"
        order.action_confirm()

    def test_credit_counts_invoices_orders_and_held_quotations(self):
        self.partner.write({"scenic_terms": "credit", "credit_limit": 1000})
        first = self.confirmed((self.park.adult, 5))
        second = self.order((self.park.adult, 8))
        self.assertRefused(second)
        self.post_invoice(first)
        self.assertRefused(second)
        self.pay_invoice(first.invoice_ids)
        held = self.order((self.park.adult, 5))
        held.scenic_hold_until = fields.Datetime.now() + timedelta(hours=1)
        self.assertRefused(second)
        held.scenic_hold_until = fields.Datetime.now() - timedelta(hours=1)
        second.action_confirm()
        self.assertEqual(len(self.issued(second)), 8)

    def test_a_manager_approves_up_to_an_amount(self):
        self.partner.write({"scenic_terms": "credit", "credit_limit": 100})
        order = self.order((self.park.adult, 2))
        desk = common_scenic.make_user(self.env, "cover_desk", "desk", company=self.company)
        boss = common_scenic.make_user(self.env, "cover_boss", "manager", company=self.company)
        wizard = self.env["scenic.order.approval"].with_context(active_id=order.id)
        with self.assertRaises(AccessError):
            wizard.with_user(desk).create({"reason": "please"})
        wizard.with_user(boss).create({"reason": "promised"}).action_approve()
        self.assertEqual(order.scenic_approved_id, boss)
        order.order_line.product_uom_qty = 3
        self.assertRefused(order)
        order.order_line.product_uom_qty = 2
        order.with_user(desk).action_confirm()
        self.assertEqual(len(self.issued(order)), 2)
