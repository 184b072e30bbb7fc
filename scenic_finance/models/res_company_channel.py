from odoo import fields, models

_SETTINGS = [
    "scenic_commission_account_id",
    "scenic_write_off_account_id",
]


class ResCompany(models.Model):
    """What channels keep, and what becomes of differences of their statements."""

    _inherit = "res.company"

    scenic_commission_account_id = fields.Many2one(
        "account.account",
        string="Channel Commission Account",
        domain="[('internal_group', '=', 'expense'), ('active', '=', True)]",
        help="What channels keep for selling our tickets.",
    )
    scenic_write_off_account_id = fields.Many2one(
        "account.account",
        string="Written Off Differences Account",
        domain="[('internal_group', 'in', ('expense', 'income')), ('active', '=', True)]",
        help="Differences of statements that were accepted or written off.",
    )
    scenic_write_off_limit = fields.Monetary(
        string="Write Off up to",
        default=10.0,
        help="A larger difference of a statement row has to be booked, disputed or accepted.",
    )

    # EXTENDS account
    def _get_company_root_delegated_field_names(self):
        return [*super()._get_company_root_delegated_field_names(), *_SETTINGS]

    # EXTENDS scenic_finance
    def _scenic_create_accounts(self):
        res = super()._scenic_create_accounts()
        for company in self.root_id:
            for name, label in (
                ("scenic_commission_account_id", self.env._("Commission of Channels")),
                ("scenic_write_off_account_id", self.env._("Differences of Statements")),
            ):
                if not company[name]:
                    company[name] = company._scenic_create_account(label, "expense", "6")
        return res
