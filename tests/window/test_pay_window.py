"""Customers pay with the code on their phone, in a real browser with a real acquirer process."""

from unittest.mock import patch

import pay_case
import window_case

from odoo.tests import tagged

from odoo.addons.scenic_ticketing.tools.pay_code import machine

UNKNOWN = "NOT_EXIST"  # the practice acquirer's word


@tagged("post_install", "-at_install")
class TestPayWindow(window_case.WindowCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.acquirer = pay_case.Acquirer()
        cls.addClassCleanup(cls.acquirer.stop)
        pay_case.add_method(cls.env, cls.window)

    def setUp(self):
        super().setUp()
        self.before = self.acquirer.money()

    def booked(self):
        """Return what orders of this window got by code, in cents, and check the attempts."""
        payments = self.env["pos.payment"].search(
            [("payment_method_id.use_payment_terminal", "=", "scenic_code")]
        )
        attempts = self.env["scenic.pay.attempt"].search([("state", "=", "paid")])
        self.assertEqual(attempts.pos_payment_id, payments.sorted("id"))
        self.assertFalse(self.env["scenic.pay.attempt"].search([("is_unbooked", "=", True)]))
        return round(sum(payments.mapped("amount")) * 100)

    def test_password_unknown_and_reversed(self):
        # a payment that the acquirer does not know is reversed after a minute: here at once
        def next_step(attempt, now, has_code):
            limit = machine.LIMIT if attempt.code == UNKNOWN else 0
            return decide(attempt, now + limit, has_code)

        decide = machine._next
        with patch.object(machine, "_next", next_step):
            self.run_tour("ScenicPayByCode")

        self.assertEqual(len(self.tickets), 3)
        self.assertEqual(self.booked(), 16000)
        self.assertEqual(self.acquirer.money() - self.before, 16000)

    def test_a_reload_in_the_middle_takes_no_second_money(self):
        self.run_tour("ScenicPayReload")

        self.assertEqual(self.booked(), 8000)
        self.assertEqual(self.acquirer.money() - self.before, 8000)
        self.assertEqual(len(self.env["scenic.pay.attempt"].search([])), 1)
