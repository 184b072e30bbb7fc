from odoo import models


class AccountMoveVat(models.Model):
    _inherit = "account.move"

    def _scenic_vat_candidates(self):
        """Return the lines whose tickets may have tax that waits."""
        moves = self.sudo().filtered(lambda move: move.company_id.scenic_pending_vat_account_id)
        return moves.line_ids.filtered(
            lambda line: line.display_type == "product" and line.product_id.is_scenic_ticket
        )

    # EXTENDS account
    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._scenic_vat_candidates()._scenic_settle_vat()
        return posted

    # EXTENDS account
    def button_draft(self):
        lines = self._scenic_vat_candidates()
        res = super().button_draft()
        lines.exists()._scenic_settle_vat()
        return res
