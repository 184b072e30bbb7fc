"""The figures of every report are those of the accounts, after a day with all kinds of sales."""

import common_reports
import common_scenic

from odoo.fields import Command
from odoo.tests import tagged

REPORTS = ("daily", "revenue", "unredeemed", "refund", "partner")


@tagged("post_install", "-at_install")
class TestReports(common_reports.MixedDayCase):
    # ------------------------------------------------------------------
    # helpers
    # ------------------------------------------------------------------

    def sums(self, report, *names, domain=()):
        """Return the sums of a report's columns for the company, rounded."""
        [totals] = self.env[f"scenic.report.{report}"]._read_group(
            [("company_id", "=", self.company.id), *domain], [], [f"{name}:sum" for name in names]
        )
        totals = [round(total or 0.0, 2) for total in totals]
        return totals[0] if len(totals) == 1 else totals

    def booked(self, *domain):
        """Return the posted balance of journal items, credit positive."""
        [(total,)] = self.env["account.move.line"]._read_group(
            [("company_id", "=", self.company.id), ("parent_state", "=", "posted"), *domain],
            [],
            ["balance:sum"],
        )
        return round(-(total or 0.0), 2)

    posted = ("posted", "=", True)

    # ------------------------------------------------------------------
    # daily sheet
    # ------------------------------------------------------------------

    def test_posted_tickets_of_the_daily_sheet_are_what_the_liability_got(self):
        net, refunds = self.sums(
            "daily", "net", "refund_net", domain=[("kind", "=", "ticket"), self.posted]
        )
        liability = ("account_id.scenic_liability", "=", True)
        sold = self.booked(liability, ("scenic_recognition_id", "=", False))
        self.assertEqual(round(net - refunds, 2), sold)
        everything = self.sums("daily", "net", "refund_net", domain=[("kind", "=", "ticket")])
        self.assertEqual(
            round(everything[0] - everything[1], 2),
            round(sold + self.proof()["unposted_sales"] - self.proof()["unposted_refunds"], 2),
        )

    def test_tax_goods_and_deposits_of_the_daily_sheet_are_on_their_accounts(self):
        tax, back = self.sums("daily", "tax", "refund_tax", domain=[self.posted])
        self.assertEqual(round(tax - back, 2), self.booked(("tax_line_id", "!=", False)))
        goods, returned = self.sums(
            "daily", "net", "refund_net", domain=[("kind", "=", "goods"), self.posted]
        )
        income = ("account_id", "=", self.revenue.id)
        sold = self.booked(income, ("scenic_recognition_id", "=", False))
        self.assertEqual(round(goods - returned, 2), sold)
        taken, returned = self.sums(
            "daily", "net", "refund_net", domain=[("kind", "=", "deposit"), self.posted]
        )
        owed = ("account_id", "=", self.company.scenic_visitor_deposit_account_id.id)
        self.assertEqual((round(taken - returned, 2), taken), (self.booked(owed), 40.0))
        group = self.sums("daily", "net", domain=[("kind", "=", "group_deposit")])
        held = ("account_id", "=", self.company.scenic_deposit_account_id.id)
        self.assertEqual(group, self.booked(held))
        self.assertGreater(group, 0)

    def test_money_of_the_daily_sheet_is_what_the_methods_took(self):
        methods = self.env["scenic.report.daily"]._read_group(
            [("company_id", "=", self.company.id), ("payment_method_id", "!=", False)],
            ["payment_method_id"],
            ["received:sum"],
        )
        payments = self.env["pos.payment"]._read_group(
            [("company_id", "=", self.company.id)], ["payment_method_id"], ["amount:sum"]
        )
        taken = {method: round(amount, 2) for method, amount in methods}
        self.assertEqual(taken, {method: round(amount, 2) for method, amount in payments})
        cash = self.closed.sudo().payment_method_ids.filtered("is_cash_count")
        # the counted cash may differ: what the visitors paid is on the other side
        entries = ("journal_id", "=", cash.journal_id.id)
        visitors = ("account_id.account_type", "=", "asset_receivable")
        self.assertEqual(taken[cash], self.booked(entries, visitors))
        gross, back, received, account = self.sums(
            "daily", "gross", "refund_gross", "received", "on_account"
        )
        self.assertEqual(round(gross - back, 2), round(received + account, 2))

    def test_what_is_on_account_is_receivable_or_waits_for_its_invoice(self):
        account = self.sums("daily", "on_account", domain=[self.posted])
        invoices = self.env["account.move"].search(
            [
                ("company_id", "=", self.company.id),
                ("move_type", "in", ("out_invoice", "out_refund")),
                ("state", "=", "posted"),
            ]
        )
        self.assertEqual(account, round(sum(invoices.mapped("amount_total_signed")), 2))
        waiting = self.sums("daily", "on_account", domain=[("posted", "=", False)])
        self.assertEqual(waiting, 74.20 + 2 * 80.0)

    def test_goods_on_account_stand_beside_those_of_the_windows(self):
        water = [("product_id", "=", self.park.water.id), ("path", "=", "invoice")]
        names = ("quantity", "gross", "refund_quantity", "refund_gross", "on_account")
        # beside a ticket at a tenth less, and alone: eight of them, half given back
        self.assertEqual(self.sums("daily", *names, domain=water), [18, 54.0, 4, 12.0, 42.0])
        mine = [("move_id", "=", self.invoiced.id)]
        self.assertEqual(self.sums("daily", "gross", domain=mine), 99.0)
        kinds = {row["kind"] for row in self.env["scenic.report.daily"].search_read(mine, ["kind"])}
        self.assertEqual(kinds, {"ticket", "goods"})
        off = [*mine, ("product_id", "=", self.off.id)]
        self.assertEqual(self.sums("daily", "gross", domain=off), -3.0)
        desk = self.env.ref("scenic_ticketing.channel_desk")
        rows = self.env["scenic.report.daily"].search([*water, *mine])
        self.assertEqual((rows.channel_id, rows.site_id), (desk, self.park.site))

    def test_services_without_tickets_are_no_business_of_the_park(self):
        guide = self.off.create(
            {
                "name": "Guide",
                "type": "service",
                "taxes_id": [Command.set(self.park.vat.ids)],
                "company_id": self.company.id,
            }
        )
        rent = self._invoice([(guide, 1, {"price_unit": 5000.0})])
        tour = self._invoice([(guide, 1, {"price_unit": 300.0}), (self.park.adult, 1, {})])
        self.env.flush_all()
        self.assertEqual(self.sums("daily", "gross", domain=[("move_id", "=", rent.id)]), 0)
        self.assertEqual(self.sums("daily", "gross", domain=[("move_id", "=", tour.id)]), 380.0)

    def test_a_discount_line_is_counted_once(self):
        mine = [("pos_order_id", "=", self.discounted.id)]
        gross, net, received, sold = self.sums(
            "daily", "gross", "net", "received", "quantity", domain=mine
        )
        total = self.discounted.amount_total
        self.assertEqual((gross, received, sold), (total, total, 10))
        self.assertEqual(net, round(total - self.discounted.amount_tax, 2))
        tickets = self.env["scenic.ticket"].search(mine)
        worth = round(sum(tickets.mapped("net_value")), 2)
        self.assertLess(worth, 226.41)
        only = [*mine, ("kind", "=", "ticket")]
        self.assertEqual(self.sums("daily", "net", domain=only), worth)
        paid = round(sum(tickets.mapped("price_paid")), 2)
        self.assertAlmostEqual(self.sums("daily", "gross", domain=only), paid, delta=0.02)

    def test_counts_of_the_daily_sheet_are_whole_and_follow_the_biggest_payment(self):
        rows = self.env["scenic.report.daily"].search_read(
            [("company_id", "=", self.company.id), ("product_id", "=", self.park.combo.id)],
            ["quantity", "persons", "payment_method_id", "gross"],
            order="gross desc",
        )
        self.assertEqual([(row["quantity"], row["persons"]) for row in rows], [(2, 2), (0, 0)])
        self.assertEqual(rows[0]["payment_method_id"][0], self.card.id)
        family = [("product_id", "=", self.park.family.id)]
        self.assertEqual(self.sums("daily", "quantity", "persons", domain=family), [2, 6])
        self.assertEqual(self.sums("daily", "refund_quantity", domain=family), 1)

    def test_fees_are_the_same_in_every_report_and_on_the_account(self):
        fee = self.booked(("account_id", "=", self.fees.id))
        self.assertEqual(fee, 15.09)
        self.assertEqual(self.sums("daily", "fee", domain=[self.posted]), fee)
        self.assertEqual(self.sums("refund", "fee"), fee)
        kept = [("kind", "=", "fee")]
        self.assertEqual(self.sums("revenue", "recognised", domain=kept), fee)

    # ------------------------------------------------------------------
    # the others
    # ------------------------------------------------------------------

    def test_recognised_revenue_is_what_the_recognition_booked(self):
        recognised = ("scenic_recognition_id", "!=", False)
        income = self.booked(recognised, ("account_id.internal_group", "=", "income"))
        self.assertEqual(self.sums("revenue", "own_revenue"), income)
        released = -self.booked(recognised, ("account_id.scenic_liability", "=", True))
        self.assertEqual(self.sums("revenue", "recognised"), released)
        shares = self.booked(("account_id.scenic_share", "=", True))
        self.assertEqual(self.sums("revenue", "partner_share"), shares)
        self.assertGreater(shares, 0)
        used = [("kind", "not in", ("expire", "fee"))]
        earned = self.booked(recognised, ("account_id", "=", self.revenue.id))
        self.assertEqual(self.sums("revenue", "own_revenue", domain=used), earned)
        self.assertEqual(self.sums("revenue", "waiting"), self.proof()["unposted_releases"])
        zones = dict(
            self.env["scenic.report.revenue"]._read_group(
                [("company_id", "=", self.company.id), *used], ["zone_id"], ["value:sum"]
            )
        )
        self.assertEqual(round(zones[self.park.ropeway], 2), 56.60)

    def test_unredeemed_tickets_are_the_balance_of_the_liability(self):
        opened, ledger, transit = self.sums(
            "unredeemed", "open_value", "ledger_value", "transit_value"
        )
        proof = self.proof()
        self.assertEqual(ledger, proof["liability_balance"])
        self.assertEqual(ledger, self.booked(("account_id", "=", self.liability.id)))
        self.assertEqual(opened, proof["unredeemed_value"])
        self.assertEqual(transit, round(opened - ledger, 2))
        self.assertNotEqual(transit, 0)
        tickets = self.env["scenic.ticket"].search([("company_id", "=", self.company.id)])
        self.assertEqual(
            self.sums("unredeemed", "tickets"),
            len(tickets.filtered(lambda ticket: ticket.remaining_value)),
        )

    def test_age_and_expiry_follow_the_days(self):
        ticket = self.env["scenic.ticket"].search(
            [
                ("company_id", "=", self.company.id),
                ("state", "=", "valid"),
                ("net_value", ">", 0),
                ("used_count", "=", 0),
            ],
            limit=1,
        )
        today = ticket.site_id._today()
        for age, days in (("a7", 7), ("b30", 8), ("c90", 90), ("e365", 181), ("f", 366)):
            ticket.sale_day = common_scenic.fields.Date.subtract(today, days=days)
            ticket.flush_recordset()
            row = self.env["scenic.report.unredeemed"].search([("ticket_id", "=", ticket.id)])
            row.invalidate_recordset()
            self.assertEqual((row.age, row.days_open), (age, days))

    def test_refunds_are_what_left_the_liability_again(self):
        refunds = self.sums("refund", "refund_net", domain=[self.posted])
        tickets = self.env["scenic.ticket"].search([("company_id", "=", self.company.id)])
        lines = tickets.refund_aml_id.filtered(lambda line: line.parent_state == "posted")
        self.assertEqual(refunds, round(sum(lines.mapped("balance")), 2))
        gross = self.sums("refund", "refund_gross", domain=[("cause", "=", "window")])
        self.assertEqual(gross, 64 + 186 + 600)
        by_terms = dict(
            self.env["scenic.report.refund"]._read_group(
                [("company_id", "=", self.company.id)], ["terms"], ["tickets:sum"]
            )
        )
        self.assertEqual(by_terms, {"fee": 1, "full": 3})
        sheet = self.sums("daily", "refund_net", domain=[("kind", "=", "ticket")])
        self.assertEqual(self.sums("refund", "refund_net"), sheet)

    def test_partner_balances_are_the_receivables_and_the_vouchers_that_wait(self):
        partners = self.channel.partner_id | self.env["sale.order"].search(
            [("company_id", "=", self.company.id)]
        ).mapped("partner_id")
        receivable = ("account_type", "=", "asset_receivable")
        for partner in partners:
            mine = ("partner_id", "=", partner.id)
            opened, billed, paid = self.sums(
                "partner", "open_amount", "billed", "paid", domain=[mine]
            )
            self.assertEqual(opened, -self.booked(mine, receivable))
            self.assertEqual(opened, round(billed - paid, 2))
            self.assertTrue(billed)
        for partner in self.car | self.town:
            mine = ("partner_id", "=", partner.id)
            owed = self.booked(mine, ("account_id.scenic_share", "=", True))
            sums = self.sums("partner", "accrued", "net_position", domain=[mine])
            self.assertEqual(sums, [owed, -owed])
            self.assertGreater(owed, 0)
        waits = self.sums("partner", "accrued", domain=[("partner_id", "in", partners.ids)])
        self.assertEqual(waits, 74.20)
        self.assertNotIn(
            self.partner, self.env["scenic.report.partner"].search([]).mapped("partner_id")
        )

    # ------------------------------------------------------------------
    # all of them
    # ------------------------------------------------------------------

    def test_every_row_has_an_id_opens_and_can_be_exported(self):
        for name in REPORTS:
            report = self.env[f"scenic.report.{name}"]
            rows = report.search([("company_id", "=", self.company.id)])
            self.assertTrue(rows, name)
            self.assertEqual(len(rows), report.search_count([("id", "in", rows.ids)]), name)
            for row in rows:
                self.assertTrue(row.action_source()["res_id"], name)
            names = [field for field in report._fields if field not in ("display_name", "id")]
            data = rows.export_data(names)["datas"]
            self.assertEqual(len(data), len(rows), name)

    def test_an_accountant_sees_only_the_own_company(self):
        other = common_reports.common_finance.make_company(
            self.env, "generic_coa", "base.us", "base.USD"
        )
        user = common_scenic.make_user(
            self.env, "other accountant", "scenic_finance.group_accountant", company=other
        )
        mine = common_scenic.make_user(
            self.env, "own accountant", "scenic_finance.group_accountant", company=self.company
        )
        for name in REPORTS:
            report = self.env[f"scenic.report.{name}"].with_context(allowed_company_ids=[])
            self.assertFalse(report.with_user(user).search([]), name)
            rows = report.with_user(mine).search([])
            self.assertEqual(rows.company_id, self.company, name)
