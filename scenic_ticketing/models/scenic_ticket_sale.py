from odoo import api, fields, models


class ScenicTicketSale(models.Model):
    """Tickets of a group order: which line sold them, and how much of it they stand for."""

    _inherit = "scenic.ticket"

    sale_line_id = fields.Many2one(
        "sale.order.line",
        string="Order Line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    sale_order_id = fields.Many2one(
        "sale.order",
        string="Group Order",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    _sale_line_seq_uniq = models.UniqueIndex(
        "(sale_line_id, seq) WHERE sale_line_id IS NOT NULL",
        "The tickets of this order line are already issued.",
    )

    # EXTENDS scenic_ticketing
    @api.depends("sale_order_id.currency_id")
    def _compute_paid_currency_id(self):
        return super()._compute_paid_currency_id()

    # EXTENDS scenic_ticketing
    def _sale_currency(self):
        # a window's ticket, asked first: nothing else has to be read for it
        if self.pos_order_id:
            return super()._sale_currency()
        return self.sale_order_id.currency_id or super()._sale_currency()

    # EXTENDS scenic_ticketing
    def _customer(self):
        return self.sudo().sale_order_id.partner_id or super()._customer()

    # EXTENDS scenic_ticketing
    def _void(self, reason, refund_line=None):
        """A ticket that is voided by hand is not charged: its order gets smaller."""
        res = super()._void(reason, refund_line=refund_line)
        self._sale_drop(reduce=not self.env.context.get("scenic_no_sync"))
        return res

    def _sale_drop(self, reduce=True):
        """Settle that nobody is charged for these void tickets; the books hook in here.

        What is invoiced already is then to be credited.
        """
        dropped = self.sudo().filtered(
            lambda ticket: ticket.sale_line_id and ticket.state == "void" and not ticket.used_count
        )
        if reduce:
            dropped._sale_reduce_order()
        return dropped

    def _sale_reduce_order(self):
        """Lower the ordered quantities by these tickets, or they would be invoiced."""
        for line, tickets in self.sudo().grouped("sale_line_id").items():
            units = sum(ticket._sale_units() for ticket in tickets)
            quantity = line.product_uom_qty - line._scenic_from_units(units)
            line.with_context(scenic_no_sync=True).product_uom_qty = max(0, quantity)

    def _sale_units(self):
        """Return how many units of its order line this ticket stands for."""
        self.ensure_one()
        return max(1, self.pax // (self.product_tmpl_id._scenic_mould().pax or 1))

    def _sale_alive(self):
        """Return the tickets that their customer owes: the good ones and all that were used."""
        return self.filtered(lambda ticket: ticket.state != "void" or ticket.used_count)

    def _sale_persons_seen(self):
        """Return ``{ticket: persons}`` who came: the most persons that any zone has seen."""
        groups = self.env["scenic.redemption"]._read_group(
            [("ticket_id", "in", self.ids)], ["ticket_id", "zone_id", "kind"], ["__count"]
        )
        net = {}
        for ticket, zone, kind, count in groups:
            key = (ticket.id, zone.id)
            net[key] = net.get(key, 0) + (count if kind == "use" else -count)
        seen = dict.fromkeys(self, 0)
        for (ticket_id, _zone), count in net.items():
            ticket = self.browse(ticket_id)
            seen[ticket] = max(seen[ticket], min(count, ticket.pax))
        return seen

    def _sale_delivered_units(self):
        """Return ``{ticket: units}`` that can be invoiced after use.

        A code of one unit counts with its first use. A group code counts when nobody can come on
        it any more, because each ticket is in one invoice only.
        """
        persons = self._sale_persons_seen()
        delivered = {}
        for ticket in self:
            units, seen = ticket._sale_units(), persons[ticket]
            if not seen:
                delivered[ticket] = 0
            elif units == 1 or seen >= ticket.pax:
                delivered[ticket] = units
            elif ticket.state in ("used", "expired", "void"):
                each = ticket.pax // units
                delivered[ticket] = -(-seen // each)
            else:
                delivered[ticket] = 0
        return delivered

    def _sale_billable_units(self):
        """Return ``{ticket: units}`` that an invoice of the order may contain now."""
        alive = self._sale_alive()
        late = alive.filtered(
            lambda ticket: ticket.sale_line_id.product_id.invoice_policy == "delivery"
        )
        units = {ticket: ticket._sale_units() for ticket in alive - late}
        return dict.fromkeys(self, 0) | units | late._sale_delivered_units()


class ScenicRedemptionSale(models.Model):
    _inherit = "scenic.redemption"

    # EXTENDS scenic_ticketing
    def _reverse(self, *args, **kwargs):
        """A void ticket whose only use is taken back is charged to nobody any more."""
        res = super()._reverse(*args, **kwargs)
        tickets = self.ticket_id
        tickets.invalidate_recordset(["used_count", "state"])
        tickets._sale_drop()
        return res
