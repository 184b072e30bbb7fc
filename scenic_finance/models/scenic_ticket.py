from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import allocation


class ScenicTicket(models.Model):
    """The value of a ticket: where it was booked, what was released of it, what is left."""

    _inherit = "scenic.ticket"

    deferred = fields.Boolean(
        readonly=True,
        help="The price waits in the contract liability until the ticket is used. Not set: it "
        "became revenue at the sale, because no liability account applied.",
    )
    zone_values = fields.Json(
        readonly=True,
        help="Part of the net value that belongs to each zone, in the smallest unit of the "
        "currency. Frozen at the sale.",
    )
    zone_choices = fields.Json(
        readonly=True,
        help="Zones of an either-or choice, with its number and the value that its zones own "
        "together: what one of them takes, the others no longer have. Frozen at the sale.",
    )
    sale_day = fields.Date(readonly=True, help="Day of the sale, in the site's time zone.")
    invoice_line_id = fields.Many2one(
        "account.move.line",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="The customer invoice that sold the ticket outside a window.",
    )
    origin_aml_id = fields.Many2one(
        "account.move.line",
        string="Sale in the Journal",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="The journal item that put the price into the contract liability.",
    )
    refund_aml_id = fields.Many2one(
        "account.move.line",
        string="Refund in the Journal",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The journal item that took the price out of the contract liability again.",
    )
    refund_value = fields.Monetary(
        readonly=True,
        default=0.0,
        help="What went back to the customer, net of tax. The tickets of a refund line add up to "
        "the line, to the cent.",
    )
    refund_day = fields.Date(readonly=True, help="Day of the refund, in the site's time zone.")
    revenue_event_ids = fields.One2many("scenic.revenue.event", "ticket_id")
    remaining_value = fields.Monetary(
        string="Value Left",
        compute="_compute_remaining_value",
        compute_sudo=True,
        help="Net value that is neither used, expired nor refunded.",
    )

    _invoice_seq_uniq = models.UniqueIndex(
        "(invoice_line_id, seq) WHERE invoice_line_id IS NOT NULL",
        "The tickets of this invoice line are already issued.",
    )
    # Every use updates its ticket, so each index here costs something at the gates. This one finds
    # the tickets of a journal item, and the proof adds up all tickets from it alone.
    _origin_aml = models.Index("(origin_aml_id, company_id) INCLUDE (net_value, deferred)")
    _sale_day = models.Index("USING brin (sale_day)")
    _refund_day = models.Index("(company_id, refund_day) WHERE refund_day IS NOT NULL")

    @api.depends("net_value", "refund_value", "revenue_event_ids.amount")
    def _compute_remaining_value(self):
        released = dict(
            self.env["scenic.revenue.event"]._read_group(
                [("ticket_id", "in", self.ids)], ["ticket_id"], ["amount:sum"]
            )
        )
        for ticket in self:
            left = ticket.net_value - ticket.refund_value - released.get(ticket, 0.0)
            ticket.remaining_value = ticket.currency_id.round(left) if ticket.deferred else 0.0

    # EXTENDS scenic_ticketing
    @api.model
    def _issue(self, vals_list):
        """Freeze with the sale what its uses will be worth."""
        lines = self.env["pos.order.line"].sudo()
        sales = self.env["sale.order.line"].sudo()
        known, complete = {}, []
        for vals in vals_list:
            position = lines.browse(vals.get("pos_order_line_id")).order_id.fiscal_position_id
            position |= sales.browse(vals.get("sale_line_id")).order_id.fiscal_position_id
            key = (vals["product_id"], vals.get("net_value") or 0.0, position)
            if key not in known:
                known[key] = self._value_vals(*key)
            complete.append(known[key] | vals)
        return super()._issue(complete)

    @api.model
    def _value_vals(self, product_id, net_value, position):
        """Return what the books freeze of a ticket of this product, sold for `net_value`."""
        template = self.env["product.product"].browse(product_id).sudo().product_tmpl_id
        mould = template._scenic_mould()
        company = self.env["res.company"].browse(mould.company_id)
        units = allocation.to_units(net_value, company.currency_id.rounding)
        return self._zone_value_vals(units, mould, mould.uses) | {
            "deferred": template._scenic_is_deferred(company, position),
            "sale_day": self.env["scenic.site"].browse(mould.site_id)._today(),
        }

    @api.model
    def _zone_value_vals(self, units, mould, zone_ids):
        """Return what to freeze of a value of ``units`` that belongs to these zones."""
        shares = {str(zone_id): mould.shares.get(int(zone_id), 0) for zone_id in zone_ids}
        choices = {
            str(zone_id): choice
            for zone_id, choice in mould.choices.items()
            if str(zone_id) in shares
        }
        values, limits = allocation.split_with_choices(units, shares, choices)
        return {"zone_values": values, "zone_choices": limits or False}

    # EXTENDS scenic_ticketing
    def _void(self, reason, refund_line=None):
        """Keep what a window's refund returns for each ticket."""
        res = super()._void(reason, refund_line=refund_line)
        if refund_line:
            line = refund_line.sudo()
            amounts = line._scenic_line_amounts()[line]
            unit = line.company_id.currency_id
            self._set_refund(
                -unit.round(amounts.net), line.currency_id, vat=-unit.round(amounts.tax)
            )
        return res

    def _set_refund(self, amount, currency, refund_aml=None, weights=None, vat=0.0):
        """Spread a refund over its tickets; what it does not return is released as kept.

        `amount` is net of tax in the company's currency, exactly as the ledger has or will have
        it; `currency` is that of the document. A refund for the full price may still differ by a
        cent from what the tickets were sold for, because each document is rounded by itself: that
        cent is released too. `weights`: one for each ticket by id, where they are not alike.
        """
        tickets = self.sudo().filtered("deferred")
        if not tickets:
            return
        unit = tickets.currency_id.rounding
        tickets = tickets.sorted("id")
        if not weights or len(weights) != len(tickets):
            # persons may have left one of them: it was worth less than the others
            weights = tickets.mapped("net_value")
        parts = allocation.split_by_weight(allocation.to_units(amount, unit), weights)
        kept = []
        for ticket, part in zip(tickets, parts, strict=True):
            slack = ticket._refund_slack(currency)
            ticket._check_refund(part, slack)
            returned = allocation.from_units(part, unit)
            units = allocation.to_units(ticket.remaining_value - returned, unit)
            ticket.write(
                {
                    "refund_value": returned,
                    "refund_day": ticket.site_id._today(),
                    "refund_aml_id": refund_aml.id if refund_aml else False,
                }
            )
            if units or ticket._kept_zero():
                kind = ticket._kept_kind(units, slack)
                kept.append((ticket, kind, allocation.from_units(units, unit)))
        self.env["scenic.revenue.event"]._append_kept(kept)

    def _kept_zero(self):
        """Tell whether something else than the price is left of this ticket."""
        return False

    def _refund_slack(self, currency):
        """Return by how many units a refund may differ from the sale without meaning anything.

        One for the rounding; in a foreign currency also the rate may have moved since.
        """
        if currency == self.currency_id:
            return 1
        return allocation.to_units(self.net_value, self.currency_id.rounding) // 10 + 1

    def _check_refund(self, units, slack):
        """Refuse to give back more than was paid."""
        if units > allocation.to_units(self.net_value, self.currency_id.rounding) + slack:
            raise UserError(
                self.env._(
                    "Ticket %(number)s was sold for %(value)s net of tax; more than that cannot be "
                    "given back. Reduce the price of the refund.",
                    number=self.alias,
                    value=self.currency_id.format(self.net_value),
                )
            )

    def _kept_kind(self, units, slack):
        """Return why a refund and what the ticket still held differ by `units`."""
        if abs(units) <= slack:
            return "rounding"
        if units < 0 and "expire" in self.revenue_event_ids.mapped("kind"):
            # given back after its expiry: the income from the expiry was none
            return "expire"
        return "fee"

    # EXTENDS scenic_ticketing
    def _expire(self):
        """Release what nobody can use any more."""
        res = super()._expire()
        self.env["scenic.revenue.event"]._append_expiry(
            self.filtered(lambda ticket: ticket.state == "expired")
        )
        return res

    def action_revenue_events(self):
        """Open what was released of the value of this ticket."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_finance.scenic_revenue_event_action"
        )
        action["domain"] = [("ticket_id", "in", self.ids)]
        action["context"] = {}
        return action

    def action_origin_move(self):
        """Open the journal entry of the sale."""
        self.ensure_one()
        return self.origin_aml_id.move_id._get_records_action()

    def _scenic_creditable(self):
        """Return whether a credit note can give this ticket back."""
        self.ensure_one()
        if self.state == "void":
            return not (self.refund_line_id or self.refund_aml_id)
        return self.state in ("valid", "held", "expired") and not self.used_count

    def _scenic_match_refunds(self):
        """Match refunds in the ledger with the sales that they take back."""
        plan = []
        for refund, tickets in self.sudo().grouped("refund_aml_id").items():
            lines = (refund | tickets.origin_aml_id).filtered(
                lambda line: (
                    line.account_id.reconcile
                    and not line.reconciled
                    and line.parent_state == "posted"
                )
            )
            if refund in lines and len(lines) > 1 and len(lines.account_id) == 1:
                plan.append(lines)
        if plan:
            self.env["account.move.line"].sudo()._reconcile_plan(plan)
