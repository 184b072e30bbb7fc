from odoo import models


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    # EXTENDS account
    def modify_moves(self):
        # "Reverse and Create Invoice" corrects a document: the group still comes
        return super(
            AccountMoveReversal, self.with_context(scenic_keep_tickets=True)
        ).modify_moves()
