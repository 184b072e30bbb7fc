from odoo import api, fields, models

from ..models.account_account_clearing import CLEARING_KINDS


class ScenicClearingLine(models.TransientModel):
    _name = "scenic.clearing.line"
    _description = "Scenic Clearing Account of a Payment Method"

    clearing_id = fields.Many2one("scenic.clearing", required=True, ondelete="cascade")
    payment_method_id = fields.Many2one("pos.payment.method", required=True, readonly=True)
    company_id = fields.Many2one(related="clearing_id.company_id")
    type = fields.Selection(related="payment_method_id.type")
    journal_id = fields.Many2one(related="payment_method_id.journal_id")
    kind = fields.Selection(CLEARING_KINDS, help="Which clearing account it is to have.")
    account_id = fields.Many2one(
        "account.account",
        string="Clearing Account",
        domain="[('reconcile', '=', True), ('account_type', '=', 'asset_current')]",
        help="Where its payments wait for the acquirer's settlement.",
    )
    problem = fields.Selection(
        [
            ("no_account", "No account: its payments never leave the receivable"),
            ("bank_account", "Books straight to the bank: a settlement cannot be matched"),
            ("not_reconcilable", "The account does not allow reconciliation"),
            ("no_difference_accounts", "The cash journal has no accounts for differences"),
        ],
        compute="_compute_problem",
    )

    @api.depends("payment_method_id")
    def _compute_problem(self):
        for line in self:
            line.problem = line.payment_method_id.sudo()._scenic_clearing_problem()

    def _apply(self, company):
        """Give the method what it lacks; what it has and works stays."""
        self.ensure_one()
        method, problem = self.payment_method_id, self.payment_method_id._scenic_clearing_problem()
        if problem == "no_difference_accounts":
            journal = method.journal_id
            journal.profit_account_id = (
                journal.profit_account_id or company.default_cash_difference_income_account_id
            )
            journal.loss_account_id = (
                journal.loss_account_id or company.default_cash_difference_expense_account_id
            )
        elif problem and method.type == "bank":
            method.outstanding_account_id = company.root_id._scenic_clearing_account(
                self.kind or "other", create=True
            )
