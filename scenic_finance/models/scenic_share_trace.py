from odoo import models


class ScenicShareTrace(models.Model):
    """Who gets how much is money: every change of it is kept."""

    _name = "scenic.share"
    _inherit = ["scenic.share", "scenic.traced"]

    _trace_fields = (
        "partner_id",
        "role",
        "product_tmpl_id",
        "zone_id",
        "channel_id",
        "basis",
        "percent",
        "amount",
        "treatment",
        "owed_when_unused",
        "date_from",
        "date_to",
        "tax_ids",
        "cost_account_id",
        "sequence",
    )


class ResCompany(models.Model):
    _inherit = "res.company"

    _trace_fields = ("scenic_share_account_id", "scenic_share_cost_account_id")


class ScenicTrace(models.Model):
    _inherit = "scenic.trace"

    # EXTENDS scenic_ticketing
    def _append_only_tables(self):
        """Add the accrued shares: they only enter a settlement and leave it."""
        return super()._append_only_tables() | {"scenic_share_line": "settlement_id"}
