"""The worked example of scenic_finance/README.md, number by number."""

from datetime import timedelta

import common_finance

from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestExample(common_finance.FinanceCase):
    def state(self):
        proof = self.proof()
        self.assertEqual((proof["difference"], proof["state"]), (0, "balanced"))
        return (
            proof["liability_balance"],
            proof["unredeemed_value"],
            proof["unposted_sales"] + proof["unposted_refunds"] + proof["unposted_releases"],
        )

    def test_the_example_of_the_readme(self):
        window = self.window()
        order = self.sell(window, (self.park.combo, 3))
        first, second, third = self.tickets(order)
        self.assertEqual(
            first.zone_values,
            {
                str(self.park.gate.id): 8491,
                str(self.park.ropeway.id): 5660,
            },
        )
        self.assertEqual(self.state(), (0, 424.53, 424.53))
        self.close(window)
        self.assertEqual(self.state(), (424.53, 424.53, 0))
        self.use(first)
        self.use(second)
        self.assertEqual(self.state(), (424.53, 254.71, 169.82))
        self.recognise()
        self.assertEqual(self.state(), (254.71, 254.71, 0))
        window.open_ui()
        window.current_session_id.set_opening_control(0, None)
        self.sell(
            window,
            (self.park.combo, -1, {"refunded_orderline_id": order.lines.id}),
            is_refund=True,
        )
        self.assertEqual(third.state, "void")
        self.assertEqual(self.state(), (254.71, 113.2, 141.51))
        self.close(window)
        self.assertEqual(self.state(), (113.2, 113.2, 0))
        (first | second)._expire()
        self.assertEqual(self.state(), (113.2, 0, 113.2))
        batch = self.recognise(first.valid_until + timedelta(days=1))
        self.assertEqual(self.state(), (0, 0, 0))
        self.assertEqual(batch.amount, 113.2)
        self.assertEqual(self.balance(self.revenue), 169.82)
        self.assertEqual(self.balance(self.company.scenic_breakage_account_id), 113.2)
