from odoo import api, models

_WORDS = {
    "wechat": ("wechat", "weixin", "微信"),
    "alipay": ("alipay", "支付宝"),
    "unionpay": ("unionpay", "card", "银联", "刷卡", "银行卡"),
}


class PosPaymentMethod(models.Model):
    """Each payment method to its clearing account, and a sentence for every one without."""

    _inherit = "pos.payment.method"

    # EXTENDS point_of_sale
    def _is_write_forbidden(self, fields):
        """Let the clearing account be chosen while sessions are open: only the closing reads it.

        Otherwise the choice could never be made in a park that sells around the clock.
        """
        return super()._is_write_forbidden(fields - {"outstanding_account_id"})

    def _scenic_clearing_kind(self):
        """Return which kind of clearing account a method is likely to need."""
        self.ensure_one()
        if self.use_payment_terminal == "scenic_code":
            return "code"
        name = (self.with_context(lang=None).name + self.name).lower()
        for kind, words in _WORDS.items():
            if any(word in name for word in words):
                return kind
        return "other"

    def _scenic_clearing_problem(self):
        """Return the code of what is wrong with the accounts of a method, or nothing."""
        self.ensure_one()
        journal, account = self.journal_id, self.outstanding_account_id
        if self.type == "cash":
            if not journal.default_account_id:
                return "no_account"
            if not (journal.profit_account_id and journal.loss_account_id):
                return "no_difference_accounts"
        elif self.type == "bank":
            if not account:
                return "no_account"
            if account == journal.default_account_id or account.account_type == "asset_cash":
                return "bank_account"
            if not account.reconcile:
                return "not_reconcilable"
        return False

    @api.model
    def _scenic_clearing_problems(self, company):
        """Return ``(method, code)`` of every payment method of a company that cannot be cleared.

        Customer accounts owe for themselves and need none.
        """
        methods = self.sudo().search([("company_id", "=", company.id)], order="sequence, id")
        found = [(method, method._scenic_clearing_problem()) for method in methods]
        return [(method, code) for method, code in found if code]
