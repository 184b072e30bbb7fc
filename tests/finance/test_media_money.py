"""What tickets are handed out on costs money, and deposits that nobody fetches are income."""

import common_finance
import common_scenic

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestMediaMoney(common_finance.FinanceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.inventory_valuation = "real_time"
        categories = cls.env["product.category"]
        cls.category = categories.create({"name": "Ticket Media"})
        cls.category.property_valuation = "real_time"
        cls.card = cls.env["product.product"].create(
            {
                "name": "Card",
                "type": "consu",
                "is_storable": True,
                "standard_price": 2.5,
                "categ_id": cls.category.id,
                "company_id": cls.company.id,
            }
        )
        cls.deposit = cls.env["product.product"].create(
            {
                "name": "Card Deposit",
                "type": "service",
                "scenic_deposit": True,
                "list_price": 20.0,
                "taxes_id": False,
                "available_in_pos": True,
                "company_id": cls.company.id,
            }
        )
        cls.owed = cls.company.scenic_visitor_deposit_account_id

    def costs(self):
        accounts = self.card._get_product_accounts()
        return -self.balance(accounts["expense"]), self.balance(accounts["stock_valuation"])

    def test_the_cost_of_a_session_is_booked_with_it(self):
        self.park.adult.scenic_media_product_id = self.card
        window = self.window()
        order = self.sell(window, (self.park.adult, 4))
        tickets = self.tickets(order)
        self.env["scenic.ticket"].with_user(window.env.user).pos_reprinted(
            tickets[:1].ids, window.id, "torn"
        )
        self.assertEqual(self.costs(), (0, 0))
        session = self.close(window)
        self.assertEqual(self.costs(), (12.5, 12.5))
        accounts = self.card._get_product_accounts()
        self.assertIn(accounts["expense"], session.move_id.line_ids.account_id)

    def test_a_card_that_comes_back_costs_nothing(self):
        self.deposit.scenic_deposit_media_id = self.card
        window = self.window()
        order = self.sell(window, (self.park.adult, 2), (self.deposit, 2))
        self.close(window)
        self.assertEqual(self.costs(), (5, 5))
        window.open_ui()
        window.current_session_id.set_opening_control(0, None)
        common_scenic.refund(window, order.lines[1], 1)
        self.close(window)
        self.assertEqual(self.costs(), (2.5, 2.5))

    def test_a_lost_card_keeps_its_deposit_as_income(self):
        window = self.window()
        order = self.sell(window, (self.deposit, 3))
        deposits = self.env["scenic.deposit"].search([("pos_order_id", "=", order.id)])
        with self.assertRaises(UserError):
            deposits[:1]._keep("lost")
        self.close(window)
        self.assertEqual(self.balance(self.owed), 60)
        with self.assertRaises(UserError):
            deposits[:1]._keep(" ")
        with self.assertRaises(AccessError):
            deposits[:1].with_user(window.env.user)._keep("lost")
        income = self.balance(self.company.scenic_fee_account_id)
        dialog = self.env["scenic.deposit.keep"].create(
            {"deposit_ids": deposits[:2].ids, "reason": "season over"}
        )
        dialog.action_keep()
        self.assertEqual(self.balance(self.owed), 20)
        self.assertEqual(self.balance(self.company.scenic_fee_account_id) - income, 40)
        self.assertEqual(deposits.mapped("state"), ["kept", "kept", "open"])
        self.assertEqual(deposits[:2].kept_by_id, self.env.user)
        with self.assertRaises(UserError):
            deposits[:2]._keep("twice")
        window.open_ui()
        window.current_session_id.set_opening_control(0, None)
        self.assertTrue(deposits[:1]._return_problem(self.company, 1))
        with self.assertRaises(UserError):
            common_scenic.refund(window, order.lines, 2)
