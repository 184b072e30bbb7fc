"""Sale and refund at a window: issued once, worth the line to the cent, taken back right."""

from datetime import timedelta

import common_scenic
from common_scenic import assert_balanced, make_paid_order, make_product, order_data, refund, sync

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.scenic_ticketing.tools import ticket_sql


@tagged("post_install", "-at_install")
class TestPosSale(common_scenic.ScenicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.window = common_scenic.open_window(cls.park)
        cls.tax = cls.env["account.tax"].create(
            {
                "name": "6 % included",
                "amount": 6,
                "price_include_override": "tax_included",
                "company_id": cls.park.company.id,
            }
        )

    def sell(self, *lines):
        return make_paid_order(self.window, [(*line, {})[:3] for line in lines])

    def close_session(self):
        session = self.window.current_session_id.sudo()
        session.post_closing_cash_details(sum(session.order_ids.mapped("amount_total")))
        session.close_session_from_ui()
        self.assertEqual(session.state, "closed")
        return session

    def test_each_unit_becomes_one_signed_ticket(self):
        order = self.sell((self.park.adult, 3), (self.park.combo, 1))
        tickets = order.scenic_ticket_ids
        self.assertEqual(len(tickets), 4)
        self.assertEqual(sorted(order.lines[0].scenic_ticket_ids.mapped("seq")), [1, 2, 3])
        self.assertEqual(len(set(tickets.mapped("uid"))), 4)
        self.assertEqual(len(set(tickets.mapped("alias"))), 4)
        for ticket in tickets:
            found, reason = self.env["scenic.ticket"]._find(ticket.code)
            self.assertEqual((found, reason), (ticket, None))
            self.assertEqual(len(ticket.code), 154)
        self.assertEqual(set(tickets.mapped("channel_id.kind")), {"window"})
        self.assertEqual(self.redeem(tickets[0])["reason"], "OK")
        assert_balanced(self.env)

    def test_visit_date_is_the_one_sold(self):
        today = self.park.site._today()
        later = today + timedelta(10)
        order = self.sell((self.park.adult, 1, {"visit_date": later}), (self.park.adult, 1))
        by_line = [line.scenic_ticket_ids for line in order.lines]
        self.assertEqual([t.visit_date for t in by_line], [later, today])
        self.assertEqual(self.redeem(by_line[0])["reason"], "E_EARLY")

    def test_bad_visit_date_does_not_stop_a_paid_sale(self):
        today = self.park.site._today()
        for data in (
            {"visit_date": "31/12/2026"},
            {"visit_date": 7},
            {"visit_date": "1999-01-01"},
            {"visit_date": "2999-01-01"},
            "2026-01-01",
            ["nonsense"],
            {},
        ):
            with self.subTest(data=data):
                order = self.sell((self.park.adult, 1, {"scenic_data": data}))
                ticket = order.scenic_ticket_ids
                self.assertEqual(ticket.visit_date, today)
                incidents = self.env["scenic.incident"].search([("ticket_id", "=", ticket.id)])
                self.assertEqual(len(incidents), 1 if data else 0)

    def test_visit_too_far_ahead_is_kept_and_reported(self):
        self.park.policy.sale_days_ahead = 7
        day = self.park.site._today() + timedelta(8)
        ticket = self.sell((self.park.adult, 1, {"visit_date": day})).scenic_ticket_ids
        self.assertEqual(ticket.visit_date, day)
        incident = self.env["scenic.incident"].search([("ticket_id", "=", ticket.id)])
        self.assertIn(str(day), incident.facts)

    def test_late_order_keeps_the_day_of_its_sale(self):
        yesterday = self.park.site._today() - timedelta(1)
        data = order_data(
            self.window, [(self.park.adult, 1, {"visit_date": yesterday}), (self.park.adult, 1, {})]
        )
        data["date_order"] = str(self.park.site._midnight(yesterday) + timedelta(hours=10))
        tickets = sync(self.window, data).scenic_ticket_ids
        self.assertEqual(set(tickets.mapped("visit_date")), {yesterday})
        self.assertFalse(self.env["scenic.incident"].search([("ticket_id", "in", tickets.ids)]))

    def test_tickets_of_a_line_add_up_to_the_line(self):
        for price, qty, discount in ((100.0, 3, 0), (0.05, 7, 0), (179.99, 3, 15), (80, 1, 100)):
            with self.subTest(price=price, qty=qty, discount=discount):
                product = make_product(
                    self.park,
                    "Taxed",
                    price,
                    {self.park.gate: 1},
                    taxes_id=[Command.set(self.tax.ids)],
                )
                order = self.sell((product, qty, {"discount": discount}))
                values = order.scenic_ticket_ids.mapped("net_value")
                self.assertAlmostEqual(sum(values), order.lines.price_subtotal, places=6)
                self.assertLessEqual(max(values) - min(values), 0.011)
                self.assertTrue(all(value >= 0 for value in values))

    def test_tickets_of_an_order_add_up_to_the_order_with_global_rounding(self):
        self.park.company.tax_calculation_rounding_method = "round_globally"
        product = make_product(
            self.park, "Odd", 33.33, {self.park.gate: 1}, taxes_id=[Command.set(self.tax.ids)]
        )
        order = self.sell((product, 1), (product, 1), (product, 1))
        sales = self.close_session().move_id.line_ids.filtered(
            lambda line: line.display_type == "product"
        )
        self.assertEqual(sum(order.scenic_ticket_ids.mapped("net_value")), 94.33)
        self.assertAlmostEqual(-sum(sales.mapped("balance")), 94.33, places=6)

    def test_replayed_order_makes_no_second_ticket(self):
        data = order_data(self.window, [(self.park.adult, 2, {})])
        order = sync(self.window, dict(data))
        tickets = order.scenic_ticket_ids
        again = sync(self.window, dict(data))
        self.assertEqual(again, order)
        order.lines.sudo()._scenic_process_paid()
        self.env.invalidate_all()
        self.assertEqual(order.scenic_ticket_ids, tickets)

    def test_window_gets_the_tickets_back_with_the_order(self):
        data = order_data(self.window, [(self.park.adult, 2, {}), (self.park.combo, 1, {})])
        answer = self.window.env["pos.order"].sync_from_ui([data])
        rows = answer["scenic.ticket"]
        self.assertEqual(len(rows), 3)
        for row in rows:
            self.assertTrue(row["code"].startswith("ST1"))
            self.assertIn(
                row["pos_order_line_id"], [line["id"] for line in answer["pos.order.line"]]
            )
        reread = self.window.env["pos.order"].read_pos_orders([("uuid", "=", data["uuid"])])
        self.assertEqual(len(reread["scenic.ticket"]), 3)

    def test_draft_order_has_no_ticket_until_it_is_paid(self):
        data = order_data(self.window, [(self.park.adult, 1, {})])
        payments, data["payment_ids"] = data["payment_ids"], []
        order = sync(self.window, data | {"state": "draft", "amount_paid": 0.0})
        self.assertFalse(order.scenic_ticket_ids)
        payment = payments[0][2] | {"pos_order_id": order.id}
        order.sudo().add_payment(payment)
        order.sudo().action_pos_order_paid()
        self.assertEqual(len(order.scenic_ticket_ids), 1)

    def test_combo_issues_the_tickets_of_its_parts(self):
        parts = [(self.park.adult, 80), (self.park.combo, 120)]
        combos = self.env["product.combo"].create(
            [
                {
                    "name": product.name,
                    "company_id": self.park.company.id,
                    "combo_item_ids": [Command.create({"product_id": product.id})],
                }
                for product, _price in parts
            ]
        )
        bundle = self.env["product.product"].create(
            {
                "name": "Bundle",
                "type": "combo",
                "company_id": self.park.company.id,
                "list_price": 200,
                "combo_ids": [Command.set(combos.ids)],
                "taxes_id": [Command.clear()],
                "available_in_pos": True,
            }
        )
        data = order_data(
            self.window,
            [(bundle, 1, {"price_unit": 0.0})]
            + [(product, 1, {"price_unit": price}) for product, price in parts],
        )
        parent = data["lines"][0][2]["uuid"]
        data["relations_uuid_mapping"] = {
            "pos.order.line": {
                line[2]["uuid"]: {"combo_parent_id": parent} for line in data["lines"][1:]
            }
        }
        order = sync(self.window, data)
        self.assertEqual(len(order.lines.filtered("combo_parent_id")), 2)
        self.assertEqual(sorted(order.scenic_ticket_ids.mapped("net_value")), [80.0, 120.0])

    def test_unused_ticket_is_refunded_and_void(self):
        order = self.sell((self.park.adult, 3))
        back = refund(self.window, order.lines, 2)
        void = order.scenic_ticket_ids.filtered(lambda ticket: ticket.state == "void")
        self.assertEqual(sorted(void.mapped("seq")), [1, 2])
        self.assertEqual(void.refund_line_id, back.lines)
        self.assertTrue(all(void.mapped("voided_at")))
        self.assertIn(back.name, void[0].void_reason)
        self.assertEqual({self.redeem(ticket)["reason"] for ticket in void}, {"E_REVOKED"})
        refund(self.window, order.lines, 1)
        self.assertEqual(set(order.scenic_ticket_ids.mapped("state")), {"void"})
        with self.assertRaises(UserError):
            refund(self.window, order.lines, 1)
        assert_balanced(self.env)

    def test_window_names_the_tickets_that_come_back(self):
        order = self.sell((self.park.adult, 3))
        last = order.scenic_ticket_ids.filtered(lambda ticket: ticket.seq == 3)
        refund(self.window, order.lines, 1, scenic_data={"refund_uids": [last.uid]})
        self.assertEqual(last.state, "void")
        with self.assertRaises(UserError):
            refund(self.window, order.lines, 1, scenic_data={"refund_uids": [last.uid]})
        with self.assertRaises(UserError):
            refund(self.window, order.lines, 2, scenic_data={"refund_uids": ["0" * 16]})

    def test_used_ticket_is_not_refunded_and_the_window_is_told_why(self):
        order = self.sell((self.park.adult, 1))
        self.redeem(order.scenic_ticket_ids, lane="South 3")
        with self.assertRaises(UserError) as caught:
            refund(self.window, order.lines, 1)
        said = str(caught.exception)
        self.assertIn(order.scenic_ticket_ids.alias, said)
        self.assertIn("South 3", said)
        self.assertIn("Park", said)
        self.assertIn(str(self.park.site._today()), said)
        self.assertEqual(order.scenic_ticket_ids.state, "used")

    def test_only_unused_tickets_of_a_line_are_refunded(self):
        order = self.sell((self.park.adult, 3))
        first = order.scenic_ticket_ids.filtered(lambda ticket: ticket.seq == 1)
        self.redeem(first)
        with self.assertRaises(UserError):
            refund(self.window, order.lines, 3)
        refund(self.window, order.lines, 2)
        self.assertEqual(
            order.scenic_ticket_ids.sorted("seq").mapped("state"), ["used", "void", "void"]
        )

    def test_partly_used_ticket_is_not_refunded(self):
        order = self.sell((self.park.combo, 1))
        self.redeem(order.scenic_ticket_ids, self.park.ropeway)
        with self.assertRaises(UserError):
            refund(self.window, order.lines, 1)

    def test_policy_can_exclude_refunds(self):
        order = self.sell((self.park.adult, 1))
        self.park.policy.refund_allowed = False
        with self.assertRaises(UserError):
            refund(self.window, order.lines, 1)

    def test_refund_needs_its_sale(self):
        with self.assertRaises(UserError):
            self.sell((self.park.adult, -1))

    def test_replayed_refund_voids_no_second_ticket(self):
        order = self.sell((self.park.adult, 2))
        values = {"refunded_orderline_id": order.lines.id}
        data = order_data(self.window, [(self.park.adult, -1, values)])
        back = sync(self.window, dict(data))
        sync(self.window, dict(data))
        back.lines.sudo()._scenic_process_paid()
        self.assertEqual(sorted(order.scenic_ticket_ids.mapped("state")), ["valid", "void"])

    def test_ticket_paper_is_taken_from_stock_once(self):
        paper = self.env["product.product"].create(
            {"name": "Wristband", "type": "consu", "is_storable": True}
        )
        location = self.window.picking_type_id.default_location_src_id
        self.env["stock.quant"].sudo()._update_available_quantity(paper, location, 10)
        self.park.adult.scenic_media_product_id = paper
        order = self.sell((self.park.adult, 3), (self.park.combo, 1))
        refund(self.window, order.lines[0], 2)
        session = self.close_session()
        self.assertEqual(paper.qty_available, 7)
        self.assertEqual(
            session.picking_ids.move_ids.filtered(lambda move: move.product_id == paper).mapped(
                "state"
            ),
            ["done"],
        )

    def test_sale_goes_on_without_paper_in_stock(self):
        paper = self.env["product.product"].create(
            {"name": "Roll", "type": "consu", "is_storable": True}
        )
        self.park.adult.scenic_media_product_id = paper
        self.park.company.point_of_sale_update_stock_quantities = "real"
        self.assertEqual(len(self.sell((self.park.adult, 1)).scenic_ticket_ids), 1)

    def test_plain_cashier_sells_and_refunds_tickets(self):
        cashier = common_scenic.make_user(
            self.env, "plain_cashier", "base.group_user", "point_of_sale.group_pos_user"
        )
        window = common_scenic.open_window(self.park, name="Shop", user=cashier)
        order = make_paid_order(
            window, [(self.park.combo, 2, {"scenic_data": {"visit_date": "x"}})]
        )
        self.assertEqual(len(order.scenic_ticket_ids), 2)
        refund(window, order.lines, 1)
        self.assertEqual(sorted(order.scenic_ticket_ids.mapped("state")), ["valid", "void"])

    def test_net_values_are_those_that_the_journal_entry_is_made_of(self):
        """The sale computes them without what only an entry needs; both have to agree."""
        self.park.adult.taxes_id = self.tax
        order = self.sell(
            (self.park.adult, 3, {"price_unit": 33.33, "discount": 12.5}),
            (self.park.adult, 1, {"price_unit": 0.01}),
            (self.park.combo, 7, {"price_unit": 9.99}),
        )
        company, taxes = order.company_id, self.env["account.tax"]
        full = order.lines._prepare_tax_base_line_values()
        taxes._add_tax_details_in_base_lines(full, company)
        taxes._round_base_lines_tax_details(full, company)
        net = order.lines._scenic_net_values()
        for line in full:
            details = line["tax_details"]
            booked = details["total_excluded_currency"] + details["delta_total_excluded_currency"]
            self.assertAlmostEqual(net[line["record"]], -line["sign"] * booked, 2)
        back = refund(self.window, order.lines[0], 2, discount=12.5).lines
        self.assertEqual(
            back._scenic_net_values()[back],
            -sum(order.lines[0].scenic_ticket_ids[:2].mapped("net_value")),
        )

    def test_sale_follows_a_policy_that_changes_while_it_is_remembered(self):
        today = self.park.site._today()

        def codes(day):
            return [found.code for found in self.park.adult._scenic_day_obstacles(day, today)]

        self.assertFalse(codes(today + timedelta(3)))
        self.park.policy.sale_days_ahead = 2
        self.assertEqual(codes(today + timedelta(3)), ["E_TOO_FAR"])
        self.park.policy.min_days_ahead = 1
        self.assertEqual(codes(today), ["E_TOO_LATE"])
        self.assertEqual(codes(today - timedelta(1)), ["E_PAST"])
        closed = self.env["scenic.blackout"].create({"name": "Storm"})
        self.park.site.closed_calendar_ids = closed
        day = today + timedelta(1)
        self.assertFalse(codes(day))
        closed.line_ids = [Command.create({"date_from": day, "date_to": day})]
        self.assertEqual(codes(day), ["E_BLACKOUT"])

    def test_a_number_that_is_taken_is_not_given_out_again(self):
        tickets = self.sell((self.park.adult, 2)).scenic_ticket_ids
        old = tickets[0].alias
        tickets[0]._reissue("Lost")
        self.assertNotEqual(tickets[0].alias, old)
        self.env.flush_all()
        known = {old, *tickets.mapped("alias")}
        self.assertEqual(ticket_sql.taken_aliases(self.env.cr, known | {"T1"}), known)

    def test_plain_products_make_no_ticket(self):
        postcard = self.env["product.product"].create(
            {"name": "Postcard", "list_price": 3, "available_in_pos": True}
        )
        self.assertFalse(self.sell((postcard, 2)).scenic_ticket_ids)
