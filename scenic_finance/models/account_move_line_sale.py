from odoo import models
from odoo.exceptions import UserError

from odoo.addons.scenic_ticketing.tools import group_codes

from ..tools import allocation


class AccountMoveLineSale(models.Model):
    """Invoice lines of group orders: their tickets exist already and are never issued again."""

    _inherit = "account.move.line"

    def _scenic_sale_tickets(self):
        """Return the tickets of the order lines that this line invoices or gives back."""
        return self.sale_line_ids.sudo().scenic_ticket_ids.sorted(
            lambda ticket: (ticket.sale_line_id.id, ticket.seq)
        )

    def _scenic_post_sale(self):
        """Match posted invoice and credit note lines with the tickets of their order lines."""
        for line in self:
            back = line.move_id.move_type == "out_refund"
            if (line.quantity < 0) == back:
                line._scenic_invoice_sale()
            elif self.env.context.get("scenic_keep_tickets") and line.scenic_reversed_line_id:
                line._scenic_exchange_sale()
            else:
                line._scenic_credit_sale()

    def _scenic_whole_units(self):
        """Return the units of this line without its sign, or refuse a fraction."""
        return self._scenic_whole(abs(self._scenic_units()))

    def _scenic_invoice_sale(self):
        """Give the tickets that this line invoices their final price."""
        self.ensure_one()
        tickets = self._scenic_sale_tickets()
        tickets._lock()
        units = tickets._sale_not_invoiced()._sale_billable_units()
        # who came first: an invoice is rather for what was used than for what may come
        waiting = sorted(
            (ticket for ticket in units if units[ticket]),
            key=lambda ticket: (not ticket.used_count, ticket.sale_line_id.id, ticket.seq),
        )
        sizes = [units[ticket] for ticket in waiting]
        wanted = self._scenic_whole_units()
        places = group_codes.choose(sizes, wanted)
        if places is None:
            self._scenic_refuse_sale(wanted, sizes)
        chosen = tickets.browse([waiting[place].id for place in places])
        total = allocation.to_units(
            -self._scenic_sold_balance(), self.company_id.currency_id.rounding
        )
        weights = [sizes[place] for place in places]
        chosen._sale_set_invoice(self, group_codes.share(total, weights))

    def _scenic_refuse_sale(self, wanted, sizes):
        """Say which numbers of tickets could be invoiced instead, and how this one could be."""
        facts = {
            "document": self.move_id.display_name,
            "wanted": wanted,
            "product": self.product_id.display_name,
            "total": sum(sizes),
        }
        if wanted > sum(sizes):
            raise UserError(
                self.env._(
                    "%(document)s has %(wanted)s × %(product)s, but only %(total)s of them wait "
                    "for an invoice. Reduce the quantity of the line.",
                    **facts,
                )
            )
        raise UserError(
            self.env._(
                "%(document)s has %(wanted)s × %(product)s. Its tickets are in codes of %(sizes)s, "
                "and a code is invoiced as a whole: change the quantity to %(possible)s, or let a "
                "manager divide a group ticket first (Take Persons out on the ticket), so that a "
                "code of its own holds who is invoiced now.",
                sizes=", ".join(str(size) for size in sorted(set(sizes))),
                possible=" / ".join(str(number) for number in group_codes.nearest(sizes, wanted)),
                **facts,
            )
        )

    def _scenic_credit_sale(self):
        """Void the tickets that this line gives back, unless they are void already."""
        self.ensure_one()
        wanted = self._scenic_whole_units()
        origin = self.scenic_reversed_line_id
        tickets = self._scenic_sale_tickets()
        tickets._lock()
        free = tickets.filtered(
            lambda ticket: (
                ticket.origin_aml_id
                and origin in (ticket.origin_aml_id, origin.browse())
                and not ticket.used_count
                and ticket._scenic_creditable()
            )
        ).sorted(lambda ticket: (ticket.state != "void", -ticket.seq))
        sizes = [ticket._sale_units() for ticket in free]
        places = group_codes.choose(sizes, wanted)
        if places is None:
            invoiced = tickets.filtered("origin_aml_id")
            self._scenic_refuse_credit(invoiced - free, wanted, sum(sizes))
        chosen = free.browse([free[place].id for place in places])
        good = chosen.filtered(lambda ticket: ticket.state != "void")
        if good:
            good._sale_reduce_order()
            good.with_context(scenic_no_sync=True)._void(
                self.env._("Credited with %(document)s", document=self.move_id.name)
            )
        weights = [ticket._sale_units() for ticket in chosen.sorted("id")]
        chosen._set_refund(
            self._scenic_sold_balance(),
            self.currency_id,
            refund_aml=self,
            weights=weights,
            vat=-self._scenic_tax_amount(),
        )
        chosen._scenic_match_refunds()

    def _scenic_exchanged_line(self):
        """Return the line that this one takes back, all of it."""
        self.ensure_one()
        origin = self.scenic_reversed_line_id
        if self.currency_id.compare_amounts(self.balance, -origin.balance):
            raise UserError(
                self.env._(
                    "%(document)s is corrected by a new invoice, so its credit note has to take "
                    "back all of %(product)s.",
                    document=origin.move_id.name,
                    product=self.product_id.display_name,
                )
            )
        return origin

    def _scenic_exchange_sale(self):
        """Leave the tickets alone: this credit note makes room for a corrected invoice."""
        origin = self._scenic_exchanged_line()
        self._scenic_sale_tickets().filtered(
            lambda ticket: ticket.origin_aml_id == origin
        )._sale_forget_invoice()
