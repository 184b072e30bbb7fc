"""Sales that a window saved as a file, because it never came back."""

import base64
import copy
import json

import common_scenic

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestSaleImport(common_scenic.ScenicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.window = common_scenic.open_window(cls.park)
        cls.boss = common_scenic.make_user(cls.env, "import_boss", "manager")

    def tearDown(self):
        common_scenic.assert_balanced(self.env)
        super().tearDown()

    def sale(self, count=2, **values):
        today = self.park.site._today()
        lines = [(self.park.adult, count, {"visit_date": today})]
        order = common_scenic.order_data(self.window, lines)
        return {"uuid": order["uuid"], "name": order["name"], "order": order | values}

    def file(self, *sales, **values):
        return {
            "format": "scenic-window-sales",
            "version": 1,
            "database": self.env.cr.dbname,
            "window": {"id": self.window.id, "name": self.window.name},
            "sales": [{"total": 0, "paid_at": "2026-05-01T08:00:00Z", **sale} for sale in sales],
        } | values

    def run_import(self, content, user=None):
        if not isinstance(content, bytes):
            content = json.dumps(content).encode()
        wizards = self.env["scenic.sale.import"].with_user(user or self.boss)
        wizard = wizards.create({"file": base64.b64encode(content)})
        wizard.action_import()
        return wizard.line_ids

    def test_sales_are_booked_once_each_by_itself(self):
        good, lost, wrong = self.sale(), self.sale(3), self.sale()
        common_scenic.sync(self.window, copy.deepcopy(lost["order"]))
        wrong["order"]["lines"][0][2]["product_id"] = 0
        file = self.file(good, lost, wrong)

        with mute_logger("odoo.sql_db"):
            lines = self.run_import(file)

        self.assertEqual(lines.mapped("state"), ["booked", "known", "refused"])
        self.assertTrue(lines[2].problem)
        with mute_logger("odoo.sql_db"):
            again = self.run_import(file)
        self.assertEqual(again.mapped("state"), ["known", "known", "refused"])
        # and the window sends it after all
        order = common_scenic.sync(self.window, good["order"])
        self.assertEqual((len(order), len(order.scenic_ticket_ids)), (1, 2))
        self.assertEqual(order.user_id, self.window.env.user)

    def test_sales_of_another_window_stay_where_they_are(self):
        other = common_scenic.open_window(self.park, name="Window 2")
        sale = self.sale(session_id=other.current_session_id.id)
        self.assertEqual(self.run_import(self.file(sale)).state, "refused")

    def test_only_files_of_this_database_are_read(self):
        sale = self.sale()
        for content in (
            b"PK\x03\x04",
            b"[" * 100_000,
            [],
            self.file(sale, format="other"),
            self.file(sale, version=2),
            self.file(sale, database="other"),
            self.file(sale, window={"id": "1"}),
            self.file(sale, window=None),
            self.file(sale, window={"id": 10**9}),
            self.file(sale, sales=7),
            self.file(sale, sales=[7]),
            self.file(sale | {"uuid": "another"}),
            self.file(self.sale(state="draft")),
            self.file(*[sale] * 2001),
        ):
            with self.subTest(str(content)[:60]), self.assertRaises(UserError):
                self.run_import(content)
        self.assertFalse(self.env["pos.order"].search([("uuid", "=", sale["uuid"])]))

    def test_only_managers_import(self):
        with self.assertRaises(AccessError):
            self.run_import(self.file(self.sale()), self.window.env.user)
