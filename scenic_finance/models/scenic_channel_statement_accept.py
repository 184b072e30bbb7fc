from odoo import models

from ..tools import allocation


class ScenicChannelStatementLineAccept(models.Model):
    _inherit = "scenic.channel.statement.line"

    def _accept_here(self):
        """Follow the channel where a document can; returns the rows that need no entry."""
        handled = self.browse()
        for line in self:
            follow = getattr(line, f"_accept_{line.code}", None)
            if follow and follow():
                handled |= line
        return handled

    def _accept_fee(self):
        """The bill is made of what they list."""
        return True

    def _accept_amount(self):
        """Invoice their price, as long as there is no invoice."""
        items = self.voucher_item_ids
        if not items or not all(items.mapped("is_owed")) or self.amount <= 0:
            return False
        if set(items.mapped("state")) != {"consumed"}:
            return False
        unit = self.currency_id.rounding
        total = allocation.to_units(self.amount, unit)
        parts = allocation.split_by_weight(total, items.mapped("settlement_amount"))
        if not all(parts):
            return False
        for item, part in zip(items, parts, strict=True):
            item.sudo().settlement_price = allocation.from_units(part, unit)
        return True

    def _accept_status(self):
        """Give a voucher back that they refunded and nobody exchanged; the rest is booked."""
        items = self._their_refunds() if self.kind == "refund" else self.voucher_item_ids
        said_back = self.kind == "refund" or self.status in ("refunded", "cancelled")
        items = items.filtered(lambda item: said_back and item.state in ("held", "issued")).sudo()
        items.write({"state": "refunded"})
        items._give_places_back()
        items._tell("refund_decided")
        return False

    def _accept_late_refund(self):
        """Credit vouchers that nobody used after all; a used one is a loss to book."""
        items = self._their_refunds()._creditable()
        listed = abs(self.amount)
        amount = sum(items.mapped("settlement_amount"))
        if not items or self.currency_id.compare_amounts(amount, listed):
            return False
        items._make_credit_notes().action_post()
        return True

    def _their_refunds(self):
        """Return the vouchers of the order that this row gives back."""
        items = self.env["scenic.voucher.item"].search(
            [("channel_id", "=", self.channel_id.id), ("order_id.number", "=", self.order_no)]
        )
        named = items.filtered(lambda item: item.number == self.item_no)
        return named or items

    def _amount_to_book(self):
        """Return what the channel owes more by this row than the books have of it."""
        self.ensure_one()
        if self.kind == "sale":
            # what was never invoiced is not in the books, whatever both sides say of it
            items = self.voucher_item_ids.filtered(lambda item: item._is_invoiced())
            return self.amount - sum(items.mapped("settlement_amount"))
        known = self._their_refunds()
        if known and not any(item._is_invoiced() for item in known):
            return 0.0
        return self.difference
