"""Each payment method has a clearing account, on any chart; who has none is named."""

import common_finance

from odoo.fields import Command
from odoo.tests import tagged


class ClearingCase(common_finance.FinanceCase):
    def methods(self, *names):
        journal = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        return self.env["pos.payment.method"].create(
            [
                {"name": name, "journal_id": journal.id, "company_id": self.company.id}
                for name in names
            ]
        )

    def problems(self):
        found = self.env["pos.payment.method"]._scenic_clearing_problems(self.company)
        return {method.name: code for method, code in found}

    def wizard(self):
        return self.env["scenic.clearing"].with_context(lang=None).create({})

    def check_the_way(self):
        wechat, alipay, card = self.methods("微信支付", "Alipay", "UnionPay card")
        wechat.outstanding_account_id = False
        before = self.problems()
        self.assertEqual({before[name] for name in ("微信支付", "Alipay")}, {"no_account"})
        wizard = self.wizard()
        self.assertEqual(wizard.problem_count, len(before))
        wizard.action_create()
        self.assertEqual(self.problems(), {})
        accounts = (wechat | alipay | card).mapped("outstanding_account_id")
        self.assertEqual(accounts.mapped("scenic_clearing"), ["wechat", "alipay", "unionpay"])
        self.assertEqual(set(accounts.mapped("reconcile")), {True})
        # a second time changes nothing
        self.wizard().action_create()
        again = (wechat | alipay | card).mapped("outstanding_account_id")
        self.assertEqual(again, accounts)
        return wechat


@tagged("post_install", "-at_install")
class TestClearingLargeChart(ClearingCase):
    def test_methods_get_their_accounts(self):
        wechat = self.check_the_way()
        self.assertEqual(wechat.outstanding_account_id.code, "101211")
        company = self.company
        self.assertEqual(company.scenic_acquirer_fee_account_id.code, "660311")
        self.assertEqual(company.scenic_cash_transit_account_id.code, "101215")
        self.assertEqual(company.scenic_settlement_journal_id.code, "TKSET")

    def test_a_method_that_books_to_the_bank_itself_is_named(self):
        (method,) = self.methods("Card")
        method.outstanding_account_id = method.journal_id.default_account_id
        self.assertEqual(self.problems()["Card"], "bank_account")
        method.outstanding_account_id = self.company.account_journal_suspense_account_id
        self.assertEqual(self.problems()["Card"], "not_reconcilable")

    def test_a_drawer_without_accounts_for_differences_is_named(self):
        window = self.window()
        drawer = window.sudo().payment_method_ids
        drawer.journal_id.loss_account_id = False
        self.assertEqual(self.problems()[drawer.name], "no_difference_accounts")
        self.wizard().action_create()
        self.assertTrue(drawer.journal_id.loss_account_id)

    def test_the_account_is_chosen_while_the_window_sells(self):
        (method,) = self.methods("Alipay")
        window = self.window(payment_method_ids=[Command.set(method.ids)])
        self.sell(window, (self.park.adult, 1))
        self.wizard().action_create()
        session = self.close(window)
        line = session.bank_payment_ids.move_id.line_ids.filtered("debit")
        self.assertEqual(line.account_id.scenic_clearing, "alipay")
        self.assertEqual(line.debit, 80)
