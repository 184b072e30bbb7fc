"""The dashboard reads fields that exist, and its numbers are those of the books."""

import common_finance

from odoo import tools
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestDashboard(common_finance.FinanceCase):
    def test_every_model_field_and_menu_of_the_dashboard_exists(self):
        dashboards = self.env.ref("scenic_finance.dashboard_group_scenic").dashboard_ids
        self.assertGreaterEqual(len(dashboards), 2)
        self.assertTrue(all(dashboards.mapped("is_published")))
        # Odoo looks into the data only when it runs its own tests
        self.patch(
            tools.config, "_runtime_options", {**tools.config._runtime_options, "test_enable": True}
        )
        self.assertTrue(tools.config["test_enable"])
        dashboards._check_spreadsheet_data()

    def test_movements_add_up_to_what_is_open(self):
        window = self.window()
        order = self.sell(window, (self.park.adult, 3), (self.park.combo, 2))
        self.close(window)
        tickets = self.tickets(order)
        self.use(tickets[0])
        self.use(tickets[3], self.park.ropeway)._reverse("mistake")
        tickets[1]._expire()
        window.open_ui()
        window.current_session_id.set_opening_control(0, None)
        self.sell(
            window,
            (self.park.adult, -1, {"refunded_orderline_id": order.lines[0].id, "price_unit": 64}),
            is_refund=True,
        )
        measures = [
            "tickets",
            "uses",
            "sold_value",
            "used_value",
            "refunded_value",
            "expired_value",
            "kept_value",
            "open_value",
        ]
        [total] = self.env["scenic.value.report"]._read_group(
            [("company_id", "=", self.company.id)], [], [f"{name}:sum" for name in measures]
        )
        figures = dict(zip(measures, (round(value, 2) for value in total), strict=True))
        self.assertEqual(
            figures,
            {
                "tickets": 5,
                "uses": 1,
                "sold_value": 509.43,
                "used_value": 75.47,
                "refunded_value": 60.38,
                "expired_value": 75.48,
                "kept_value": 15.09,
                "open_value": 283.01,
            },
        )
        self.assertEqual(figures["open_value"], self.proof()["unredeemed_value"])
        windows = self.env["scenic.value.report"]._read_group(
            [("company_id", "=", self.company.id)], ["config_id"], ["open_value:sum"]
        )
        self.assertEqual([config.id for config, _value in windows], [window.id])
        self.close(window)
