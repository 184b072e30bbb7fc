"""A cashier sells what visitors ask for, in a real browser against a real server."""

from datetime import timedelta

import common_scenic
import common_slots
import window_case

from odoo.fields import Command
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestSellTour(window_case.WindowCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seniors = cls.park.policy.copy({"name": "Seniors"})
        cls.seniors.sudo().write({"state": "published"})
        cls.seniors.write({"concession_at_sale": True, "concession_proof": "Card of seniors"})
        gate = cls.park.gate
        cls.child = common_scenic.make_product(cls.park, "Child", 40.0, {gate: 1})
        cls.senior = common_scenic.make_product(
            cls.park, "Senior", 60.0, {gate: 1}, scenic_policy_id=cls.seniors.id
        )
        cls.reason = cls.env["scenic.free.reason"].create({"name": "Guide"})
        cls.window.env.user.sudo().group_ids += cls.env.ref("scenic_ticketing.group_complimentary")

    def card(self):
        """Let the window take cards as well, so that cash has to be chosen."""
        journal = self.env["account.journal"].create(
            {"name": "Card", "type": "bank", "code": "CRD9", "company_id": self.park.company.id}
        )
        method = self.env["pos.payment.method"].create(
            {"name": "Card", "journal_id": journal.id, "company_id": self.park.company.id}
        )
        # methods of an open session are changed by the superuser only
        self.env.cr.execute(
            "INSERT INTO pos_config_pos_payment_method_rel VALUES (%s, %s)",
            [self.window.id, method.id],
        )
        self.env.invalidate_all()

    def test_four_tickets_of_three_kinds_take_eight_touches(self):
        self.card()

        self.run_tour("ScenicFourTickets")

        self.assertEqual(
            sorted(self.tickets.mapped("product_id.name")), ["Adult", "Child", "Senior"]
        )
        self.assertEqual(len(self.tickets), 4)
        self.assertEqual(set(self.tickets.mapped("visit_date")), {self.park.site._today()})
        seen = self.tickets.filtered("concession_seen")
        self.assertEqual(seen.product_id, self.senior)

    def test_a_group_on_one_code_and_its_guide_free(self):
        self.run_tour("ScenicSellGroup")

        group = self.tickets.filtered(lambda ticket: ticket.product_id == self.park.adult)
        guide = self.tickets - group
        self.assertEqual((group.pax, group.net_value), (10, 800))
        self.assertEqual(group.gate_note, "Wheelchair")
        self.assertEqual((guide.free_reason_id, guide.net_value), (self.reason, 0))

    def test_an_order_that_costs_nothing_is_closed(self):
        self.run_tour("ScenicSellFree")

        self.assertEqual(self.tickets.free_reason_id, self.reason)
        self.assertEqual(self.tickets.pos_order_id.state, "paid")

    def test_a_combo_of_tickets_and_goods(self):
        tomorrow = self.park.site._today() + timedelta(1)
        ride = common_slots.make_timed_product(self.park, "Cable Car")
        show = common_slots.make_show(self.park, 4, tomorrow, 840)
        water = self.env["product.product"].create(
            {"name": "Water", "type": "consu", "is_storable": True, "list_price": 10.0}
        )
        combos = self.env["product.combo"].create(
            [
                {
                    "name": product.name,
                    "company_id": self.park.company.id,
                    "combo_item_ids": [Command.create({"product_id": product.id})],
                }
                for product in (ride, self.park.adult, water)
            ]
        )
        self.env["product.product"].create(
            {
                "name": "Day Out",
                "type": "combo",
                "list_price": 100.0,
                "combo_ids": [Command.set(combos.ids)],
                "company_id": self.park.company.id,
                "taxes_id": False,
                "available_in_pos": True,
            }
        )
        water.taxes_id = False
        before = water.qty_available

        self.run_tour("ScenicSellCombo")

        timed = self.tickets.filtered("slot_id")
        self.assertEqual((timed.product_id, timed.slot_id), (ride, show))
        self.assertEqual(self.tickets.mapped("visit_date"), [tomorrow, tomorrow])
        lines = self.tickets.pos_order_id.lines
        self.assertEqual(sum(lines.mapped("price_subtotal")), 100)
        bottle = lines.filtered(lambda line: line.product_id == water)
        # what the bottle costs is no liability for visits
        self.assertAlmostEqual(sum(self.tickets.mapped("net_value")) + bottle.price_subtotal, 100)
        self.assertTrue(all(value > 0 for value in self.tickets.mapped("net_value")))
        water.invalidate_recordset()
        self.assertEqual(water.qty_available, before - 1)
        common_slots.assert_counted(show)

    def test_a_deposit_is_taken_with_a_ticket_and_returned_once(self):
        band = self.env["product.product"].create(
            {
                "name": "Wristband",
                "type": "service",
                "scenic_deposit": True,
                "list_price": 20.0,
                "taxes_id": False,
                "available_in_pos": True,
            }
        )
        self.park.adult.product_tmpl_id.pos_optional_product_ids = band.product_tmpl_id

        self.run_tour("ScenicDeposit")

        deposit = self.env["scenic.deposit"].search([("product_id", "=", band.id)])
        self.assertEqual(deposit.mapped("state"), ["returned"])
        self.assertEqual(deposit.return_order_id.amount_total, -20)
