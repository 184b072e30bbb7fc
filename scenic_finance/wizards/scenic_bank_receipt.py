from odoo import api, fields, models
from odoo.exceptions import UserError


class ScenicBankReceipt(models.TransientModel):
    """What the bank received of a settlement or a cash deposit, entered by hand."""

    _name = "scenic.bank.receipt"
    _description = "Scenic Bank Receipt"

    settlement_id = fields.Many2one("scenic.acquirer.statement", readonly=True)
    deposit_id = fields.Many2one("scenic.cash.deposit", readonly=True)
    company_id = fields.Many2one("res.company", compute="_compute_company_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    journal_id = fields.Many2one(
        "account.journal",
        string="Bank",
        required=True,
        compute="_compute_values",
        store=True,
        precompute=True,
        readonly=False,
        domain="[('type', '=', 'bank'), ('company_id', '=', company_id)]",
    )
    date = fields.Date(
        required=True, compute="_compute_values", store=True, precompute=True, readonly=False
    )
    amount = fields.Monetary(
        required=True, compute="_compute_values", store=True, precompute=True, readonly=False
    )
    ref = fields.Char(string="Text of the Bank")

    @api.depends("settlement_id", "deposit_id")
    def _compute_company_id(self):
        for receipt in self:
            source = receipt.settlement_id or receipt.deposit_id
            receipt.company_id = source.company_id or self.env.company

    @api.depends("settlement_id", "deposit_id")
    def _compute_values(self):
        for receipt in self:
            statement, deposit = receipt.settlement_id, receipt.deposit_id
            receipt.amount = statement.net if statement else deposit.amount
            receipt.date = statement.due_date if statement else deposit.date
            receipt.journal_id = (
                statement.acquirer_id.bank_journal_id if statement else deposit.bank_journal_id
            )

    def action_register(self):
        """Enter the bank line and reconcile it; a difference stays open in transit."""
        self.ensure_one()
        self.env["scenic.recognition"]._check_accountant()
        source = self.settlement_id or self.deposit_id
        item = source.sudo().transit_line_id
        if not item or item.reconciled:
            raise UserError(self.env._("%s has nothing in transit.", source.display_name))
        line = (
            self.env["account.bank.statement.line"]
            .sudo()
            .create(
                {
                    "journal_id": self.journal_id.id,
                    "date": self.date,
                    "amount": self.amount,
                    "payment_ref": self.ref or source.display_name,
                }
            )
        )
        line._scenic_reconcile_with(item)
        return {"type": "ir.actions.act_window_close"}
