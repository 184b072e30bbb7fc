from odoo import fields, models
from odoo.exceptions import ValidationError


class ResCompanyVat(models.Model):
    """When the output VAT of a ticket is owed: with its sale, or with its use."""

    _inherit = "res.company"

    scenic_vat_mode = fields.Selection(
        [("sale", "At the sale"), ("use", "When the ticket is used")],
        string="VAT of Tickets",
        default="sale",
        required=True,
        help="When the ticket is used: the tax of a sale waits on the pending output VAT account "
        "and moves to the tax's own account together with the revenue. Concerns sales from now "
        "on.",
    )
    scenic_pending_vat_account_id = fields.Many2one(
        "account.account",
        string="Pending Output VAT Account",
        domain="[('account_type', '=', 'liability_current'), ('scenic_liability', '=', False)]",
        help="Where the output VAT of tickets waits until they are used. Nothing else is booked "
        "here: its balance is proved by the tickets.",
    )

    def write(self, vals):
        if "scenic_pending_vat_account_id" in vals:
            self._scenic_check_no_vat_waits(vals["scenic_pending_vat_account_id"])
        if vals.get("scenic_vat_mode") == "use":
            for company in self:
                missing = not vals.get(
                    "scenic_pending_vat_account_id", company.scenic_pending_vat_account_id
                )
                if missing:
                    company._scenic_require("scenic_pending_vat_account_id")
        return super().write(vals)

    def _scenic_check_no_vat_waits(self, account_id):
        """Refuse to change the account while tax waits on it: it would never leave again."""
        for company in self:
            account = company.sudo().scenic_pending_vat_account_id
            if not account or account.id == account_id:
                continue
            tickets = self.env["scenic.ticket"].sudo()
            if tickets.search_count(
                [("company_id", "child_of", company.id), ("vat_value", "!=", 0)], limit=1
            ):
                raise ValidationError(
                    self.env._(
                        "VAT of tickets that were sold was booked on %(account)s. Keep it as the "
                        "pending output VAT account of %(company)s.",
                        account=account.display_name,
                        company=company.name,
                    )
                )

    # EXTENDS scenic_finance
    def _scenic_create_accounts(self):
        res = super()._scenic_create_accounts()
        for company in self.root_id:
            if not company.scenic_pending_vat_account_id:
                company.scenic_pending_vat_account_id = company._scenic_create_account(
                    self.env._("Pending Output VAT"), "liability_current", "2"
                )
        return res
