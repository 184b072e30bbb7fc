from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from ..tools import pricing


class ScenicTicketRebook(models.Model):
    """Moving an unused ticket to another date: tiers, price difference, and a new copy."""

    _inherit = "scenic.ticket"

    def _rebook_quote(self, visit_date, slot=None, at=None):
        """Return what moving this ticket costs, and why it is not possible.

        Keys: fee, difference (of the price, never negative: nothing is paid back), charge = both
        (tax included, currency of the sale), tier (words), tier_id, obstacle (or None).
        """
        self.ensure_one()
        ticket = self.sudo()
        visit_date = fields.Date.to_date(visit_date)
        currency = ticket.paid_currency_id
        tier = ticket.policy_id._tier("rebook", ticket._hours_left(at))
        fee = difference = 0.0
        if not ticket.fee_waived:
            fee = tier._fee(ticket._paid(), ticket.pax, currency) if tier else 0.0
            difference = max(0.0, currency.round(ticket._price_difference(visit_date)))
        return {
            "ticket_id": ticket.id,
            "uid": ticket.uid,
            "visit_date": fields.Date.to_string(visit_date),
            "fee": fee,
            "difference": difference,
            "charge": currency.round(fee + difference),
            "tier_id": tier.id,
            "tier": tier.with_env(self.env).display_name if tier else "",
            "obstacle": self._rebook_obstacle(visit_date, slot, at),
        }

    def _price_difference(self, visit_date):
        """Return how much more the ticket costs on another date, in the currency of the sale.

        Both dates are priced by today's tariff, so whoever bought with a discount keeps it.
        """
        self.ensure_one()
        after, _problem = self._price_on(visit_date)
        before, problem = self._price_on(self.visit_date)
        if problem:
            before = self._paid()
        return (after or 0.0) - before

    def _price_on(self, visit_date):
        """Return ``(price of this ticket for a visit date, problem)`` in the sale's currency.

        A group code of several units costs one price for each of them.
        """
        template, today = self.product_tmpl_id, self.site_id._today()
        units = max(1, self.pax // (template.scenic_pax or 1))
        quote = template._scenic_quote(visit_date, self.channel_id, units, min(today, visit_date))
        company = self.company_id
        if quote.problem == pricing.NO_TARIFF:
            price = template.list_price
        elif quote.problem:
            return None, quote.problem
        else:
            price = quote.amount / 10**company.currency_id.decimal_places
        return (
            company.currency_id._convert(
                price * units, self.paid_currency_id, company, fields.Date.context_today(self)
            ),
            None,
        )

    def _rebook_obstacle(self, visit_date, slot=None, at=None):
        """Return why this ticket cannot be moved to a date, None when it can."""
        self.ensure_one()
        ticket = self.sudo()
        labels = dict(self._fields["state"]._description_selection(self.env))
        if ticket.state not in ("valid", "held"):
            return self.env._(
                "Ticket %(number)s cannot be moved: it is %(state)s.",
                number=ticket.alias,
                state=labels[ticket.state],
            )
        if ticket.used_count:
            return self.env._(
                "Ticket %(number)s cannot be moved: it has been used.", number=ticket.alias
            )
        return ticket._tier_obstacle("rebook", at) or ticket._date_obstacle(visit_date, slot)

    def _date_obstacle(self, visit_date, slot=None):
        """Return why this ticket is not sold for a date and slot, None when it is.

        Calendars and slots hook in here.
        """
        self.ensure_one()
        if self.policy_id.validity not in ("visit_date", "first_use"):
            return self.env._(
                "Ticket %(number)s is good until %(last)s on any day: there is nothing to move.",
                number=self.alias,
                last=fields.Date.to_string(self.valid_until),
            )
        today = self.site_id._today()
        if obstacles := self.product_id._scenic_day_obstacles(visit_date, today):
            return obstacles[0].text
        _price, problem = self._price_on(visit_date)
        if problem:
            return self.product_tmpl_id._scenic_no_price_text(problem, visit_date)
        if self._is_same_visit(visit_date, slot):
            return self.env._(
                "Ticket %(number)s is already for %(day)s.",
                number=self.alias,
                day=fields.Date.to_string(visit_date),
            )
        return None

    def _is_same_visit(self, visit_date, slot=None):
        return visit_date == self.visit_date

    def _rebook(self, visit_date, slot=None, reason=None, paid=0.0):
        """Move unused tickets to another date; ``paid``: what was charged for all of them.

        The visitor gets a new copy, because the old one names the old date.
        """
        visit_date = fields.Date.to_date(visit_date)
        self._act(("valid", "held"), self.env._("Rebooking"))
        charge = 0.0
        for ticket in self:
            quote = ticket._rebook_quote(visit_date, slot)
            if quote["obstacle"]:
                raise UserError(quote["obstacle"])
            charge += quote["charge"]
        currency = self.sudo().paid_currency_id[:1]
        # a price without tax cannot always be rounded to the very amount
        if currency.compare_amounts(paid + currency.rounding, charge) < 0:
            raise UserError(
                self.env._(
                    "Moving %(numbers)s costs %(charge)s, but %(paid)s was charged. Sell the "
                    "rebooking at a window.",
                    numbers=", ".join(self.mapped("alias")),
                    charge=currency.format(charge),
                    paid=currency.format(paid),
                )
            )
        for ticket in self.sudo():
            detail = f"{ticket._visit_text()} → "
            ticket._new_copy(**ticket._rebook_vals(visit_date, slot))
            ticket.with_env(self.env)._log_life(
                "rebook", reason, detail + ticket._visit_text(), gen=ticket.gen - 1
            )

    def _rebook_vals(self, visit_date, slot=None):
        """Return what a move changes in the ticket; slots hook in here."""
        self.ensure_one()
        return {
            "visit_date": visit_date,
            "valid_until": visit_date + timedelta(self.valid_days - 1),
        }

    def _visit_text(self):
        return fields.Date.to_string(self.visit_date)
