from odoo import fields, models
from odoo.exceptions import UserError

from ..tools import allocation


class AccountMoveLineVoucher(models.Model):
    """Invoice lines of a channel: their tickets exist already and are never issued again."""

    _inherit = "account.move.line"

    scenic_voucher_item_ids = fields.Many2many(
        "scenic.voucher.item",
        "scenic_voucher_item_move_line_rel",
        "line_id",
        "item_id",
        string="Vouchers",
        copy=False,
        help="The exchanged vouchers that this line invoices.",
    )

    def _scenic_post_vouchers(self):
        """Tell the tickets of these vouchers that they are sold now, and for how much."""
        back = self.filtered(lambda line: line.move_id.move_type == "out_refund")
        back._scenic_credit_vouchers()
        for line in self - back:
            tickets = self.env["scenic.ticket"].sudo()
            items = line.scenic_voucher_item_ids
            tickets = tickets.search([("voucher_item_id", "in", items.ids)], order="id")
            tickets._lock()
            owed = tickets._voucher_billable()
            if set(owed.voucher_item_id) != set(items.sudo()) or line.quantity != len(items):
                raise UserError(
                    self.env._(
                        "%(document)s has %(count)s × %(product)s, but %(owed)s of its vouchers "
                        "wait for an invoice. Delete the line and make it again from the vouchers.",
                        document=line.move_id.display_name,
                        count=line.quantity,
                        product=line.product_id.display_name,
                        owed=len(owed.voucher_item_id),
                    )
                )
            total = allocation.to_units(
                -line._scenic_sold_balance(), line.company_id.currency_id.rounding
            )
            weights = owed.mapped("net_value")
            owed._sale_set_invoice(line, allocation.split_by_weight(total, weights))
