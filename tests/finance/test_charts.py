"""Charts of accounts: what comes with the Chinese ones, and what a button makes on any other."""

import common_finance
import common_scenic

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestSmallEnterpriseChart(common_finance.FinanceCase):
    chart = "cn"

    def test_the_chart_brings_accounts_and_journal(self):
        account = self.company.scenic_liability_account_id
        self.assertEqual(account.code, "220301")
        self.assertTrue(account.reconcile)
        self.assertTrue(account.scenic_liability)
        self.assertEqual(self.company.scenic_breakage_account_id.code, "505100")
        self.assertEqual(self.company.scenic_recognition_journal_id.code, "TKREV")
        self.assertTrue(self.company.account_storno)

    def test_the_whole_way(self):
        window = self.window()
        order = self.sell(window, (self.park.adult, 3, {"price_unit": 33.35}))
        self.close(window)
        self.use(self.tickets(order)[0])
        self.recognise()
        self.assertEqual(self.balance(self.liability), 62.93)
        self.assertEqual(self.revenue.code, "500100")

    def test_vat_that_is_due_with_the_use(self):
        check_pending_vat(self, "222109")


def check_pending_vat(case, code=None):
    """Sell a combo where the VAT is due with the use, use one of its zones."""
    case.company.scenic_vat_mode = "use"
    pending = case.company.scenic_pending_vat_account_id
    if code:
        case.assertEqual(pending.code, code)
    window = case.window()
    order = case.sell(window, (case.park.combo, 1))
    case.close(window)
    case.assertEqual(case.balance(pending), 8.49)
    case.use(case.tickets(order))
    case.recognise()
    case.assertEqual(case.balance(pending), 3.4)
    taxes = case.park.vat.invoice_repartition_line_ids.account_id
    case.assertEqual(case.balance(taxes), 5.09)


@tagged("post_install", "-at_install")
class TestExistingCompany(common_finance.FinanceCase):
    def test_a_company_that_had_its_chart_before_gets_the_same(self):
        company = self.company
        account = company.scenic_liability_account_id
        journal = company.scenic_recognition_journal_id
        company.write(
            {
                "scenic_liability_account_id": False,
                "scenic_breakage_account_id": False,
                "scenic_fee_account_id": False,
                "scenic_recognition_journal_id": False,
            }
        )
        account.unlink()
        journal.unlink()
        self.env["res.lang"]._activate_lang("zh_CN")
        company._scenic_load_chart()
        account = company.scenic_liability_account_id
        self.assertEqual(account.code, "220401")
        self.assertEqual(account.with_context(lang="zh_CN").name, "合同负债—门票")
        self.assertTrue(account.scenic_liability)
        self.assertTrue(company.scenic_recognition_journal_id)

    def test_choices_that_were_made_stay(self):
        other = self.company.scenic_breakage_account_id.copy({"code": "605102"})
        self.company.scenic_breakage_account_id = other
        self.company._scenic_load_chart()
        self.assertEqual(self.company.scenic_breakage_account_id, other)

    def test_deferring_does_not_stop_while_sales_are_on_their_way(self):
        window = self.window()
        self.sell(window, (self.park.adult, 1))
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.company.scenic_liability_account_id = False

    def test_an_income_account_cannot_hold_tickets(self):
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.company.scenic_liability_account_id = self.revenue

    def test_a_branch_shares_the_choices_of_its_head_office(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        self.assertEqual(
            branch.scenic_liability_account_id, self.company.scenic_liability_account_id
        )


@tagged("post_install", "-at_install")
class TestGenericChart(common_finance.FinanceCase):
    chart = "generic_coa"
    country = "base.us"
    currency = "base.USD"

    def test_without_accounts_a_sale_is_revenue_at_once(self):
        self.assertFalse(self.company.scenic_liability_account_id)
        window = self.window()
        order = self.sell(window, (self.park.adult, 2))
        ticket = self.tickets(order)[0]
        self.use(ticket)
        self.assertFalse(ticket.deferred)
        self.assertEqual(ticket.revenue_event_ids.amount, 0)
        self.close(window)
        self.assertEqual(self.balance(self.revenue), 150.94)
        self.assertEqual(self.proof()["state"], "unset")

    def test_deferral_follows_the_accounts_at_once(self):
        """What a sale remembers of the accounts is forgotten with each of them."""
        template, none = self.park.adult.product_tmpl_id, self.env["account.fiscal.position"]

        def deferred():
            return template._scenic_is_deferred(self.company, none)

        self.assertFalse(deferred())
        account = self.env["account.account"].create(
            {"name": "Tickets", "code": "SCENIC1", "account_type": "liability_current"}
        )
        template.with_company(self.company).property_scenic_liability_account_id = account
        self.assertFalse(deferred())
        account.scenic_liability = True
        self.assertTrue(deferred())
        template.with_company(self.company).property_scenic_liability_account_id = False
        self.assertFalse(deferred())
        self.company.scenic_liability_account_id = account
        self.assertTrue(deferred())

    def test_what_was_revenue_at_once_is_given_back_from_revenue(self):
        window = self.window()
        order = self.sell(window, (self.park.adult, 2))
        self.close(window)
        self.env["res.config.settings"].create({}).action_scenic_create_accounts()
        window.open_ui()
        window.current_session_id.set_opening_control(0, None)
        self.sell(
            window,
            (self.park.adult, -1, {"refunded_orderline_id": order.lines.id}),
            is_refund=True,
        )
        self.sell(window, (self.park.adult, 1))
        self.close(window)
        self.assertEqual(self.balance(self.revenue), 75.47)
        self.assertEqual(self.balance(self.liability), 75.47)

    def test_the_button_creates_what_is_missing(self):
        settings = self.env["res.config.settings"].create({})
        settings.action_scenic_create_accounts()
        account = self.company.scenic_liability_account_id
        self.assertEqual(account.account_type, "liability_current")
        self.assertTrue(account.reconcile)
        self.assertTrue(self.company.scenic_recognition_journal_id)
        self.assertEqual(self.company.scenic_fee_account_id.internal_group, "income")
        window = self.window()
        order = self.sell(window, (self.park.combo, 2))
        self.close(window)
        self.use(self.tickets(order)[0], self.park.ropeway)
        self.recognise()
        self.assertEqual(self.balance(account), 226.42)

    def test_vat_that_is_due_with_the_use(self):
        self.env["res.config.settings"].create({}).action_scenic_create_accounts()
        check_pending_vat(self)

    def test_a_sentence_says_what_is_missing(self):
        self.env["res.config.settings"].create({}).action_scenic_create_accounts()
        self.company.scenic_recognition_journal_id = False
        self.invoice((self.park.adult, 1)).action_post()
        self.use(self.env["scenic.ticket"].search([("company_id", "=", self.company.id)]))
        with self.assertRaisesRegex(UserError, "Ticket Revenue Journal"), self.cr.savepoint():
            self.recognise()

    def test_no_storno_where_the_law_wants_none(self):
        self.env["res.config.settings"].create({}).action_scenic_create_accounts()
        self.invoice((self.park.adult, 1)).action_post()
        ticket = self.env["scenic.ticket"].search([("company_id", "=", self.company.id)])
        use = self.use(ticket)
        self.recognise()
        use._reverse("mistake")
        line = self.recognise().move_id.line_ids.filtered(
            lambda line: line.account_id == self.liability
        )
        self.assertEqual((line.debit, line.credit), (0, 75.47))


@tagged("post_install", "-at_install")
class TestTwoCompanies(common_finance.FinanceCase):
    def test_each_company_proves_and_recognises_by_itself(self):
        other = common_finance.make_company(self.env, "cn")
        env = common_finance.company_env(self.env, other)
        park = common_finance.make_priced_park(env, other)
        for company, product in ((self.company, self.park.adult), (other, park.adult)):
            invoice = (
                self.env["account.move"]
                .with_company(company)
                .create(
                    {
                        "move_type": "out_invoice",
                        "partner_id": self.partner.id,
                        "invoice_line_ids": [(0, 0, {"product_id": product.id, "quantity": 2})],
                    }
                )
            )
            invoice.action_post()
            ticket = env["scenic.ticket"].search([("company_id", "=", company.id)], limit=1)
            self.env["scenic.redemption"]._append(
                [
                    {
                        "ticket_id": ticket.id,
                        "zone_id": int(next(iter(ticket.rights))),
                        "happened_at": invoice.create_date,
                    }
                ]
            )
        self.recognise()
        self.assertEqual(self.proof()["liability_balance"], 75.47)
        proof = env["scenic.proof"]._compute_proof(other)
        self.assertEqual((proof["liability_balance"], proof["unposted_releases"]), (150.94, 75.47))
        batch = env["scenic.recognition"]._run(other)
        self.assertEqual(batch.move_id.company_id, other)
        self.assertEqual(batch.move_id.journal_id.company_id, other)
        common_scenic.assert_balanced(env, other)

    def test_each_company_has_its_own_rule_for_the_vat(self):
        other = common_finance.make_company(self.env, "cn")
        env = common_finance.company_env(self.env, other)
        park = common_finance.make_priced_park(env, other)
        other.scenic_vat_mode = "use"
        windows = [self.window(), common_scenic.open_window(park, "Other")]
        for window, product in zip(windows, (self.park.adult, park.adult), strict=True):
            common_finance.pay(window, [(product, 1, {})])
            common_finance.close_session(window)
        mine = self.company.scenic_pending_vat_account_id
        self.assertEqual(self.balance(mine), 0)
        proof = env["scenic.proof"]._compute_proof(other)
        self.assertEqual((proof["vat_balance"], proof["liability_balance"]), (4.53, 75.47))
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": other.id})
        self.assertEqual(branch.scenic_vat_mode, "use")
        common_scenic.assert_balanced(env, other)

    def test_a_company_cannot_invoice_the_tickets_of_another(self):
        other = common_finance.make_company(self.env, "cn")
        self.park.adult.company_id = False
        invoice = (
            self.env["account.move"]
            .with_company(other)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.partner.id,
                    "invoice_line_ids": [
                        (0, 0, {"product_id": self.park.adult.id, "tax_ids": [], "price_unit": 80})
                    ],
                }
            )
        )
        with self.assertRaisesRegex(UserError, self.park.site.name):
            invoice.action_post()
