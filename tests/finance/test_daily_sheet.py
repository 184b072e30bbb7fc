"""The daily sheet as a document: its sums are those of the rows, on screen, in PDF and in XLSX."""

import io

import common_reports
import common_scenic
import finance_tools
from openpyxl import load_workbook

from odoo.exceptions import UserError
from odoo.fields import Date
from odoo.tests import HttpCase, tagged

daily_sheet = finance_tools.load("daily_sheet")


@tagged("post_install", "-at_install")
class TestDailySheet(common_reports.MixedDayCase, HttpCase):
    # the park of the test has done it already
    registry_test_mode = False

    def sheet(self, **vals):
        return self.env["scenic.daily.sheet"].create(vals)

    def total(self, name):
        [(total,)] = self.env["scenic.report.daily"]._read_group(
            [("company_id", "=", self.company.id)], [], [f"{name}:sum"]
        )
        return round(total, 2)

    def test_the_tables_add_up_to_the_rows_and_to_each_other(self):
        document = self.sheet()._sheet()
        sales, methods = document.tables
        names = (
            "quantity persons gross tax net refund_quantity refund_gross fee received on_account"
        )
        self.assertEqual(list(sales.total[2:]), [self.total(name) for name in names.split()])
        for table in (sales, methods):
            plain = [cells for cells, level in table.rows if not level]
            for column in range(2, len(table.titles)):
                self.assertEqual(
                    round(sum(cells[column] for cells in plain), 2), table.total[column]
                )
        self.assertEqual(methods.total[-1], self.total("received"))
        for (here, level), (there, _level) in zip(methods.rows, sales.rows, strict=True):
            self.assertEqual((here[:2], here[-1]), (there[:2], there[10]))
            if not level:
                self.assertEqual(round(sum(here[2:-1]), 2), here[-1])

    def test_rounded_parts_add_up_in_both_directions(self):
        matrix = [[1 / 3, 2 / 3, 1 / 7], [1 / 3, -2 / 3, 6 / 7], [4 / 3, 0, 0]]
        cells = daily_sheet.rounded(matrix, 2)
        for exact, row in zip(matrix, cells, strict=True):
            self.assertAlmostEqual(sum(exact), sum(row), delta=0.0101)
        for exact, column in zip(zip(*matrix, strict=True), zip(*cells, strict=True), strict=True):
            self.assertAlmostEqual(sum(exact), sum(column), delta=0.0101)
        whole = daily_sheet.rounded([[33.33, 46.67], [66.67, -6.67]], 2)
        self.assertEqual(whole, [[33.33, 46.67], [66.67, -6.67]])
        self.assertEqual(daily_sheet.rounded([[1.4], [1.4]], 0), [[1.0], [2.0]])

    def test_a_year_before_stands_beside_it_when_there_was_one(self):
        sheet = self.sheet()
        self.assertEqual(len(sheet._sheet().tables), 2)
        self.env.cr.execute(
            "UPDATE pos_order SET date_order = date_order - interval '1 year' WHERE id = %s",
            [self.discounted.id],
        )
        table = sheet._sheet().tables[2]
        gross = [cells for cells, _level in table.rows][2]
        self.assertEqual(gross[2], self.discounted.amount_total)
        self.assertEqual(gross[1], self.total("gross") - gross[2])

    def test_days_and_companies_that_are_none_are_refused(self):
        today = Date.today()
        with self.assertRaises(UserError):
            self.sheet(date_from=today, date_to=Date.subtract(today, days=1)).action_pdf()
        with self.assertRaises(UserError):
            self.sheet(date_from=Date.subtract(today, days=400), date_to=today)._sheet()
        other = self.env["res.company"].sudo().create({"name": "Not Mine"})
        with self.assertRaises(UserError):
            self.sheet(company_id=other.id)._sheet()
        empty = self.sheet(date_from="2020-01-01", date_to="2020-01-01")
        self.assertEqual(len(empty._sheet().tables), 1)
        self.assertTrue(empty._file("pdf") and empty._file("xlsx") and empty.preview)

    def test_the_files_hold_the_sums_and_only_their_maker_gets_them(self):
        user = common_scenic.make_user(
            self.env, "sheet accountant", "scenic_finance.group_accountant", company=self.company
        )
        sheet = self.env["scenic.daily.sheet"].with_user(user).create({})
        self.assertIn("table", sheet.preview)
        self.authenticate("sheet accountant", "sheet accountant")
        page = self.url_open(sheet.action_xlsx()["url"])
        self.assertEqual(page.status_code, 200)
        rows = list(load_workbook(io.BytesIO(page.content)).active.iter_rows(values_only=True))
        last = [row for row in rows if str(row[4]).startswith("=SUM")]
        self.assertTrue(last)
        values = load_workbook(io.BytesIO(page.content), data_only=True).active
        cached = [row[4] for row in values.iter_rows(values_only=True)]
        self.assertIn(self.total("gross"), cached)
        page = self.url_open(sheet.action_pdf()["url"])
        self.assertTrue(page.content.startswith(b"%PDF"))
        common_scenic.make_user(
            self.env, "other sheet", "scenic_finance.group_accountant", company=self.company
        )
        self.authenticate("other sheet", "other sheet")
        self.assertEqual(self.url_open(sheet.action_pdf()["url"]).status_code, 404)
