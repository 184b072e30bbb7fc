"""Paying at the self-service page: one order, one money, one sale, whatever happens meanwhile."""

import json
from datetime import timedelta
from unittest.mock import patch

import common_scenic
import common_slots
import pay_case

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import HttpCase, tagged

from odoo.addons.scenic_ticketing.controllers import kiosk as controller
from odoo.addons.scenic_ticketing.tools.pay_code import machine
from odoo.addons.scenic_ticketing.tools.rate_limit import RateLimit

PAID, PASSWORD, NEVER, LOST, REFUSED = 0, 1, 2, 3, 6


@tagged("post_install", "-at_install")
class TestKioskPay(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.acquirer = pay_case.Acquirer()
        cls.addClassCleanup(cls.acquirer.stop)
        cls.park = common_scenic.make_park(cls.env)
        cls.timed = common_slots.make_timed_product(cls.park, "Cable Car")
        cls.tomorrow = cls.park.site._today() + timedelta(1)
        cls.slot = common_slots.make_show(cls.park, 6, cls.tomorrow, 840)
        journal = cls.env["account.journal"].create(
            {"name": "Page", "type": "cash", "code": "CPAGE", "company_id": cls.park.company.id}
        )
        cash = cls.env["pos.payment.method"].create({"name": "Page", "journal_id": journal.id})
        cls.page = cls.env["pos.config"].create(
            {"name": "Page 1", "payment_method_ids": [(6, 0, cash.ids)]}
        )
        cls.method = pay_case.add_method(cls.env, cls.page)
        cls.cashier = common_scenic.make_user(cls.env, "page_cashier", "window")
        cls.page.write(
            {
                "scenic_kiosk": True,
                "scenic_kiosk_user_id": cls.cashier.id,
                "scenic_kiosk_method_id": cls.method.id,
            }
        )
        cls.numbers = iter(range(1000))

    def setUp(self):
        super().setUp()
        for name in ("_CALLS", "_ORDERS", "_PAYMENTS"):
            limit = patch.object(controller, name, RateLimit(per_second=100, burst=100))
            limit.start()
            self.addCleanup(limit.stop)
        self.held = self.acquirer.money()
        self.basket = f"{next(self.numbers):040d}"

    def tearDown(self):
        common_scenic.assert_balanced(self.env)
        super().tearDown()

    def ask(self, call, **params):
        self.env.flush_all()
        reply = self.url_open(
            f"/scenic/kiosk/{self.page.scenic_kiosk_token}/{call}",
            data=json.dumps(
                {"jsonrpc": "2.0", "method": "call", "params": {"basket": self.basket, **params}}
            ),
            headers={"Content-Type": "application/json"},
        )
        self.env.invalidate_all()
        return reply.json()["result"]

    def place(self, quantity=2, slot=None):
        slot = slot or self.slot
        want = {
            "product_id": self.timed.id,
            "quantity": quantity,
            "visit_date": self.tomorrow.isoformat(),
            "slot_id": slot.id,
        }
        self.placed = self.ask("order", wants=[want])
        return self.env["scenic.kiosk.order"].search([("name", "=", self.placed["number"])])

    def code(self, behaviour, before=0):
        return pay_case.code(behaviour, before, next(self.numbers))

    def step_until_settled(self, code="", **params):
        """Ask as the page does; the moment when something is due is now."""
        clock = patch.object(type(self.env["scenic.pay.attempt"]), "_clock", self.now)
        with clock:
            for _turn in range(40):
                answer = self.ask("step", code=code, **params)
                if answer.get("code"):
                    raise AssertionError(f"refused: {answer}")
                if answer.get("state") != "paying":
                    return answer
                self.seconds += 10
        raise AssertionError(f"not settled: {answer}")

    seconds = 1_800_000_000.0

    def now(self, *_self):
        return self.seconds

    def pay(self, behaviour, before=0, **params):
        code = self.code(behaviour, before)
        begun = self.ask("pay", code=code)
        self.assertNotIn("code", begun, begun)
        return self.step_until_settled(code, **params)

    def assert_money(self, cents):
        self.assertEqual(self.acquirer.money() - self.held, cents)
        attempts = self.env["scenic.pay.attempt"].search([("config_id", "=", self.page.id)])
        self.assertFalse(attempts.filtered("is_unbooked"))
        booked = sum(attempts.filtered("pos_payment_id").pos_payment_id.mapped("amount"))
        self.assertEqual(round(booked * 100), cents)

    # ------------------------------------------------------------------

    def test_paid_at_once_is_sold_once_with_its_places(self):
        order = self.place()
        self.assertTrue(self.placed["pays"])

        answer = self.pay(PAID)

        order.invalidate_recordset()
        sale = order.pos_order_id
        self.assertEqual((answer["state"], order.state, sale.state), ("paid", "paid", "paid"))
        self.assertEqual(sale.session_id.config_id, self.page)
        self.assertEqual((sale.user_id, sale.session_id.user_id), (self.cashier, self.cashier))
        self.assertEqual(sale.scenic_shift_id.user_id, self.cashier)
        self.assertEqual(len(sale.scenic_ticket_ids), 2)
        codes = sale.scenic_ticket_ids.sorted("id").mapped("code")
        self.assertEqual([slip["code"] for slip in answer["slips"]], codes)
        self.assertTrue(all(code.startswith("ST1") for code in codes))
        self.slot._sweep()
        self.slot.invalidate_recordset()
        self.assertEqual((self.slot.taken, self.slot.oversold), (2, 0))
        self.assert_money(round(sale.amount_total * 100))
        # a page that asks again, or was loaded again, sells and takes nothing more
        for call in ("step", "resume"):
            self.assertEqual(len(self.ask(call)["slips"]), 2)
        self.assertEqual(self.ask("pay", code=self.code(PAID))["code"], "E_REFUSED")
        self.assertEqual(len(order.pos_order_id.search([("uuid", "=", order.order_uuid)])), 1)
        self.assert_money(round(sale.amount_total * 100))

    def test_a_password_and_a_lost_answer_end_with_one_sale(self):
        for behaviour in (PASSWORD, LOST):
            self.basket = f"{next(self.numbers):040d}"
            order = self.place(quantity=1)
            self.assertEqual(self.pay(behaviour)["state"], "paid")
            order.invalidate_recordset()
            self.assertEqual(len(order.pos_order_id.scenic_ticket_ids), 1)
        self.assert_money(self.acquirer.money() - self.held)

    def test_what_is_not_paid_waits_for_another_code_or_a_window(self):
        order = self.place()
        for behaviour in (REFUSED, NEVER):
            answer = self.pay(behaviour)
            self.assertEqual((answer["state"], answer["wait"]), ("waiting", 0))
            self.assertIn(answer["payment"], machine.NO_MONEY)
        self.assert_money(0)
        self.assertFalse(self.env["pos.order"].search([("uuid", "=", order.order_uuid)]))
        window = common_scenic.open_window(self.park)
        taken = self.env["scenic.kiosk.order"].with_user(window.env.user)
        self.assertEqual(len(taken.pos_take(order.name, window.id)["lines"]), 1)
        self.assertEqual(self.ask("pay", code=self.code(PAID))["code"], "E_REFUSED")

    def test_a_second_scan_finds_the_first_payment(self):
        self.place()
        code = self.code(PASSWORD)
        first, second = (self.ask("pay", code=code) for _scan in range(2))
        self.assertEqual(first["state"], second["state"])
        self.assertEqual(self.env["scenic.pay.attempt"].search_count([("ref", "!=", False)]), 1)
        # no window takes what is being paid
        window = common_scenic.open_window(self.park)
        orders = self.env["scenic.kiosk.order"].with_user(window.env.user)
        self.assertFalse(orders.pos_take(self.placed["number"], window.id)["lines"])
        self.assertEqual(self.step_until_settled(code)["state"], "paid")

    def test_given_up_is_taken_back(self):
        order = self.place()
        code = self.code(NEVER)
        self.ask("pay", code=code)
        self.ask("step", code=code)

        answer = self.step_until_settled(cancel=True)

        self.assertEqual((answer["state"], answer["payment"]), ("waiting", machine.REVERSED))
        self.assert_money(0)
        self.ask("cancel")
        order.invalidate_recordset()
        self.slot.invalidate_recordset()
        self.assertEqual((order.state, self.slot.taken), ("cancelled", 0))

    def test_the_page_died_after_the_money_and_the_job_sells(self):
        order = self.place()
        code = self.code(PAID)
        self.ask("pay", code=code)
        # the answer of this step never comes to the page
        self.assertEqual(self.ask("step", code=code)["payment"], machine.PAID)

        self.env["scenic.pay.attempt"]._cron_settle()

        order.invalidate_recordset()
        self.assertEqual((order.state, len(order.pos_order_id.scenic_ticket_ids)), ("paid", 2))
        self.assertEqual(len(self.ask("resume")["slips"]), 2)
        self.assert_money(round(order.amount * 100))

    def test_the_page_died_before_the_code_went_out(self):
        order = self.place()
        self.ask("pay", code=self.code(PAID))
        attempt = self.env["scenic.pay.attempt"].search([("order_uuid", "=", order.order_uuid)])
        self.seconds = attempt.due + 60
        with patch.object(type(attempt), "_clock", self.now):
            attempt._cron_settle()
            self.env.invalidate_all()
            attempt._cron_settle()
        order.invalidate_recordset()
        self.assertEqual((attempt.state, order.state), (machine.REVERSED, "waiting"))
        self.assert_money(0)

    def test_a_sale_that_is_refused_is_told_and_keeps_the_session_open(self):
        order = self.place()
        code = self.code(PAID)
        self.ask("pay", code=code)
        self.ask("step", code=code)
        # the price changes between the money and the sale, and the window refuses others
        self.page.scenic_price_deviation = "refuse"
        with patch.object(
            type(self.env["pos.order.line"]), "_scenic_price_doubt", lambda line: ("dearer", 1.0)
        ):
            self.assertEqual(self.ask("step", code=code)["code"], "E_REFUSED")
            self.env["scenic.kiosk.order"]._finish_left()
            self.env["scenic.kiosk.order"]._finish_left()
        self.env.invalidate_all()
        found = self.env["scenic.incident"].search([("kind", "=", "payment")])
        self.assertEqual([incident.amount for incident in found], [order.amount])
        self.assertTrue(self.page.current_session_id._scenic_unsettled())
        # it is tried again, and then it is sold
        self.env["scenic.kiosk.order"]._finish_left()
        self.assertEqual(order.state, "paid")
        self.assert_money(round(order.amount * 100))

    def test_what_a_window_has_to_ask_is_not_paid_here(self):
        policy = self.timed.product_tmpl_id.scenic_policy_id
        policy.concession_at_sale = True
        self.place()
        self.assertFalse(self.placed["pays"])
        self.assertEqual(self.ask("pay", code=self.code(PAID))["code"], "E_REFUSED")
        self.assertFalse(self.env["scenic.pay.attempt"].search([]))

    def test_neither_price_nor_code_of_the_page_is_believed(self):
        order = self.place()
        for code in ("", "12", "9" * 200, 17, None, ["1"]):
            self.assertEqual(self.ask("pay", code=code)["code"], "E_REFUSED")
        self.assertEqual(order.state, "waiting")
        self.assertEqual(
            self.ask("pay", code=self.code(PAID), basket="x" * 40)["code"], "E_REFUSED"
        )
        self.assertEqual(self.ask("step", basket="x" * 40)["code"], "E_REFUSED")
        # the price of the order is older than the tariff: nobody is charged what nobody has seen
        order.sudo().amount = 1
        self.assertEqual(self.ask("pay", code=self.code(PAID))["code"], "E_REFUSED")
        order.sudo().write({"amount": 80, "expires_at": fields.Datetime.now()})
        self.assertEqual(self.ask("pay", code=self.code(PAID))["code"], "E_REFUSED")
        self.assertFalse(self.env["scenic.pay.attempt"].search([]))

    def test_codes_are_not_tried_out_here(self):
        self.place()
        with patch.object(controller, "_PAYMENTS", RateLimit(per_second=0.01, burst=1)):
            self.assertEqual(self.ask("pay", code="1")["code"], "E_REFUSED")
            self.assertEqual(self.ask("pay", code="1")["code"], "E_BUSY")

    def test_tickets_are_shown_to_their_visitor_for_a_while(self):
        order = self.place()
        self.pay(PAID)
        order.pos_order_id.sudo().date_order -= timedelta(hours=1)
        self.assertNotIn("slips", self.ask("resume"))
        self.basket = "y" * 40
        self.assertEqual(self.ask("resume"), {})

    def test_a_page_is_set_up_in_the_settings(self):
        values = {"scenic_kiosk_method_id": False, "scenic_kiosk_user_id": False}
        self.page.write(values)
        settings = self.env["res.config.settings"].create(
            {
                "pos_config_id": self.page.id,
                "pos_scenic_kiosk_method_id": self.method.id,
                "pos_scenic_kiosk_user_id": self.cashier.id,
            }
        )
        settings.execute()
        self.assertTrue(self.page._scenic_kiosk_takes_money())

    def test_a_page_takes_money_only_when_it_is_set_up_for_it(self):
        for values in (
            {"scenic_kiosk_user_id": False},
            {"scenic_kiosk_user_id": common_scenic.make_user(self.env, "nobody_special").id},
            {"scenic_kiosk_method_id": (self.page.payment_method_ids - self.method)[:1].id},
        ):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.page.write(values)
