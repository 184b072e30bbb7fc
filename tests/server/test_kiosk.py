"""The self-service page: it asks the window's rules, holds places, and tells nothing else."""

import json
from datetime import timedelta
from unittest.mock import patch

import common_scenic
import common_slots

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import BaseCase, HttpCase, tagged

from odoo.addons.scenic_ticketing.controllers import kiosk as controller
from odoo.addons.scenic_ticketing.tools.rate_limit import RateLimit

BASKET = "b" * 40


@tagged("post_install", "-at_install")
class TestRateLimit(BaseCase):
    def test_bursts_are_allowed_and_floods_are_not(self):
        limit = RateLimit(per_second=2, burst=3)
        self.assertEqual([limit.allows("a", 10.0) for _call in range(4)], [True] * 3 + [False])
        self.assertTrue(limit.allows("b", 10.0))
        self.assertTrue(limit.allows("a", 10.5))
        self.assertFalse(limit.allows("a", 10.5))


@tagged("post_install", "-at_install")
class TestKiosk(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.park = common_scenic.make_park(cls.env)
        cls.timed = common_slots.make_timed_product(cls.park, "Cable Car")
        cls.today = cls.park.site._today()
        cls.tomorrow = cls.today + timedelta(1)
        cls.slot = common_slots.make_show(cls.park, 2, cls.tomorrow, 840)
        cls.window = common_scenic.open_window(cls.park)
        cls.page = cls.window.sudo()
        cls.page.scenic_kiosk = True
        cls.orders = cls.env["scenic.kiosk.order"]

    def setUp(self):
        super().setUp()
        for name in ("_CALLS", "_ORDERS"):
            limit = patch.object(controller, name, RateLimit(per_second=100, burst=100))
            limit.start()
            self.addCleanup(limit.stop)

    def tearDown(self):
        common_scenic.assert_balanced(self.env)
        super().tearDown()

    def ask(self, call, token=None, **params):
        self.env.flush_all()
        token = token or self.page.scenic_kiosk_token
        reply = self.url_open(
            f"/scenic/kiosk/{token}/{call}",
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        )
        self.env.invalidate_all()
        return reply.json()["result"]

    def want(self, product=None, quantity=1, day=None, slot=False):
        return {
            "product_id": (product or self.park.adult).id,
            "quantity": quantity,
            "visit_date": (day or self.today).isoformat(),
            "slot_id": slot and slot.id,
        }

    def order(self, *wants, basket=BASKET):
        answer = self.ask("order", wants=list(wants), basket=basket)
        return self.orders.search([("name", "=", answer.get("number"))]), answer

    def cable_car(self, quantity=1):
        return self.want(self.timed, quantity, self.tomorrow, self.slot)

    # -- who may see what --------------------------------------------------------

    def test_only_the_address_of_a_page_leads_to_it(self):
        good = f"/scenic/kiosk/{self.page.scenic_kiosk_token}"
        page = self.url_open(good)
        self.assertEqual(page.status_code, 200)
        self.assertIn("no-store", page.headers["Cache-Control"])
        self.assertIn("frame-ancestors 'none'", page.headers["Content-Security-Policy"])
        old = self.page.scenic_kiosk_token
        self.page.action_scenic_kiosk_renew()
        self.assertEqual(self.url_open(good).status_code, 404)
        self.assertEqual(self.ask("start", token=old)["code"], "E_PAGE")
        self.page.scenic_kiosk = False
        for token in (self.page.scenic_kiosk_token, "x", "f" * 32):
            self.assertEqual(self.ask("offer", token=token)["code"], "E_PAGE")

    def test_a_page_tells_what_visitors_need_and_nothing_else(self):
        secret = self.env["product.product"].create({"name": "Secret", "list_price": 1})
        answer = self.ask("offer", day=self.today.isoformat())
        known = {item["product_id"] for item in answer["offer"]}
        self.assertIn(self.park.adult.id, known)
        self.assertNotIn(secret.id, known)
        allowed = {
            *("product_id", "name", "description", "persons", "proof", "id_needed", "timed"),
            *("most", "price", "slots", "left", "problem"),
        }
        self.assertEqual({name for item in answer["offer"] for name in item}, allowed)
        self.assertEqual(self.ask("unlink")["code"], "E_CALL")

    def test_what_has_the_wrong_form_is_refused(self):
        adult = self.park.adult.id
        for wants in (
            None,
            [],
            "x",
            [7],
            [{}],
            [{"product_id": adult, "quantity": 0}],
            [{"product_id": adult, "quantity": 10**6}],
            [{"product_id": adult, "quantity": 1.5}],
            [{"product_id": str(adult), "quantity": 1}],
            [{"product_id": adult, "quantity": 1, "slot_id": [1]}],
            [{"product_id": adult, "quantity": 1, "visit_date": "soon"}],
            [self.want()] * 21,
        ):
            with self.subTest(wants=wants):
                self.assertEqual(self.ask("review", wants=wants)["code"], "E_REFUSED")
        for basket in (None, "short", "b" * 65, "-" * 40):
            answer = self.ask("order", wants=[self.want()], basket=basket)
            self.assertEqual(answer["code"], "E_CALL")
        self.assertFalse(self.orders.search([("config_id", "=", self.window.id)]))

    def test_a_flood_is_stopped(self):
        with patch.object(controller, "_ORDERS", RateLimit(per_second=0, burst=1)):
            self.assertIn("number", self.ask("order", wants=[self.want()], basket=BASKET))
            answer = self.ask("order", wants=[self.want()], basket="c" * 40)
        self.assertEqual(answer["code"], "E_BUSY")
        with patch.object(controller, "_CALLS", RateLimit(per_second=0, burst=0)):
            self.assertEqual(self.ask("start")["code"], "E_BUSY")

    # -- the window's own rules --------------------------------------------------

    def test_rules_of_the_policy_hold_here_too(self):
        self.assertNotIn("code", self.ask("review", wants=[self.want(quantity=3)]))
        self.park.policy.max_per_order = 2
        self.assertEqual(self.ask("review", wants=[self.want(quantity=3)])["code"], "E_REFUSED")
        yesterday = self.want(day=self.today - timedelta(1))
        self.assertEqual(self.ask("review", wants=[yesterday])["code"], "E_REFUSED")
        without_time = self.want(self.timed, day=self.tomorrow)
        self.assertEqual(self.ask("review", wants=[without_time])["code"], "E_REFUSED")

    def test_the_price_is_that_of_the_window(self):
        order, _answer = self.order(self.want(quantity=2), self.cable_car())
        sold = common_scenic.make_paid_order(
            self.window,
            [
                (self.park.adult, 2, {}),
                (self.timed, 1, {"scenic_data": {"visit_date": self.tomorrow.isoformat()}}),
            ],
        )
        self.assertEqual(order.amount, sold.amount_total)

    # -- places ------------------------------------------------------------------

    def test_places_are_held_and_the_last_ones_are_gone(self):
        order, _answer = self.order(self.cable_car(2))
        self.assertEqual(self.slot.taken, 2)
        _none, answer = self.order(self.cable_car(), basket="c" * 40)
        self.assertEqual(answer["code"], "E_REFUSED")
        self.ask("cancel", basket=BASKET)
        self.assertEqual((order.state, self.slot.taken), ("cancelled", 0))

    def test_an_order_that_is_sent_twice_is_one(self):
        first, answer = self.order(self.cable_car())
        again, same = self.order(self.cable_car())
        self.assertEqual((first, answer["number"]), (again, same["number"]))
        self.assertEqual(self.slot.taken, 1)

    def test_the_window_gets_the_places_and_sells_them(self):
        order, _answer = self.order(self.cable_car(2))
        taken = self.take(order.name[1:])
        self.assertEqual((taken["message"], self.slot.taken), ("", 2))
        (line,) = taken["lines"]
        data = {name: line[name] for name in ("visit_date", "slot_id", "kiosk")}
        sold = common_scenic.make_paid_order(
            self.window, [(self.timed, 2, {"uuid": line["uuid"], "scenic_data": data})]
        )
        self.assertEqual(sold.scenic_ticket_ids.slot_id, self.slot)
        self.assertEqual((order.state, order.pos_order_id), ("paid", sold))
        self.slot._sweep()
        self.slot.invalidate_recordset()
        self.assertEqual((self.slot.taken, self.slot.oversold), (2, 0))
        common_slots.assert_counted(self.slot)
        self.assertTrue(self.take(order.name)["message"])

    def take(self, number, window=None):
        window = window or self.window
        self.env.flush_all()
        taken = self.orders.with_user(window.env.user).pos_take(number, window.id)
        self.env.invalidate_all()
        return taken

    def test_another_window_is_told_where_the_order_is(self):
        order, _answer = self.order(self.want())
        self.assertFalse(self.take(order.name)["message"])
        self.assertFalse(self.take(order.name)["message"], "the same window asks again")
        other = common_scenic.open_window(self.park, "Window 2")
        self.assertTrue(self.take(order.name, other)["message"])

    def test_what_nobody_comes_for_ends(self):
        order, _answer = self.order(self.cable_car())
        order.expires_at = fields.Datetime.now() - timedelta(minutes=1)
        self.assertTrue(self.take(order.name)["message"])
        self.assertEqual(order.state, "cancelled")

    # -- the visitor's phone -----------------------------------------------------

    def test_the_phone_shows_the_tickets_once_they_are_paid(self):
        order, _answer = self.order(self.want())
        url = f"/scenic/kiosk/order/{order.token}"
        page = self.url_open(url)
        self.assertEqual((page.status_code, "<img" in page.text), (200, False))
        self.assertEqual(self.url_open(url[:-1]).status_code, 404)
        taken = self.take(order.name)
        sold = common_scenic.make_paid_order(
            self.window,
            [(self.park.adult, 1, {"scenic_data": {"kiosk": taken["lines"][0]["kiosk"]}})],
        )
        page = self.url_open(url).text
        self.assertIn(sold.scenic_ticket_ids.alias, page)
        self.assertIn("data:image/png", page)

    def test_a_cashier_does_not_learn_the_address(self):
        with self.assertRaises(UserError):
            self.window.read(["scenic_kiosk_token"])
