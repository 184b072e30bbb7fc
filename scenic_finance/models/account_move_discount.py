from odoo import models


class AccountMoveDiscount(models.Model):
    _inherit = "account.move"

    # EXTENDS account
    def copy_data(self, default=None):
        """Leave out what the copy makes for itself when it is posted."""
        vals_list = super().copy_data(default=default)
        for vals in vals_list:
            if "line_ids" in vals:
                vals["line_ids"] = [
                    command
                    for command in vals["line_ids"]
                    if command[0] != 0 or not command[2].get("scenic_discount_made")
                ]
        return vals_list

    # EXTENDS account
    def _post(self, soft=True):
        """Move what discounts take off tickets to the tickets, before these are issued."""
        lines = self.env["account.move.line"]
        for move in self.sudo().filtered(lambda move: move._scenic_may_have_discount()):
            lines |= lines.create(move._scenic_discount_vals())
        posted = super()._post(soft)
        plan = [
            parts | line
            for line, parts in lines.filtered("scenic_discount_of_id")
            .grouped("scenic_discount_of_id")
            .items()
            if line.account_id.reconcile and line.parent_state == "posted" and not line.reconciled
        ]
        if plan:
            lines.with_context(no_exchange_difference=True)._reconcile_plan(plan)
        return posted

    def _scenic_discount_vals(self):
        """Return the lines that move what discounts take off tickets to the tickets."""
        discounts = self.invoice_line_ids.filtered(lambda line: line._scenic_is_discount())
        return [
            vals
            for discount, line, units in discounts._scenic_discount_parts()
            for vals in discount._scenic_part_vals(line, units)
        ]

    def _scenic_may_have_discount(self):
        """Tell whether discounts of this document are still to be moved to its tickets."""
        self.ensure_one()
        if not self.is_sale_document(include_receipts=True):
            return False
        lines = self.invoice_line_ids.filtered("product_id.is_scenic_ticket")
        sessions = lines.scenic_pos_line_id.order_id.session_id
        # once the session is closed, the sale is in its entry and an invoice changes nothing
        if not lines or "closed" in sessions.mapped("state"):
            return False
        return not self.line_ids.filtered("scenic_discount_made")
