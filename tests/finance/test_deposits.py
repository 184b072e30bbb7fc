"""Deposits of visitors: owed from the sale to the return, never revenue, returned once."""

import common_finance
import common_scenic

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged


class DepositCase(common_finance.FinanceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.band = cls.env["product.product"].create(
            {
                "name": "Wristband Deposit",
                "type": "service",
                "scenic_deposit": True,
                "list_price": 20.0,
                "taxes_id": False,
                "available_in_pos": True,
                "company_id": cls.company.id,
            }
        )
        cls.account = cls.company.scenic_visitor_deposit_account_id

    def deposits(self, order):
        return self.env["scenic.deposit"].search([("pos_order_id", "=", order.id)], order="seq")

    def find(self, window, text):
        return window.env["scenic.deposit"].pos_find(text, window.id)

    def give_back(self, window, deposits, price=20.0):
        said = {"deposits": deposits.ids}
        line = (self.band, -len(deposits), {"price_unit": price, "scenic_data": said})
        return self.sell(window, line)


@tagged("post_install", "-at_install")
class TestDeposits(DepositCase):
    def test_a_deposit_is_owed_until_any_window_returns_it(self):
        window, other = self.window(), self.window()
        order = self.sell(window, (self.park.adult, 2), (self.band, 2))
        first, second = self.deposits(order)
        self.assertEqual((first | second).mapped("amount"), [20, 20])
        self.close(window)
        self.assertEqual(self.balance(self.account), 40)
        self.assertEqual(self.balance(self.revenue), 0)

        found = self.find(other, self.tickets(order)[0].code)
        self.assertEqual([item["id"] for item in found["deposits"]], [first.id, second.id])
        self.assertEqual(self.find(other, order.pos_reference)["deposits"], found["deposits"])
        back = self.give_back(other, first)
        self.assertEqual(first.return_line_id.order_id, back)
        self.close(other)
        self.assertEqual(self.balance(self.account), 20)
        self.assertEqual((first | second).mapped("state"), ["returned", "open"])

    def test_a_lost_thing_is_paid_with_its_deposit(self):
        window = self.window()
        deposit = self.deposits(self.sell(window, (self.band, 1)))
        lost = self.env["product.product"].create(
            {"name": "Lost Wristband", "type": "service", "list_price": 20.0, "taxes_id": False}
        )
        said = {"deposits": deposit.ids}
        order = self.sell(
            window, (self.band, -1, {"price_unit": 20.0, "scenic_data": said}), (lost, 1)
        )
        self.assertEqual((order.amount_total, order.state), (0, "paid"))
        self.assertEqual((deposit.state, deposit.return_order_id), ("returned", order))
        self.close(window)
        # the deposit is owed no more, and its money is revenue
        self.assertEqual(self.balance(self.account), 0)
        income = lost.product_tmpl_id.get_product_accounts()["income"]
        lines = self.env["account.move.line"].search(
            [("account_id", "=", income.id), ("move_id", "=", window.session_ids.move_id.ids)]
        )
        self.assertEqual(sum(lines.mapped("balance")), -20)

    def test_a_deposit_comes_back_once(self):
        window = self.window()
        deposit = self.deposits(self.sell(window, (self.band, 1)))
        self.give_back(window, deposit)
        deposits = window.env["scenic.deposit"]
        self.assertTrue(deposits.pos_check_return(deposit.ids, window.id))
        with self.assertRaises(UserError):
            self.give_back(window, deposit)
        self.close(window)
        self.assertEqual(self.balance(self.account), 0)

    def test_no_more_than_was_paid_comes_back(self):
        window = self.window()
        deposit = self.deposits(self.sell(window, (self.band, 1)))
        with self.assertRaises(UserError):
            self.give_back(window, deposit, price=50.0)
        with self.assertRaises(UserError):
            # nothing was deposited at all
            self.sell(window, (self.band, -1))
        self.assertEqual(deposit.state, "open")

    def test_a_replayed_order_takes_and_returns_once(self):
        window = self.window()
        data = common_scenic.order_data(window, [(self.band, 1, {})])
        order = common_scenic.sync(window, data)
        common_scenic.sync(window, data)
        order.lines._scenic_process_paid()
        deposit = self.deposits(order)
        self.assertEqual(len(deposit), 1)
        back = self.give_back(window, deposit)
        back.lines._scenic_process_paid()
        self.assertEqual(deposit.return_line_id, back.lines)

    def test_the_refund_of_the_order_returns_its_deposits(self):
        window = self.window()
        order = self.sell(window, (self.band, 3))
        common_scenic.refund(window, order.lines, 2)
        self.assertEqual(self.deposits(order).mapped("state"), ["returned", "returned", "open"])
        self.close(window)
        self.assertEqual(self.balance(self.account), 20)

    def test_a_window_of_another_company_finds_nothing(self):
        window = self.window()
        order = self.sell(window, (self.park.adult, 1), (self.band, 1))
        deposits = self.env["scenic.deposit"]
        self.assertFalse(deposits._order_of(order.pos_reference, self.env.ref("base.main_company")))
        self.assertTrue(self.find(window, "T000000000000000")["message"])
        self.assertFalse(self.find(window, "%")["deposits"])

    def test_the_proof_sees_a_deposit_that_was_booked_away(self):
        self.prove = False
        window = self.window()
        self.sell(window, (self.band, 1))
        self.close(window)
        common_scenic.assert_balanced(self.env, self.company)
        self.env["account.move"].create(
            {
                "line_ids": [
                    (0, 0, {"account_id": self.account.id, "debit": 20}),
                    (0, 0, {"account_id": self.revenue.id, "credit": 20}),
                ]
            }
        ).action_post()
        self.assertTrue(self.env["scenic.proof"]._differences(self.company))

    def test_no_session_takes_deposits_that_would_be_revenue(self):
        self.company.scenic_visitor_deposit_account_id = False
        with self.assertRaises(UserError):
            self.window()

    def test_a_deposit_is_neither_taxed_nor_a_ticket(self):
        with self.assertRaises(ValidationError):
            self.band.taxes_id = self.park.vat
        with self.assertRaises(ValidationError):
            self.park.adult.product_tmpl_id.scenic_deposit = True
