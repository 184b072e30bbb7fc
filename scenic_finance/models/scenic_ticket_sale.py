from odoo import api, models
from odoo.exceptions import UserError

from ..tools import allocation


class ScenicTicketSale(models.Model):
    """Values of tickets that group orders issue before, or long before, their invoice.

    Until the invoice is posted such a ticket is a sale that the ledger does not have yet: its
    uses release value, but no recognition takes it. The invoice then says what the ticket was
    really sold for.
    """

    _inherit = "scenic.ticket"

    def _sale_not_invoiced(self):
        """Return the tickets of group orders that are in no posted invoice."""
        return self.sudo().filtered(lambda ticket: ticket.sale_line_id and not ticket.origin_aml_id)

    def _sale_set_invoice(self, aml, parts):
        """Tell these tickets that `aml` sold them, for `parts` (smallest units) each."""
        unit = self.company_id.currency_id.rounding
        deferred = aml.account_id.scenic_liability
        adjusted = []
        for ticket, part in zip(self, parts, strict=True):
            ticket._sale_check_account(aml, deferred)
            before = allocation.to_units(ticket.net_value, unit)
            vals = {
                "origin_aml_id": aml.id,
                # tickets of many vouchers share a line, and each begins with the number 1
                "invoice_line_id": False if ticket.voucher_item_id else aml.id,
                "net_value": allocation.from_units(part, unit),
                "deferred": deferred,
            }
            if ticket.revenue_event_ids:
                # what was released so far stays: the difference is released at once
                adjusted.append((ticket, allocation.from_units(part - before, unit)))
            elif part != before:
                vals |= ticket._sale_zone_values(part)
            ticket.write(vals)
        self.env["scenic.revenue.event"]._append_adjustments(adjusted)

    def _sale_check_account(self, aml, deferred):
        if self.revenue_event_ids and bool(self.deferred) != deferred:
            raise UserError(
                self.env._(
                    "Ticket %(number)s was used while its price waited as %(before)s, but "
                    "%(document)s books it on %(account)s. Choose the ticket liability account "
                    "for the line %(line)s.",
                    number=self.alias,
                    before=self.env._("liability") if self.deferred else self.env._("revenue"),
                    document=aml.move_id.display_name,
                    account=aml.account_id.display_name,
                    line=aml.name,
                )
            )

    def _sale_zone_values(self, units):
        return self._zone_value_vals(units, self.product_tmpl_id._scenic_mould(), self.rights)

    def _sale_forget_invoice(self):
        """Take the tickets out of their invoice: it went back to draft, or is made again."""
        self.sudo().write({"origin_aml_id": False, "invoice_line_id": False})
        # what is void left the order when it was voided
        self._sale_drop(reduce=False)

    def _sale_write_off(self):
        """Lower the value to what was released: nobody will ever be invoiced for the rest."""
        for ticket in self.filtered("deferred"):
            left = ticket.remaining_value
            if left:
                vals = {"net_value": ticket.currency_id.round(ticket.net_value - left)}
                if not ticket.revenue_event_ids:
                    vals |= ticket._sale_zone_values(0)
                ticket.write(vals)

    # EXTENDS scenic_ticketing
    def _sale_drop(self, reduce=True):
        dropped = super()._sale_drop(reduce)
        dropped._sale_not_invoiced()._sale_write_off()
        return dropped

    # EXTENDS scenic_ticketing
    def _expire(self):
        """What is invoiced after its use is not invoiced when nobody came."""
        late = self._sale_not_invoiced().filtered(
            lambda ticket: (
                ticket.state == "valid"
                and ticket.sale_line_id.product_id.invoice_policy == "delivery"
            )
        )
        late._sale_write_off()
        return super()._expire()


class ScenicRecognitionSale(models.Model):
    _inherit = "scenic.recognition"

    # EXTENDS scenic_finance
    @api.model
    def _expire_void_tickets(self, company):
        # a gate may report after the void that the visitor did not pass after all
        waiting = self.env["scenic.ticket"].search(
            [
                ("company_id", "=", company.id),
                ("sale_line_id", "!=", False),
                ("state", "=", "void"),
                ("origin_aml_id", "=", False),
                ("used_count", "=", 0),
                ("net_value", "!=", 0),
            ]
        )
        waiting._sale_drop()
        return super()._expire_void_tickets(company)
