from odoo import fields, models
from odoo.exceptions import UserError


class ScenicVoucherExchange(models.Model):
    """A voucher becomes a ticket, once; and not at all when its channel refunded it."""

    _inherit = "scenic.voucher.item"

    def _exchange_obstacle(self):
        """Return why this voucher cannot be exchanged now, None when it can."""
        self.ensure_one()
        item = self.sudo()
        values = {"number": item.number, "order": item.order_id.display_name}
        if item.state == "consumed":
            return self.env._(
                "Voucher %(number)s of %(order)s was exchanged for ticket %(ticket)s on %(day)s "
                "at %(time)s.",
                ticket=item.ticket_id.alias,
                **item.site_id._wall_clock(item.consumed_at),
                **values,
            )
        if item.state != "issued":
            labels = dict(self._fields["state"]._description_selection(self.env))
            return self.env._(
                "Voucher %(number)s of %(order)s cannot be exchanged: it is %(state)s.",
                state=labels[item.state],
                **values,
            )
        shown = not item.slot_id or item.slot_id.end_at <= fields.Datetime.now()
        if item.valid_until < item.site_id._today() and shown:
            return self.env._(
                "Voucher %(number)s of %(order)s was good until %(day)s. Its channel gives the "
                "money back.",
                day=fields.Date.to_string(item.valid_until),
                **values,
            )
        return None

    def _exchange(self, config=None):
        """Issue the tickets of these vouchers, all or none; returns them.

        They are paid: a visitor without a place or without the ID that the policy asks for gets
        the ticket all the same, and a person is told.
        """
        self._lock()
        if obstacle := next(filter(None, (item._exchange_obstacle() for item in self)), None):
            raise UserError(obstacle)
        items = self.sudo()
        door = self.env["scenic.ticket"].with_context(scenic_paid=True)
        tickets = door._issue([item._ticket_vals() for item in items])
        now = fields.Datetime.now()
        for item, ticket in zip(items, tickets, strict=True):
            item.write(
                {
                    "state": "consumed",
                    "ticket_id": ticket.id,
                    "consumed_at": now,
                    # the price of this moment: what the channel is asked for later
                    "settlement_price": item._settlement(),
                    "exchange_count": item.exchange_count + 1,
                }
            )
        done = tickets._at_window(config) if config else tickets
        for item, ticket in zip(items, done, strict=True):
            ticket._log_life("exchange", None, f"{item.order_id.display_name} · {item.number}")
        self._tell("consumed")
        return tickets.with_context(scenic_paid=False)

    def _ticket_vals(self):
        """Return the values of the ticket of this voucher."""
        self.ensure_one()
        settled = self._settlement()
        vals = {
            "product_id": self.product_id.id,
            "visit_date": self.visit_date,
            "channel_id": self.channel_id.id,
            "slot_id": self.slot_id.id,
            "hold": self._hold_ref(),
            "voucher_item_id": self.id,
            "seq": max(self._tickets().mapped("seq"), default=0) + 1,
            "net_value": self._net(settled),
            "price_paid": self.price_paid or settled,
        }
        return vals | ({"pax": self.persons} if self.persons else {})

    def _tickets(self):
        """Return all tickets that were ever given out for this voucher."""
        return self.env["scenic.ticket"].sudo().search([("voucher_item_id", "=", self.id)])

    def _settlement(self):
        """Return what the channel pays for this voucher, tax included."""
        self.ensure_one()
        if self.settlement_price:
            return self.settlement_price
        template = self.product_id.product_tmpl_id
        quote = template._scenic_quote(self.visit_date, self.channel_id)
        if quote.problem or quote.amount is None:
            return template.list_price
        return quote.amount / 10**self.currency_id.decimal_places

    def _net(self, amount):
        """Return an amount with tax without it."""
        company = self.company_id
        taxes = self.product_id.taxes_id.filtered_domain([("company_id", "=", company.id)])
        return taxes.with_context(force_price_include=True).compute_all(
            amount, company.currency_id, 1, product=self.product_id
        )["total_excluded"]

    # ------------------------------------------------------------------
    # taking an exchange back
    # ------------------------------------------------------------------

    def _undo_obstacle(self):
        """Return why the exchange of this voucher cannot be undone, None when it can."""
        self.ensure_one()
        ticket = self.sudo().ticket_id
        if self.sudo().state != "consumed" or not ticket:
            return self.env._("Voucher %s is not exchanged.", self.number)
        divided = self._tickets().filtered(lambda other: other.state != "void") - ticket
        if ticket.state != "valid" or ticket.used_count or divided:
            labels = dict(ticket._fields["state"]._description_selection(self.env))
            return self.env._(
                "The exchange for ticket %(number)s cannot be undone: it is %(state)s and was "
                "used %(count)s times.",
                number=ticket.alias,
                state=labels[ticket.state],
                count=ticket.used_count,
            )
        return None

    def _undo_exchange(self, reason):
        """Make vouchers of unused tickets again: nobody uses the slip, the voucher is good."""
        self._lock()
        items = self.sudo()
        tickets = items.ticket_id
        tickets._lock()
        if obstacle := next(filter(None, (item._undo_obstacle() for item in self)), None):
            raise UserError(obstacle)
        tickets.with_env(self.env)._void(reason)
        tickets.with_env(self.env)._log_life("exchange_undo", reason)
        items.write({"state": "issued", "ticket_id": False, "consumed_at": False})
        items._take_places(force=True)
        self._tell("consume_undone")

    def _tell(self, event):
        """Tell the channel what became of its vouchers; addons for channels hook in here.

        ``event``: ``consumed``, ``consume_undone``, ``refund_decided``, as in the contract.
        """
