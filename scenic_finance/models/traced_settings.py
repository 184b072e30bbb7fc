"""What the trace follows in the books: which accounts, and the locks."""

from odoo import models

from odoo.addons.scenic_ticketing.tools.append_only import protect


class ScenicVatRelease(models.Model):
    _inherit = "scenic.vat.release"

    def init(self):
        """Install the law of this table in the database itself."""
        super().init()
        protect(self.env.cr, self._table)


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "scenic.traced"]

    _trace_fields = (
        "account_price_include",
        "fiscalyear_lock_date",
        "hard_lock_date",
        "purchase_lock_date",
        "sale_lock_date",
        "tax_lock_date",
        "scenic_breakage_account_id",
        "scenic_fee_account_id",
        "scenic_liability_account_id",
        "scenic_recognition_journal_id",
        "scenic_vat_mode",
        "scenic_visitor_deposit_account_id",
    )


class AccountAccount(models.Model):
    _name = "account.account"
    _inherit = ["account.account", "scenic.traced"]

    _trace_fields = ("code", "account_type", "reconcile", "scenic_liability")

    def _to_trace(self):
        """Follow the accounts of tickets; the others are Odoo's."""
        return self.filtered("scenic_liability")


class ProductTemplate(models.Model):
    _inherit = "product.template"

    _trace_fields = ("property_account_income_id", "property_scenic_liability_account_id")


class ScenicTrace(models.Model):
    _inherit = "scenic.trace"

    # EXTENDS scenic_ticketing
    def _append_only_tables(self):
        """Add the tables of the books; of an event only the batch that takes it is written."""
        return super()._append_only_tables() | {
            "scenic_revenue_event": "recognition_id",
            "scenic_breakage_line": "",
            "scenic_vat_release": "",
            "scenic_day_export": "",
            "scenic_share_line": "settlement_id",
            "scenic_audit_check": "",
            "scenic_audit_check_line": "",
        }


class ScenicChannel(models.Model):
    _inherit = "scenic.channel"

    _trace_fields = (
        "settlement_mode",
        "credit_limit",
        "limit_action",
        "commission_mode",
        "commission_rate",
    )
