from odoo import api, fields, models
from odoo.fields import Command


class ScenicClearing(models.TransientModel):
    """Every payment method with the account its money waits on, and what is missing."""

    _name = "scenic.clearing"
    _description = "Scenic Clearing Accounts"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company
    )
    line_ids = fields.One2many("scenic.clearing.line", "clearing_id", string="Payment Methods")
    problem_count = fields.Integer(compute="_compute_problem_count")
    settings_missing = fields.Boolean(compute="_compute_settings_missing")

    @api.depends("company_id")
    def _compute_display_name(self):
        for wizard in self:
            wizard.display_name = self.env._("Clearing Accounts")

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if "line_ids" in fields_list:
            values["line_ids"] = [
                Command.create(line) for line in self._method_lines(self.env.company)
            ]
        return values

    @api.model
    def _method_lines(self, company):
        methods = self.env["pos.payment.method"].search(
            [("company_id", "=", company.id)], order="sequence, id"
        )
        return [
            {
                "payment_method_id": method.id,
                "kind": method._scenic_clearing_kind() if method.type == "bank" else False,
                "account_id": method.outstanding_account_id.id if method.type == "bank" else False,
            }
            for method in methods
        ]

    @api.depends("line_ids.problem")
    def _compute_problem_count(self):
        for wizard in self:
            wizard.problem_count = len(wizard.line_ids.filtered("problem"))

    @api.depends("company_id")
    def _compute_settings_missing(self):
        for wizard in self:
            company = wizard.company_id.sudo()
            wizard.settings_missing = not (
                company.scenic_cash_transit_account_id
                and company.scenic_bank_transit_account_id
                and company.scenic_acquirer_fee_account_id
                and company.scenic_rounding_account_id
                and company.scenic_unexplained_account_id
                and company.scenic_settlement_journal_id
            )

    def action_create(self):
        """Create the accounts that are missing and give each method its own."""
        self.ensure_one()
        self.env["scenic.recognition"]._check_accountant()
        company = self.company_id.sudo()
        company._scenic_create_accounts()
        for line in self.line_ids.filtered("payment_method_id"):
            line.sudo()._apply(company)
        return self._reopen()

    def action_save(self):
        """Keep the accounts that were chosen by hand."""
        self.ensure_one()
        self.env["scenic.recognition"]._check_accountant()
        for line in self.line_ids.filtered("account_id"):
            method = line.payment_method_id.sudo()
            if method.outstanding_account_id != line.account_id:
                method.outstanding_account_id = line.account_id
        return self._reopen()

    @api.model
    def _reopen(self):
        return self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_finance.scenic_clearing_action"
        )
