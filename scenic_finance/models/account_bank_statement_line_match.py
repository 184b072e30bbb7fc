from odoo import models
from odoo.exceptions import UserError


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    def _scenic_reconcile_with(self, items):
        """Reconcile a bank line with journal items, as a person would in any bank screen.

        The counterpart leaves the suspense account for that of the items; a difference stays open
        there, where it is seen.
        """
        self.ensure_one()
        _liquidity, suspense, others = self._seek_for_lines()
        if others or len(suspense) != 1 or len(items.account_id) != 1:
            raise UserError(self.env._("%s is reconciled already.", self.display_name))
        suspense.with_context(skip_readonly_check=True).write(
            {"account_id": items.account_id.id, "name": self.payment_ref or suspense.name}
        )
        (suspense | items).reconcile()
