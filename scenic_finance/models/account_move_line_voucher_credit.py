from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command


class AccountMoveLineVoucherCredit(models.Model):
    """Credit notes for invoices of channels: the tickets of given back vouchers are void."""

    _inherit = "account.move.line"

    # EXTENDS account
    def copy_data(self, default=None):
        """Let an invoice that corrects another one sell the same vouchers."""
        vals_list = super().copy_data(default=default)
        context = self.env.context
        if context.get("scenic_keep_tickets") and "move_reverse_cancel" not in context:
            for line, vals in zip(self, vals_list, strict=True):
                # who corrects an invoice need not know of vouchers
                items = line.sudo().scenic_voucher_item_ids
                if items:
                    vals["scenic_voucher_item_ids"] = [Command.set(items.ids)]
        return vals_list

    def _scenic_credit_vouchers(self):
        """Take back what these posted credit note lines credit of a channel's invoice."""
        for line in self:
            if self.env.context.get("scenic_keep_tickets") and line.scenic_reversed_line_id:
                line._scenic_exchange_vouchers()
            else:
                line._scenic_credit_voucher_tickets()

    def _scenic_exchange_vouchers(self):
        """Leave the tickets alone: this credit note makes room for a corrected invoice."""
        origin = self._scenic_exchanged_line()
        tickets = self.env["scenic.ticket"].sudo()
        tickets.search(
            [("voucher_item_id", "!=", False), ("origin_aml_id", "=", origin.id)]
        )._sale_forget_invoice()

    def _scenic_credit_voucher_tickets(self):
        """Void the tickets of as many vouchers as this line gives back."""
        count = self._scenic_count()
        origin = self.scenic_reversed_line_id
        named = self.scenic_voucher_item_ids or origin.scenic_voucher_item_ids
        domain = [("voucher_item_id", "in", named.ids), ("origin_aml_id", "!=", False)]
        if origin:
            domain.append(("origin_aml_id", "=", origin.id))
        tickets = self.env["scenic.ticket"].sudo().search(domain, order="id")
        tickets._lock()
        groups = tickets.grouped("voucher_item_id")
        free = [
            group
            for group in groups.values()
            if all(ticket._scenic_creditable() for ticket in group)
        ]
        # what was taken out of use already, without its money, goes first
        free.sort(key=lambda group: (any(t.state != "void" for t in group), group[0].id))
        if len(free) < count:
            blocked = tickets - tickets.union(*free)
            self._scenic_refuse_credit(blocked, count, len(free))
        chosen = tickets.browse().union(*free[:count])
        reason = self.env._("Credited with %(document)s", document=self.move_id.name)
        chosen.filtered(lambda ticket: ticket.state != "void")._void(reason)
        chosen._set_refund(self.balance, self.currency_id, refund_aml=self)
        chosen._scenic_match_refunds()
        items = chosen.voucher_item_id
        items.filtered(lambda item: item.state == "consumed").write({"state": "refunded"})
        items._give_places_back()
        items._tell("refund_decided")


class ScenicVoucherItemCredit(models.Model):
    _inherit = "scenic.voucher.item"

    def _creditable(self):
        """Return those that an invoice sold and nobody used, also when their tickets are void."""
        tickets = self.env["scenic.ticket"].sudo().search([("voucher_item_id", "in", self.ids)])
        groups = tickets.grouped("voucher_item_id")
        return self.filtered(
            lambda item: (
                groups.get(item.sudo())
                and all(
                    ticket.origin_aml_id.parent_state == "posted" and ticket._scenic_creditable()
                    for ticket in groups[item.sudo()]
                )
            )
        )

    def action_credit_note(self):
        """Make the draft credit notes of these invoiced vouchers, one for each invoice."""
        items = self._creditable()
        if not items:
            raise UserError(
                self.env._(
                    "None of these vouchers is invoiced and unused: what was used is not credited."
                )
            )
        notes = items._make_credit_notes()
        return notes._get_records_action(name=self.env._("Credit Notes"))

    def _make_credit_notes(self):
        """Return draft credit notes that give exactly these vouchers back."""
        tickets = self.env["scenic.ticket"].sudo().search([("voucher_item_id", "in", self.ids)])
        notes = self.env["account.move"]
        for move, group in tickets.grouped(lambda t: t.origin_aml_id.move_id).items():
            lines = []
            for line, of_line in group.grouped("origin_aml_id").items():
                items = of_line.voucher_item_id
                lines.append(
                    Command.create(
                        {
                            "product_id": line.product_id.id,
                            "name": line.name,
                            "quantity": len(items),
                            "price_unit": line.price_unit,
                            "discount": line.discount,
                            "tax_ids": [Command.set(line.tax_ids.ids)],
                            "account_id": line.account_id.id,
                            "scenic_reversed_line_id": line.id,
                            "scenic_voucher_item_ids": [Command.set(items.ids)],
                        }
                    )
                )
            notes |= notes.create(
                {
                    "move_type": "out_refund",
                    "partner_id": move.partner_id.id,
                    "journal_id": move.journal_id.id,
                    "company_id": move.company_id.id,
                    "reversed_entry_id": move.id,
                    "ref": move.name,
                    "invoice_line_ids": lines,
                }
            )
        return notes
