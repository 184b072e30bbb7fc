"""The back-test foretells each month from the months before it; the paper recomputes it all."""

import base64

import breakage_books
import common_scenic
import sheet_maths

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

NET = breakage_books.NET


@tagged("post_install", "-at_install")
class TestBreakagePaper(breakage_books.BreakageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # 50, 25, 20 and 40 % stay away
        cls.curve = cls("paper").learn((3, 3), (6, 2), (4, 1), (3, 2))

    def paper(self, **vals):
        wizard = self.env["scenic.breakage.paper"].create(
            {"company_id": self.company.id, "date_from": self.today, "date_to": self.late, **vals}
        )
        action = wizard.action_export()
        self.assertIn(f"/{wizard.id}/content/", action["url"])
        return sheet_maths.Workbook(base64.b64decode(wizard.content))

    def test_each_month_is_foretold_by_those_before_it(self):
        months = self.curve.month_ids
        self.assertEqual([round(month.rate, 4) for month in months], [0.5, 0.25, 0.2, 0.4])
        # two months are the smallest sample; then the lowest of them counts
        self.assertEqual([month.told_rate for month in months], [0, 0, 0.25, 0.2])
        # four came of the third month: beside them 0.25 / 0.75 × 400.00 would have been earned
        self.assertEqual([month.told_value for month in months], [0, 0, 133.33, 75])
        self.assertEqual([round(month.error, 2) for month in months], [0, 0, 33.33, -125])
        curve = self.curve
        self.assertEqual(
            (curve.rate, curve.lowest_rate, round(curve.average_rate, 6)), (0.2, 0.2, 0.333333)
        )
        self.assertEqual((curve.told_value, curve.actual_value), (208.33, 300))
        self.assertAlmostEqual(curve.error, -91.67, 2)
        self.assertAlmostEqual(curve.worst_error, 33.33, 2)

    def test_the_curve_says_when_they_come(self):
        points = self.curve.point_ids
        self.assertEqual(points.mapped("age"), sorted(points.mapped("age")))
        self.assertEqual(points[-1].used_value, 16 * NET)
        self.assertAlmostEqual(points[-1].unused_share, 8 / 24, 6)
        self.assertEqual(self.curve.sold_value, 24 * NET)

    def test_products_and_channels_are_told_apart(self):
        other = self.env.ref("scenic_ticketing.channel_window")
        for ago in (2, 1):
            self.month(ago, 2, 2).channel_id = other
            self.month(ago, 1, 3, self.park.combo)._expire()
        self.recognise(self.late)
        self.env["scenic.breakage.curve"]._build(self.company, self.late)
        curves = self.env["scenic.breakage.curve"].search([("company_id", "=", self.company.id)])
        found = {(curve.product_id, curve.channel_id): curve.rate for curve in curves}
        desk = self.env.ref("scenic_ticketing.channel_desk")
        self.assertEqual(found[self.park.adult, desk], 0.2)
        self.assertEqual(found[self.park.adult, other], 0.5)
        # three of four stayed away, but a combo's ropeway stayed empty for all: over the cap
        self.assertEqual(found[self.park.combo, desk], 0.6)

    def test_every_figure_can_be_recomputed(self):
        self.curve.action_approve()
        self.curve.date_from = self.today
        tickets = self.sold(8)
        self.used(tickets[:4])
        self.run_until()
        tickets[4]._expire()
        self.run_until()
        paper = self.paper()
        formulas = paper.formulas()
        self.assertGreater(len(formulas), 40)
        for sheet, cell, computed, said in formulas:
            self.assertAlmostEqual(computed, said, 6, f"{sheet} {cell}")
        [rate] = paper.rows("Rates")
        self.assertEqual((rate["Rate"], rate["Tickets"], rate["Months"]), (0.2, 24, 4))
        self.assertAlmostEqual(rate["Error"], self.curve.error, 2)
        bookings = paper.rows("Bookings")
        self.assertEqual([row["Booked"] for row in bookings], [NET, -NET])
        lines = self.env["scenic.breakage.line"].search([("company_id", "=", self.company.id)])
        self.assertEqual({row["Entry"] for row in bookings}, set(lines.move_id.mapped("name")))
        self.assertEqual(
            [row["Expired"] for row in paper.rows("History")],
            self.curve.month_ids.mapped("expired_value"),
        )

    def test_the_paper_ends_at_the_balance_of_the_account(self):
        self.curve.action_approve()
        self.curve.date_from = self.today
        self.used(self.sold(8)[:4])
        self.run_until()
        paper = self.paper()
        said = {str(row[0].value): row[1].coordinate for row in paper.book["Account"].iter_rows()}
        cell = {
            name: float(paper.value("Account", place)) for name, place in list(said.items())[1:]
        }
        self.assertEqual(cell["Closing balance in the ledger"], self.ahead)
        self.assertEqual(cell["Closing balance by the bookings"], NET)
        self.assertEqual(cell["Taken ahead by month of sale"], NET)
        self.assertEqual(cell["Difference"], 0)
        # a period later everything is in the opening balance
        later = fields.Date.add(self.late, days=5)
        paper = self.paper(date_from=later, date_to=later)
        self.assertEqual(paper.rows("Bookings"), [])
        self.assertEqual(float(paper.value("Account", "B2")), NET)
        self.assertEqual(float(paper.value("Account", "B6")), 0)

    def test_names_do_not_become_formulas(self):
        self.park.adult.name = "=1+1"
        name = self.paper().stored["Rates"]["A2"]
        self.assertEqual((name.value, name.data_type), ("=1+1", "s"))

    def test_only_accountants_of_the_company_get_it(self):
        manager = common_scenic.make_user(self.env, "boss", "manager", company=self.company)
        with self.assertRaises(AccessError):
            self.env["scenic.breakage.paper"].with_user(manager).create({})
        with self.assertRaises(UserError):
            self.paper(date_to=fields.Date.subtract(self.today, days=1))
        other = self.env["res.company"].create({"name": "Elsewhere"})
        with self.assertRaises(UserError):
            self.paper(company_id=other.id)
