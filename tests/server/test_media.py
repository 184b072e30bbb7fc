"""Ticket paper, wristbands and cards: what windows give out leaves their stock."""

import common_scenic

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestMedia(common_scenic.ScenicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.window = common_scenic.open_window(cls.park)
        cls.other = common_scenic.open_window(cls.park, name="Other Window")
        for window in (cls.window, cls.other):
            window.sudo().action_scenic_media_location()
        cls.place = cls.window.sudo().scenic_media_location_id
        cls.paper = cls.make_medium("Paper")
        cls.band = cls.make_medium("Wristband")
        cls.fill(cls.paper, cls.place, 100)
        cls.park.adult.scenic_media_product_id = cls.paper

    @classmethod
    def make_medium(cls, name):
        return cls.env["product.product"].create(
            {"name": name, "type": "consu", "is_storable": True}
        )

    @classmethod
    def fill(cls, product, place, quantity):
        cls.env["stock.quant"].sudo()._update_available_quantity(product, place, quantity)

    def stock(self, product, place=None):
        quants = (
            self.env["stock.quant"]
            .sudo()
            .search(
                [("product_id", "=", product.id), ("location_id", "=", (place or self.place).id)]
            )
        )
        return sum(quants.mapped("quantity"))

    def row(self, product=None, window=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["scenic.media.stock"].search(
            [
                ("config_id", "=", (window or self.window).id),
                ("product_id", "=", (product or self.paper).id),
            ]
        )

    def sell(self, *lines, window=None):
        full = [(*line, {})[:3] for line in lines]
        return common_scenic.make_paid_order(window or self.window, full)

    def close(self, window=None):
        session = (window or self.window).sudo().current_session_id
        if session.config_id.cash_control:
            session.post_closing_cash_details(session.cash_register_balance_end)
        self.assertTrue(session.close_session_from_ui().get("successful"))
        return session

    def test_a_window_takes_from_its_own_place_in_one_picking(self):
        self.sell((self.park.adult, 2))
        self.sell((self.park.adult, 3))
        self.assertEqual(self.stock(self.paper), 100)
        session = self.close()
        self.assertEqual(self.stock(self.paper), 95)
        picking = session.picking_ids
        self.assertEqual(len(picking), 1)
        self.assertEqual(picking.scenic_media_session_id, session)
        self.assertEqual(picking.move_ids.mapped("quantity"), [5])
        self.assertEqual(picking.state, "done")
        session._scenic_take_media()
        self.assertEqual(self.stock(self.paper), 95)

    def test_quantities_by_ticket_and_by_person(self):
        self.park.adult.scenic_media_qty = 1.5
        self.park.family.write(
            {"scenic_media_product_id": self.band.id, "scenic_media_per": "person"}
        )
        self.fill(self.band, self.place, 50)
        pax = self.park.family.scenic_pax
        self.assertGreater(pax, 1)
        self.sell((self.park.adult, 5), (self.park.family, 2))
        self.close()
        self.assertAlmostEqual(self.stock(self.paper), 92.5)
        self.assertEqual(self.stock(self.band), 50 - 2 * pax)

    def test_printing_again_takes_another_one_with_its_reason(self):
        order = self.sell((self.park.adult, 2))
        tickets = order.scenic_ticket_ids
        at_window = self.env["scenic.ticket"].with_user(self.window.env.user)
        at_window.pos_reprinted(tickets[:1].ids, self.window.id, "paper jam")
        self.assertEqual(tickets[:1].event_ids.mapped("reason"), ["paper jam"])
        self.assertEqual(self.row().pending, 3)
        self.park.adult.scenic_media_again = False
        self.assertEqual(self.row().pending, 2)
        self.park.adult.scenic_media_again = True
        tickets[1:]._at_window(self.window)._reissue("lost")
        self.close()
        self.assertEqual(self.stock(self.paper), 96)

    def test_persons_who_leave_a_group_take_no_second_piece(self):
        self.park.family.scenic_media_product_id = self.band
        self.fill(self.band, self.place, 9)
        ticket = self.sell((self.park.family, 1)).scenic_ticket_ids
        ticket._split(1, "changed")
        self.assertEqual(self.row(self.band).pending, 1)

    def test_shortage_is_told_before_it_runs_out(self):
        self.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": self.paper.id,
                "location_id": self.place.id,
                "product_min_qty": 95,
                "product_max_qty": 200,
                "trigger": "manual",
            }
        )
        self.sell((self.park.adult, 4))
        self.assertEqual((self.row().remaining, self.row().state), (96, "good"))
        self.sell((self.park.adult, 1))
        self.assertEqual((self.row().remaining, self.row().state), (95, "low"))
        status = self.window.scenic_media_status(self.window.id)
        [medium] = status["media"]
        self.assertEqual((medium["left"], medium["minimum"]), (95, 95))
        template = self.park.adult.product_tmpl_id.id
        self.assertEqual(status["needs"][template], [self.paper.id, 1, "code"])
        self.assertFalse(self.other.scenic_media_status(self.other.id)["media"])
        self.sell((self.park.adult, 95))
        self.assertEqual(self.row().state, "out")
        # Odoo's own replenishment knows it as soon as the session is closed
        self.close()
        self.env.invalidate_all()
        point = self.env["stock.warehouse.orderpoint"].search([("location_id", "=", self.place.id)])
        self.assertEqual(point.qty_to_order, 200)

    def test_a_count_corrects_the_stock_but_not_what_is_still_to_leave_it(self):
        self.sell((self.park.adult, 10))
        counts = self.env["scenic.media.count"].with_user(self.window.env.user)
        with self.assertRaises(UserError):
            counts.pos_count_media(self.window.id, {self.paper.id: 80})
        [answer] = counts.pos_count_media(self.window.id, {self.paper.id: 80}, "a torn roll")
        self.assertEqual(
            (answer["expected"], answer["counted"], answer["difference"]), (90, 80, -10)
        )
        self.assertEqual(self.row().remaining, 80)
        count = self.env["scenic.media.count"].search([], limit=1)
        self.assertEqual(count.user_id, self.window.env.user)
        self.close()
        self.assertEqual(self.stock(self.paper), 80)
        dialog = self.env["scenic.media.counting"].create({"config_id": self.window.id})
        self.assertEqual(dialog.line_ids.mapped("expected"), [80])
        dialog.line_ids.counted = 81
        dialog.reason = "found"
        dialog.action_count()
        self.assertEqual(self.stock(self.paper), 81)

    def test_rolls_are_told_beside_pieces(self):
        roll = self.env["uom.uom"].create(
            {
                "name": "Roll of 50",
                "relative_factor": 50,
                "relative_uom_id": self.paper.uom_id.id,
            }
        )
        self.paper.uom_ids = roll
        self.assertEqual(self.row().packs, "2.0 Roll of 50")

    def test_goods_of_a_package_leave_the_stock_once(self):
        water = self.make_medium("Water")
        source = self.window.picking_type_id.default_location_src_id
        self.fill(water, source, 20)
        parent, ticket_line, goods_line = self.sell_package(water).lines
        self.assertEqual((ticket_line | goods_line).combo_parent_id, parent)
        self.assertEqual(len(ticket_line.scenic_ticket_ids), 2)
        session = self.close()
        self.assertEqual(self.stock(water, source), 18)
        self.assertEqual(self.stock(self.paper), 98)
        self.assertEqual(set(session.picking_ids.mapped("state")), {"done"})

    def sell_package(self, water):
        """Sell two packages of a ticket and a bottle, with lines as the window sends them."""
        choices = self.env["product.combo"].create(
            [
                {
                    "name": name,
                    "company_id": self.park.company.id,
                    "combo_item_ids": [(0, 0, {"product_id": product.id})],
                }
                for name, product in (("Ticket", self.park.adult), ("Drink", water))
            ]
        )
        package = self.env["product.product"].create(
            {
                "name": "Package",
                "type": "combo",
                "company_id": self.park.company.id,
                "available_in_pos": True,
                "combo_ids": [(6, 0, choices.ids)],
            }
        )
        data = common_scenic.order_data(
            self.window,
            [(package, 2, {"price_unit": 0}), (self.park.adult, 2, {}), (water, 2, {})],
        )
        parent, *children = data["lines"]
        for child, choice in zip(children, choices, strict=True):
            child[2]["combo_item_id"] = choice.combo_item_ids.id
        data["relations_uuid_mapping"] = {
            "pos.order.line": {
                child[2]["uuid"]: {"combo_parent_id": parent[2]["uuid"]} for child in children
            }
        }
        return common_scenic.sync(self.window, data)

    def test_a_returnable_medium_goes_and_comes_with_its_deposit(self):
        card, deposit = self.make_medium("Card"), self.make_deposit()
        deposit.scenic_deposit_media_id = card
        self.park.adult.scenic_media_product_id = card
        self.fill(card, self.place, 10)
        order = self.sell((self.park.adult, 3), (deposit, 3))
        self.assertEqual(self.row(card).pending, 3)
        common_scenic.refund(self.window, order.lines[1], 1)
        self.assertEqual(self.row(card).pending, 2)
        self.close()
        self.assertEqual(self.stock(card), 8)
        # the others come back at the other window, and lie there
        common_scenic.refund(self.other, order.lines[1], 2)
        self.close(self.other)
        self.assertEqual(self.stock(card, self.other.sudo().scenic_media_location_id), 2)
        with self.assertRaises(ValidationError):
            self.park.adult.product_tmpl_id.scenic_deposit_media_id = card

    def make_deposit(self):
        return self.env["product.product"].create(
            {
                "name": "Card Deposit",
                "type": "service",
                "scenic_deposit": True,
                "list_price": 20.0,
                "taxes_id": False,
                "available_in_pos": True,
            }
        )
