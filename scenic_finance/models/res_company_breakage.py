from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import breakage

METHODS = [
    ("expiry", "When the ticket expires"),
    ("proportional", "In proportion to the rights exercised"),
]


class ResCompany(models.Model):
    """When what nobody uses is income, and how much of it is sure enough."""

    _inherit = "res.company"

    scenic_breakage_method = fields.Selection(
        METHODS,
        string="Breakage",
        required=True,
        default="expiry",
        help="CAS 14 §39, IFRS 15 B46. In proportion: expected breakage is income as the other "
        "tickets of the same month are used, by approved no-show curves.",
    )
    scenic_breakage_ahead_account_id = fields.Many2one(
        "account.account",
        string="Expected Breakage Account",
        domain="[('account_type', '=', 'liability_current'), ('scenic_liability', '=', False)]",
        help="Holds, against the ticket liability, the breakage that became income before its "
        "tickets expired. Nothing else is booked here.",
    )
    scenic_breakage_min_tickets = fields.Integer(
        string="Smallest Sample (tickets)",
        default=1000,
        help="Fewer tickets in the history of a product and channel: its breakage waits for the "
        "expiry.",
    )
    scenic_breakage_min_months = fields.Integer(
        string="Smallest Sample (months)",
        default=3,
        help="So many months of sales must be over, with none of their tickets open.",
    )
    scenic_breakage_cap = fields.Float(
        string="Highest Rate (%)",
        default=30.0,
        help="No more than this part of the sales is ever expected to stay unused.",
    )

    # EXTENDS account
    def _get_company_root_delegated_field_names(self):
        return [
            *super()._get_company_root_delegated_field_names(),
            "scenic_breakage_method",
            "scenic_breakage_ahead_account_id",
            "scenic_breakage_min_tickets",
            "scenic_breakage_min_months",
            "scenic_breakage_cap",
        ]

    @api.constrains(
        "scenic_breakage_min_tickets", "scenic_breakage_min_months", "scenic_breakage_cap"
    )
    def _check_scenic_breakage_limits(self):
        for company in self:
            if company.scenic_breakage_min_tickets < 1 or company.scenic_breakage_min_months < 1:
                raise ValidationError(
                    self.env._("An estimate needs at least one month and one ticket.")
                )
            if not 0 <= company.scenic_breakage_cap <= 90:
                raise ValidationError(
                    self.env._("The highest breakage rate is between 0 and 90 percent.")
                )

    def _scenic_breakage_limits(self):
        """Return when expected breakage is highly probable."""
        self.ensure_one()
        cap = Decimal(str(self.scenic_breakage_cap)) / 100
        return breakage.Limits(
            self.scenic_breakage_min_tickets, self.scenic_breakage_min_months, cap
        )

    # EXTENDS scenic_finance
    def _scenic_create_accounts(self):
        res = super()._scenic_create_accounts()
        for company in self.root_id:
            if not company.scenic_breakage_ahead_account_id:
                account = company._scenic_create_account(
                    self.env._("Contract Liabilities: Expected Breakage"), "liability_current", "2"
                )
                account.reconcile = False
                company.scenic_breakage_ahead_account_id = account
        return res


class ProductTemplate(models.Model):
    _inherit = "product.template"

    scenic_breakage_method = fields.Selection(
        METHODS,
        string="Breakage",
        company_dependent=True,
        help="When tickets that nobody uses are income. Empty: as the company does.",
    )

    def _scenic_breakage_is_ahead(self, company):
        """Tell whether expected breakage of this ticket is income before its expiry."""
        method = self.sudo().with_company(company).scenic_breakage_method
        return (method or company.scenic_breakage_method) == "proportional"
