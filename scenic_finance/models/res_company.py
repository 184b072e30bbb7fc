from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

_SETTINGS = [
    "scenic_liability_account_id",
    "scenic_deposit_account_id",
    "scenic_visitor_deposit_account_id",
    "scenic_pending_vat_account_id",
    "scenic_vat_mode",
    "scenic_breakage_account_id",
    "scenic_fee_account_id",
    "scenic_recognition_journal_id",
]


class ResCompany(models.Model):
    _inherit = "res.company"

    scenic_liability_account_id = fields.Many2one(
        "account.account",
        string="Ticket Liability Account",
        domain="[('account_type', '=', 'liability_current'), ('active', '=', True)]",
        help="Where the net price of a ticket waits from its sale to its use.",
    )
    scenic_deposit_account_id = fields.Many2one(
        "account.account",
        string="Group Deposits Account",
        domain="[('account_type', '=', 'liability_current'), ('scenic_liability', '=', False)]",
        help="Where deposits of group orders wait until the order is invoiced. Not the account "
        "of sold tickets: a deposit is no ticket yet.",
    )
    scenic_visitor_deposit_account_id = fields.Many2one(
        "account.account",
        string="Visitor Deposits Account",
        domain="[('account_type', '=', 'liability_current'), ('scenic_liability', '=', False)]",
        help="What visitors left for a wristband or a locker and get back. Nothing else is booked "
        "here: its balance is proved by the open deposits.",
    )
    scenic_breakage_account_id = fields.Many2one(
        "account.account",
        string="Expired Tickets Account",
        domain="[('internal_group', '=', 'income'), ('active', '=', True)]",
        help="Income from tickets that expired without being used.",
    )
    scenic_fee_account_id = fields.Many2one(
        "account.account",
        string="Refund Fees Account",
        domain="[('internal_group', '=', 'income'), ('active', '=', True)]",
        help="Income from what is kept when a ticket is given back for less than its price.",
    )
    scenic_recognition_journal_id = fields.Many2one(
        "account.journal",
        string="Ticket Revenue Journal",
        domain="[('type', '=', 'general')]",
        help="Takes the entries that turn used tickets into revenue.",
    )

    # EXTENDS account
    def _get_company_root_delegated_field_names(self):
        # a branch shares the chart of its head office, so it shares these choices too
        return [*super()._get_company_root_delegated_field_names(), *_SETTINGS]

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies._scenic_mark_liability()
        return companies

    def write(self, vals):
        if "scenic_liability_account_id" in vals:
            self._scenic_check_no_pending(vals["scenic_liability_account_id"])
        res = super().write(vals)
        if "scenic_liability_account_id" in vals:
            self._scenic_mark_liability()
            self.env.registry.clear_cache()
        return res

    def _scenic_mark_liability(self):
        accounts = self.sudo().scenic_liability_account_id
        accounts.filtered(lambda account: not account.scenic_liability).scenic_liability = True

    def _scenic_check_no_pending(self, account_id):
        """Refuse to stop deferring while a sale still has to reach the liability account."""
        if account_id:
            return
        for company in self.filtered("scenic_liability_account_id"):
            pending = (
                self.env["scenic.ticket"]
                .sudo()
                .search_count(
                    [
                        ("company_id", "=", company.id),
                        ("deferred", "=", True),
                        ("origin_aml_id", "=", False),
                        ("net_value", "!=", 0),
                    ]
                )
            )
            if pending:
                raise ValidationError(
                    self.env._(
                        "%(count)s tickets of %(company)s are sold and not yet in the journal. "
                        "Close the open point of sale sessions before you remove the ticket "
                        "liability account.",
                        count=pending,
                        company=company.name,
                    )
                )

    @api.constrains("scenic_liability_account_id")
    def _check_scenic_liability_account(self):
        for company in self:
            account = company.sudo().scenic_liability_account_id
            if account and account.account_type != "liability_current":
                raise ValidationError(
                    self.env._(
                        "%(account)s cannot hold sold tickets: choose an account of the type "
                        "Current Liabilities.",
                        account=account.display_name,
                    )
                )

    def _scenic_require(self, *names):
        """Return nothing when the settings `names` are made, or say which one is missing."""
        self.ensure_one()
        missing = [name for name in names if not self[name]]
        if missing:
            labels = [self._fields[name]._description_string(self.env) for name in missing]
            raise UserError(
                self.env._(
                    "%(company)s: choose %(settings)s under Invoicing, Configuration, Settings, "
                    "Scenic Tickets first.",
                    company=self.name,
                    settings=", ".join(labels),
                )
            )

    def _scenic_create_accounts(self):
        """Create what is still missing for deferring ticket sales, on any chart of accounts."""
        for company in self.root_id:
            company._scenic_load_chart()
            if not company.scenic_recognition_journal_id:
                company.scenic_recognition_journal_id = company._scenic_create_journal()
            if not company.scenic_liability_account_id:
                company.scenic_liability_account_id = company._scenic_create_account(
                    self.env._("Contract Liabilities: Tickets"), "liability_current", "2"
                )
            if not company.scenic_deposit_account_id:
                company.scenic_deposit_account_id = company._scenic_create_account(
                    self.env._("Deposits of Groups"), "liability_current", "2"
                )
            if not company.scenic_visitor_deposit_account_id:
                company.scenic_visitor_deposit_account_id = company._scenic_create_account(
                    self.env._("Visitor Deposits"), "liability_current", "2"
                )
            income = company.scenic_breakage_account_id or company.scenic_fee_account_id
            if not income:
                income = company._scenic_create_account(
                    self.env._("Other Ticket Income"), "income_other", "4"
                )
            company.scenic_breakage_account_id = company.scenic_breakage_account_id or income
            company.scenic_fee_account_id = company.scenic_fee_account_id or income

    def _scenic_load_chart(self):
        """Add what the chart of accounts brings for tickets; charts that bring nothing stay."""
        chart = self.env["account.chart.template"].with_company(self).sudo()
        if self.chart_template:
            chart._scenic_load(self)
            chart._load_translations(companies=self)

    def _scenic_create_journal(self):
        return self.env["account.journal"].create(
            {
                "name": self.env._("Ticket Revenue"),
                "type": "general",
                "code": "TKREV",
                "company_id": self.id,
                "show_on_dashboard": False,
            }
        )

    def _scenic_create_account(self, name, account_type, first_digit):
        """Create an account beside the others of its type, with the next free code."""
        Account = self.env["account.account"].with_company(self)
        siblings = Account.search(
            [*Account._check_company_domain(self), ("account_type", "=", account_type)],
            order="code desc",
            limit=1,
        )
        start = siblings.code or first_digit + "00000"
        return Account.create(
            {
                "name": name,
                "code": Account._search_new_account_code(start),
                "account_type": account_type,
                "reconcile": account_type == "liability_current",
                "company_ids": [(6, 0, self.root_id.ids)],
            }
        )
