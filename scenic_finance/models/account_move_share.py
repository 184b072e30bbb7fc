from odoo import fields, models
from odoo.exceptions import UserError


class AccountMoveLine(models.Model):
    """Items of partner shares: what a batch accrued, and the bill that takes it away again."""

    _inherit = "account.move.line"

    scenic_share_id = fields.Many2one(
        "scenic.share", copy=False, index="btree_not_null", ondelete="restrict"
    )
    scenic_share_day = fields.Date(
        string="Day of the Passages", copy=False, help="Whose shares this item accrued."
    )
    scenic_settlement_id = fields.Many2one(
        "scenic.settlement", copy=False, index="btree_not_null", ondelete="restrict"
    )


class AccountMove(models.Model):
    """The bill of a settlement: exactly what was agreed, matched with what was accrued."""

    _inherit = "account.move"

    scenic_settlement_id = fields.Many2one(
        "scenic.settlement", readonly=True, copy=False, index="btree_not_null", ondelete="restrict"
    )

    def _scenic_share_items(self):
        """Return the items of these documents on accounts of partner shares."""
        return self.sudo().line_ids.filtered("account_id.scenic_share")

    # EXTENDS account
    def _post(self, soft=True):
        """Match a settlement's bill with the accrual; its reversal takes the settlement back."""
        for move in self.filtered("scenic_settlement_id"):
            move.scenic_settlement_id.sudo()._check_bill(move)
        undone = self.filtered(
            lambda move: (
                move.reversed_entry_id.scenic_settlement_id and not move.scenic_settlement_id
            )
        )
        for move in undone:
            move._scenic_check_undo()
        posted = super()._post(soft)
        for move in posted.filtered("scenic_settlement_id"):
            move.scenic_settlement_id.sudo()._bill_posted()
        for move in posted & undone:
            settlement = move.reversed_entry_id.scenic_settlement_id.sudo()
            move._scenic_share_items().scenic_settlement_id = settlement
            settlement._bill_reversed(move)
        return posted

    def _scenic_check_undo(self):
        """Refuse to give back a part of a settlement: it is agreed as a whole."""
        self.ensure_one()
        bill = self.reversed_entry_id
        total = sum((self | bill)._scenic_share_items().mapped("balance"))
        if not self.company_currency_id.is_zero(total):
            raise UserError(
                self.env._(
                    "%(bill)s settles %(settlement)s as a whole. Give back all of it; the "
                    "passages then wait for a new settlement.",
                    bill=bill.name,
                    settlement=bill.scenic_settlement_id.display_name,
                )
            )

    # EXTENDS account
    def button_draft(self):
        for settlement in self.sudo().reversed_entry_id.scenic_settlement_id:
            raise UserError(
                self.env._(
                    "This document took the settlement %(settlement)s back and stays.",
                    settlement=settlement.display_name,
                )
            )
        res = super().button_draft()
        self.sudo().scenic_settlement_id._bill_back()
        return res
