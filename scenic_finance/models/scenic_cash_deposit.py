from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command


class ScenicCashDeposit(models.Model):
    """Cash on its way from the windows to the bank: in transit until the bank shows it."""

    _name = "scenic.cash.deposit"
    _description = "Scenic Cash Deposit"
    _order = "date desc, id desc"
    _inherit = ["mail.thread"]

    name = fields.Char(string="Number", readonly=True, copy=False, default="/")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        ondelete="restrict",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(required=True, default=fields.Date.context_today)
    slip = fields.Char(string="Slip or Bag Number")
    cash_line_ids = fields.Many2many(
        "account.bank.statement.line",
        "scenic_cash_deposit_line_rel",
        "deposit_id",
        "line_id",
        string="Taken out of Windows",
        domain="[('company_id', '=', company_id), ('journal_id.type', '=', 'cash'),"
        " ('amount', '<', 0), ('is_reconciled', '=', False)]",
        check_company=True,
        copy=False,
        help="What cashiers took out of their drawers (Cash Out at the window).",
    )
    journal_id = fields.Many2one(
        "account.journal",
        string="Or from the Safe",
        domain="[('type', '=', 'cash'), ('company_id', '=', company_id)]",
        check_company=True,
        ondelete="restrict",
        help="A cash journal that no window counts: what leaves a window is taken out there.",
    )
    safe_amount = fields.Monetary(string="From the Safe")
    safe_line_id = fields.Many2one("account.bank.statement.line", readonly=True, copy=False)
    bank_journal_id = fields.Many2one(
        "account.journal",
        string="Bank",
        required=True,
        domain="[('type', '=', 'bank'), ('company_id', '=', company_id)]",
        check_company=True,
        ondelete="restrict",
        default=lambda self: self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.env.company.id)], limit=1
        ),
    )
    amount = fields.Monetary(compute="_compute_amount", store=True)
    state = fields.Selection(
        [("draft", "Being packed"), ("sent", "On its way"), ("cancelled", "Cancelled")],
        required=True,
        readonly=True,
        default="draft",
        tracking=True,
        index=True,
        copy=False,
    )
    is_settled = fields.Boolean(string="At the Bank", compute="_compute_settled")
    residual = fields.Monetary(string="Not at the Bank yet", compute="_compute_settled")

    @api.depends("cash_line_ids.amount", "safe_amount")
    def _compute_amount(self):
        for deposit in self:
            deposit.amount = deposit.safe_amount - sum(deposit.cash_line_ids.mapped("amount"))

    @api.depends(
        "state",
        "cash_line_ids.move_id.line_ids.amount_residual",
        "safe_line_id.move_id.line_ids.amount_residual",
    )
    def _compute_settled(self):
        for deposit in self:
            items = deposit.sudo()._all_transit_items()
            deposit.residual = sum(items.mapped("amount_residual"))
            deposit.is_settled = bool(items) and all(items.mapped("reconciled"))

    @property
    def transit_line_id(self):
        """What is still in transit, as statements of acquirers name theirs."""
        return self._all_transit_items().filtered(lambda item: not item.reconciled)

    def _all_transit_items(self):
        if self.state != "sent":
            return self.env["account.move.line"]
        account = self.company_id.scenic_cash_transit_account_id
        lines = (self.cash_line_ids | self.safe_line_id).move_id.line_ids
        return lines.filtered(lambda item: item.account_id == account)

    @api.constrains("cash_line_ids", "state")
    def _check_lines(self):
        for deposit in self:
            others = self.search(
                [
                    ("cash_line_ids", "in", deposit.cash_line_ids.ids),
                    ("id", "!=", deposit.id),
                    ("state", "!=", "cancelled"),
                ],
                limit=1,
            )
            if others and deposit.state != "cancelled":
                raise ValidationError(
                    self.env._("Some of this cash is in deposit %s already.", others.name)
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                company = self.env["res.company"].browse(vals.get("company_id")) or self.env.company
                sequence = self.env["ir.sequence"].sudo().with_company(company)
                vals["name"] = sequence.next_by_code("scenic.cash.deposit") or "/"
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        if self.filtered(lambda deposit: deposit.state == "sent"):
            raise UserError(self.env._("A deposit that is on its way cannot be deleted."))

    def action_send(self):
        """Book the cash as on its way to the bank."""
        self.env["scenic.recognition"]._check_accountant()
        for deposit in self.sudo():
            if deposit.state != "draft":
                raise UserError(self.env._("%s is on its way already.", deposit.name))
            if deposit.currency_id.compare_amounts(deposit.amount, 0) <= 0:
                raise UserError(self.env._("Choose the cash that goes to the bank first."))
            deposit.company_id._scenic_require("scenic_cash_transit_account_id")
            deposit._send()

    def _send(self):
        account = self.company_id.scenic_cash_transit_account_id
        for line in self.cash_line_ids:
            _liquidity, suspense, others = line._seek_for_lines()
            if others or len(suspense) != 1:
                raise UserError(self.env._("%s is reconciled already.", line.display_name))
            suspense.with_context(skip_readonly_check=True).account_id = account
        if self.safe_amount:
            if not self.journal_id:
                raise UserError(self.env._("Which safe does the cash come from?"))
            self.safe_line_id = self.env["account.bank.statement.line"].create(
                {
                    "journal_id": self.journal_id.id,
                    "date": self.date,
                    "amount": -self.safe_amount,
                    "payment_ref": " ".join(filter(None, (self.name, self.slip))),
                    "counterpart_account_id": account.id,
                }
            )
        self.state = "sent"

    def action_match_bank(self):
        """Find the bank's line of each deposit and reconcile both."""
        self.env["scenic.recognition"]._check_accountant()
        for deposit in self.sudo():
            found = deposit._bank_candidates()
            if len(found) != 1:
                raise UserError(
                    self.env._(
                        "%(count)s open lines of the bank have %(amount)s. Reconcile the right one "
                        "by hand, or register the receipt.",
                        count=len(found),
                        amount=deposit.currency_id.format(deposit.residual),
                    )
                )
            found._scenic_reconcile_with(deposit.transit_line_id)

    def _bank_candidates(self):
        """Return the open lines of the bank that have this amount, or name this slip."""
        lines = self.env["account.bank.statement.line"].search(
            [
                ("journal_id", "=", self.bank_journal_id.id),
                ("is_reconciled", "=", False),
                ("amount", ">", 0),
                ("date", ">=", self.date),
            ]
        )
        same = lines.filtered(
            lambda line: not self.currency_id.compare_amounts(line.amount, self.residual)
        )
        named = same.filtered(lambda line: self.slip and self.slip in (line.payment_ref or ""))
        return named or same

    def action_register_receipt(self):
        """Ask for what the bank counted."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_finance.scenic_bank_receipt_action"
        )
        return {**action, "context": {"default_deposit_id": self.id}}

    def action_book_difference(self):
        """Book what the bank counted less, or more, as a cash difference."""
        self.env["scenic.recognition"]._check_accountant()
        for deposit in self.sudo():
            items = deposit.transit_line_id
            amount = deposit.currency_id.round(deposit.residual)
            company = deposit.company_id
            account = (
                company.default_cash_difference_expense_account_id
                if amount > 0
                else company.default_cash_difference_income_account_id
            )
            if not amount or not account:
                raise UserError(self.env._("There is no difference, or no account for it."))
            move = self.env["account.move"].create(
                {
                    "journal_id": company.scenic_settlement_journal_id.id,
                    "company_id": company.id,
                    "ref": self.env._("%s: counted by the bank", deposit.name),
                    "line_ids": [
                        Command.create({"account_id": account.id, "balance": amount}),
                        Command.create({"account_id": items.account_id.id, "balance": -amount}),
                    ],
                }
            )
            move._post(soft=False)
            (
                items | move.line_ids.filtered(lambda line, gone=-amount: line.balance == gone)
            ).reconcile()
            deposit.message_post(body=self.env._("Difference booked: %s.", move.name))

    def action_undo(self):
        """Take a deposit back, with the bank's line that it was reconciled with."""
        self.env["scenic.recognition"]._check_accountant()
        for deposit in self.sudo().filtered(lambda each: each.state == "sent"):
            items = deposit._all_transit_items()
            bank = items.matched_credit_ids.credit_move_id.move_id.statement_line_id
            bank._scenic_undo()
            items.remove_move_reconcile()
            account = deposit.company_id.account_journal_suspense_account_id
            for item in items - deposit.safe_line_id.move_id.line_ids:
                suspense = item.move_id.journal_id.suspense_account_id or account
                item.with_context(skip_readonly_check=True).account_id = suspense
            if deposit.safe_line_id:
                deposit.safe_line_id.move_id._reverse_moves(
                    [{"date": deposit.safe_line_id.date}], cancel=True
                )
            deposit.write({"state": "draft", "safe_line_id": False})

    def action_cancel(self):
        """Put a deposit aside that was never sent."""
        if self.filtered(lambda deposit: deposit.state != "draft"):
            raise UserError(self.env._("Take the deposit back first."))
        self.state = "cancelled"
