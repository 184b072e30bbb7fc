from odoo import api, fields, models

_SETTINGS = ["scenic_share_account_id", "scenic_share_cost_account_id"]


class ResCompany(models.Model):
    """Where what is owed to partners waits for their bill, and what it costs."""

    _inherit = "res.company"

    scenic_share_account_id = fields.Many2one(
        "account.account",
        string="Partner Shares Account",
        domain="[('account_type', '=', 'liability_current'), ('scenic_liability', '=', False),"
        " ('reconcile', '=', True)]",
        help="What used tickets owe to operators, partners and the government until they are "
        "billed. Nothing else is booked here: its balance is proved by the passages.",
    )
    scenic_share_cost_account_id = fields.Many2one(
        "account.account",
        string="Share Costs Account",
        domain="[('internal_group', '=', 'expense')]",
        help="What shares cost where the park is the principal.",
    )

    # EXTENDS account
    def _get_company_root_delegated_field_names(self):
        return [*super()._get_company_root_delegated_field_names(), *_SETTINGS]

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies._scenic_mark_share()
        return companies

    def write(self, vals):
        res = super().write(vals)
        if "scenic_share_account_id" in vals:
            self._scenic_mark_share()
        return res

    def _scenic_mark_share(self):
        accounts = self.sudo().scenic_share_account_id
        accounts.filtered(lambda account: not account.scenic_share).scenic_share = True

    # EXTENDS scenic_finance
    def _scenic_create_accounts(self):
        res = super()._scenic_create_accounts()
        for company in self.root_id:
            if not company.scenic_share_account_id:
                company.scenic_share_account_id = company._scenic_create_account(
                    self.env._("Partner Shares"), "liability_current", "2"
                )
            if not company.scenic_share_cost_account_id:
                company.scenic_share_cost_account_id = company._scenic_create_account(
                    self.env._("Partner Shares of Tickets"), "expense_direct_cost", "5"
                )
        return res


class AccountAccount(models.Model):
    _inherit = "account.account"

    scenic_share = fields.Boolean(
        string="Partner Shares",
        help="Holds what used tickets owe to partners until they are billed. The balance of these "
        "accounts is proved against the passages; nothing else belongs on them.",
    )

    @api.model
    def _scenic_share_ids(self):
        """Return the accounts of partner shares, also former ones."""
        accounts = self.sudo().with_context(active_test=False)
        return accounts.search([("scenic_share", "=", True)]).ids
