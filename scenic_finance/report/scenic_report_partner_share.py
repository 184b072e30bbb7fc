from odoo import api, models
from odoo.tools import SQL

from ..tools import partner_sql


class ScenicReportPartner(models.Model):
    """The balances of partners know what used tickets owe them and no bill has taken yet."""

    _inherit = "scenic.report.partner"

    # EXTENDS scenic_finance
    @api.model
    def _accrual_parts(self):
        values = {
            "id": SQL("a.id::bigint * 4 + 2"),
            "partner_id": SQL("a.partner_id"),
            "side": SQL("'payable'"),
            "kind": SQL("'accrued'"),
            "date": SQL("a.scenic_share_day"),
            "account_id": SQL("a.account_id"),
            "move_id": SQL("a.move_id"),
            "company_id": SQL("a.company_id"),
            "currency_id": SQL("a.company_currency_id"),
            "accrued": SQL("-a.amount_residual"),
        }
        source = SQL(
            """
  FROM account_move_line a
  JOIN account_account b ON b.id = a.account_id AND b.scenic_share
 WHERE a.parent_state = 'posted' AND a.scenic_share_day IS NOT NULL AND a.amount_residual <> 0
"""
        )
        return [*super()._accrual_parts(), partner_sql.select(values, source)]

    # EXTENDS scenic_finance
    @api.model
    def _more_partners(self):
        return [*super()._more_partners(), SQL("SELECT partner_id FROM scenic_share")]
