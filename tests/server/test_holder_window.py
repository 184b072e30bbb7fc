"""Holders at a window: taken by token, paid sales are never refused, the browser keeps nothing."""

import logging
from datetime import timedelta
from unittest.mock import patch

import common_holder
from common_holder import ANNA, BEN, CARA, PHONE
from common_scenic import make_paid_order, make_product, make_user, open_window, refund

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestHolderWindow(common_holder.HolderCase):
    def sale(self, *tokens, product=None, qty=None, day=None, window=None):
        """Pay for tickets at the window, as its browser sends them."""
        data = {"visit_date": str(day or self.today), "holders": list(tokens)}
        line = (product or self.park.named, qty or len(tokens), {"scenic_data": data})
        return make_paid_order(window or self.window, [line])

    def incidents(self, order):
        return self.env["scenic.incident"].search(
            [("ticket_id", "in", order.scenic_ticket_ids.ids)]
        )

    def test_a_token_becomes_the_holder_of_the_ticket(self):
        one = self.take(ANNA, phone=PHONE, name="Anna Li")
        two = self.take(BEN)
        self.assertEqual((one["reason"], one["name"]), ("OK", "A*** L*"))
        self.assertNotIn(ANNA, str(one))
        order = self.sale(one["token"], two["token"])
        tickets = order.scenic_ticket_ids.sorted("seq")
        numbers = [t.holder_id._opened()[t.holder_id]["number"] for t in tickets]
        self.assertEqual(numbers, [ANNA, BEN])
        self.assertFalse(self.incidents(order))
        self.assertEqual(order.lines.scenic_data, {"visit_date": str(self.today)})

    def test_what_is_wrong_is_said_at_once(self):
        for number, reason in (
            ("", "E_ID_EMPTY"),
            (ANNA[:-1] + ("1" if ANNA[-1] != "1" else "2"), "E_ID_CHECK"),
            ("12", "E_ID_UNKNOWN"),
        ):
            answer = self.take(number)
            self.assertEqual((answer["reason"], answer["token"]), (reason, ""))
            self.assertTrue(answer["message"])
        self.assertEqual(self.take(ANNA, product=self.park.family, phone="1")["reason"], "E_PHONE")
        self.assertFalse(self.holders.search([("site_id", "=", self.park.site.id)]))

    def test_an_id_is_taken_for_the_order_that_asked_first(self):
        other = open_window(self.park, name="Window 2")
        self.assertEqual(self.take(ANNA)["reason"], "OK")
        self.assertEqual(self.take(ANNA, order="order-9", window=other)["reason"], "E_ID_TAKEN")
        self.assertEqual(self.take(ANNA)["reason"], "E_ID_TWICE", "twice in one order")
        self.assertEqual(self.take(ANNA, day=self.tomorrow)["reason"], "OK")

    def test_the_same_window_may_start_again(self):
        first = self.take(ANNA)
        second = self.take(ANNA, order="order-2")
        self.assertEqual(second["reason"], "OK")
        # the order left behind hears of it before it is paid
        wants = [
            {
                "token": first["token"],
                "product_id": self.park.named.id,
                "visit_date": str(self.today),
            }
        ]
        other = open_window(self.park, name="Window 2")
        confirm = other.env["scenic.holder"].pos_confirm
        self.assertEqual(list(confirm(other.id, "order-1", wants)), [first["token"]])

    def test_an_id_waits_half_an_hour_for_its_sale(self):
        other = open_window(self.park, name="Window 2")
        self.take(ANNA)
        uses = self.env["scenic.holder.use"].search([("site_id", "=", self.park.site.id)])
        uses.expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.env.flush_all()
        self.assertEqual(self.take(ANNA, order="order-9", window=other)["reason"], "OK")

    def test_a_replaced_or_dropped_id_is_free(self):
        other = open_window(self.park, name="Window 2")
        first = self.take(ANNA)
        second = self.take(BEN, token=first["token"])
        self.assertEqual(self.take(ANNA, order="order-9", window=other)["reason"], "OK")
        self.window.env["scenic.holder"].pos_drop(self.window.id, "order-1", [second["token"]])
        self.assertEqual(self.take(BEN, order="order-9", window=other)["reason"], "OK")
        self.assertFalse(self.holders.search([("uid", "=", first["token"])]))

    def test_nobody_drops_the_holder_of_a_sold_ticket(self):
        taken = self.take(ANNA)
        order = self.sale(taken["token"])
        self.window.env["scenic.holder"].pos_drop(self.window.id, "order-1", [taken["token"]])
        self.assertTrue(order.scenic_ticket_ids.holder_id)
        other = open_window(self.park, name="Window 2")
        self.assertEqual(self.take(ANNA, order="o", window=other)["reason"], "E_ID_TAKEN")

    def test_before_the_money_the_window_asks_again(self):
        taken = self.take(ANNA)
        want = {"token": taken["token"], "product_id": self.park.named.id}
        confirm = self.window.env["scenic.holder"].pos_confirm
        today, tomorrow = str(self.today), str(self.tomorrow)
        self.assertEqual(confirm(self.window.id, "order-1", [want | {"visit_date": today}]), {})
        self.assertEqual(confirm(self.window.id, "order-1", [want | {"visit_date": tomorrow}]), {})
        self.assertEqual(
            list(confirm(self.window.id, "order-1", [want | {"token": "x", "visit_date": today}])),
            ["x"],
        )

    def test_a_paid_sale_without_id_exists_and_is_told(self):
        order = self.sale(qty=2)
        self.assertEqual(len(order.scenic_ticket_ids), 2)
        self.assertEqual(len(self.incidents(order)), 2)

    def test_a_paid_second_ticket_for_an_id_is_told(self):
        self.sale(self.take(ANNA)["token"])
        holder = self.make(self.row(BEN))
        self.sale(self.take(BEN)["token"])
        order = self.sale(holder.uid)
        ticket = order.scenic_ticket_ids
        self.assertEqual(self.incidents(order).ticket_id, ticket)
        self.assertNotIn(ticket.holder_id.id_masked, self.incidents(order).facts)
        uses = self.env["scenic.holder.use"].search([("site_id", "=", self.park.site.id)])
        self.assertNotIn(ticket, uses.ticket_id)

    def test_one_token_does_not_make_two_tickets(self):
        token = self.take(ANNA)["token"]
        order = self.sale(token, token)
        self.assertEqual(len(self.incidents(order)), 1)

    def test_a_refund_frees_the_id(self):
        order = self.sale(self.take(ANNA)["token"])
        refund(self.window, order.lines)
        self.assertEqual(order.scenic_ticket_ids.state, "void")
        self.assertEqual(self.take(ANNA, order="order-2")["reason"], "OK")

    def test_one_id_for_the_order_goes_on_all_its_tickets(self):
        self.park.real_name.id_needed_at_sale = "order"
        order = self.sale(self.take(ANNA)["token"], qty=3)
        self.assertEqual(len(order.scenic_ticket_ids.holder_id), 1)
        self.assertFalse(self.incidents(order))
        other = open_window(self.park, name="Window 2")
        self.assertEqual(self.take(ANNA, order="o", window=other)["reason"], "E_ID_TAKEN")

    def test_a_holder_of_another_validity_is_sealed_again(self):
        policy = self.park.real_name.copy({"name": "Three Days", "validity_days": 3})
        long = make_product(
            self.park, "Three Days", 150.0, {self.park.gate: 1}, scenic_policy_id=policy.id
        )
        taken = self.take(ANNA)
        order = self.sale(taken["token"], product=long)
        ticket = order.scenic_ticket_ids
        self.assertEqual(ticket.holder_id.last_day, ticket.valid_until)
        self.assertEqual(ticket.holder_id._opened()[ticket.holder_id]["number"], ANNA)

    def test_a_window_that_was_loaded_again_sees_masks_only(self):
        token = self.take(ANNA, name="Anna Li")["token"]
        shown = self.window.env["scenic.holder"].pos_show(self.window.id, [token, "x"])
        self.assertEqual(list(shown), [token])
        self.assertNotIn(ANNA, str(shown))

    def test_the_paper_shows_the_holder_mostly_hidden(self):
        named = self.take(ANNA, name="Anna Li")
        order = self.sale(named["token"], self.take(BEN)["token"])
        first, second = order.scenic_ticket_ids.sorted("seq")
        found = self.window.env["scenic.ticket"].pos_slip_holders(
            order.scenic_ticket_ids.ids, self.window.id
        )
        self.assertEqual(found[first.id], "A*** L*")
        self.assertEqual(found[second.id], second.holder_id.id_masked)
        self.assertNotIn(BEN, str(found))

    def test_only_windows_ask(self):
        user = make_user(self.env, "holder_nobody")
        holders = self.env["scenic.holder"].with_user(user)
        for call in (
            lambda: holders.pos_take(self.window.id, "o", [], {"number": ANNA}),
            lambda: holders.pos_confirm(self.window.id, "o", []),
            lambda: holders.pos_drop(self.window.id, "o", []),
            lambda: holders.pos_show(self.window.id, []),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_no_number_in_logs(self):
        with (
            self.assertLogs("odoo.sql_db", "DEBUG") as statements,
            self.assertLogs("odoo.addons.scenic_ticketing", "DEBUG") as own,
        ):
            logging.getLogger("odoo.addons.scenic_ticketing").debug("one line at least")
            token = self.take(CARA, name="Cara Wu", phone=PHONE)["token"]
            self.sale(token)
            self.env["scenic.ticket"]._find_by_person(CARA)
            self.env["scenic.ticket"].search([("holder_key", "=", CARA)])
        written = "\n".join(statements.output + own.output)
        self.assertIn("INSERT INTO", written)
        for text in (CARA, "Cara Wu", PHONE):
            self.assertNotIn(text, written)

    def test_the_key_file_is_needed_and_said_so(self):
        keyring = self.env["scenic.keyring"]
        with (
            patch.object(type(keyring), "_key_path", lambda self: None),
            self.assertRaisesRegex(UserError, "key_file"),
        ):
            self.take(ANNA)
