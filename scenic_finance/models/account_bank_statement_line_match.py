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
        self._scenic_forget_proposal()

    def _scenic_undo(self):
        """Open bank lines again."""
        self.action_undo_reconciliation()
        self._scenic_forget_proposal()

    def _scenic_forget_proposal(self):
        """Drop what a bank screen remembers of a line; OCA's keeps its last proposal there."""
        if "reconcile_data" in self._fields:
            self.write({"reconcile_data": False})
