from datetime import date, timedelta
from typing import NamedTuple

from odoo import fields, models, tools
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..iot_handlers.scenic_rules.site_time import day_number
from ..tools import pricing, validity


class Price(NamedTuple):
    """What one ticket costs, and which line of which version of the tariff says so."""

    amount: float  # currency of the company
    tariff_version: int  # 0 = no tariff: the list price
    rule_id: int  # scenic.price, 0 = none


def _closes(day, closing):
    """Tell whether a ticket from ``day`` on is good on none of its days."""
    if not closing:
        return False
    count, weekdays, spans = closing
    first = day_number(day)
    return all(
        not weekdays >> (day.weekday() + k) % 7 & 1
        or any(begin <= first + k <= end for begin, end in spans)
        for k in range(min(count, 366))
    )


class ProductTemplatePrice(models.Model):
    _inherit = "product.template"

    scenic_price_min = fields.Monetary(
        string="Lowest Price",
        help="No tariff may price this ticket lower, unless the line is marked as free. 0 = none.",
    )
    scenic_price_max = fields.Monetary(
        string="Highest Price",
        help="No tariff may price this ticket higher: the approved price, for example. 0 = none.",
    )

    def _scenic_quote(self, visit_date, channel=None, quantity=1, today=None):
        """Return the `pricing.Quote` of one of ``quantity`` tickets for a visit on ``visit_date``.

        THE price, asked by every channel: window, sales order, API. ``channel``: scenic.channel or
        its id; ``today``: day of the sale at the site, default now. Never raises: ``problem`` says
        why there is no amount.
        """
        self.ensure_one()
        template = self.sudo()
        site = template.scenic_site_id
        lead = (visit_date - (today or site._today())).days
        if lead >= 0 and template._scenic_is_closed(visit_date):
            return pricing.Quote(None, problem=pricing.CLOSED)
        tariff = site._tariff()
        if not tariff:
            problem = pricing.NO_TARIFF if lead >= 0 else pricing.PAST
            return pricing.Quote(None, problem=problem)
        channel = getattr(channel, "id", channel) or pricing.ANY_CHANNEL
        return tariff.quote(template.id, visit_date, channel, quantity, lead)

    def _scenic_price(self, visit_date, channel=None, quantity=1, today=None):
        """Return the `Price` of one ticket, or raise why it is not sold for that day."""
        self.ensure_one()
        quote = self._scenic_quote(visit_date, channel, quantity, today)
        if quote.problem == pricing.NO_TARIFF:
            return Price(self.sudo().list_price, 0, 0)
        if quote.problem:
            raise UserError(self._scenic_no_price_text(quote.problem, visit_date))
        return self._scenic_quoted(quote)

    def _scenic_quoted(self, quote):
        """Return the `Price` that a quote without a problem stands for."""
        mould = self._scenic_mould()
        currency = self.env["res.company"].sudo().browse(mould.company_id).currency_id
        return Price(
            currency.round(quote.amount / 10**currency.decimal_places),
            self.env["scenic.site"].browse(mould.site_id)._tariff().version,
            quote.line,
        )

    def _scenic_no_price_text(self, problem, visit_date):
        """Return the sentence for a visit day that has no price."""
        texts = {
            pricing.CLOSED: self.env._(
                "%(product)s is not sold for %(day)s: what it opens is closed. Choose another "
                "visit date.",
                product=self.display_name,
                day=format_date(self.env, visit_date),
            ),
            pricing.NO_PRICE: self.env._(
                "%(product)s has no price for %(day)s yet. Choose another visit date, or publish "
                "a tariff with a price.",
                product=self.display_name,
                day=format_date(self.env, visit_date),
            ),
            pricing.PAST: self.env._(
                "%(product)s cannot be sold for %(day)s: that day has passed.",
                product=self.display_name,
                day=format_date(self.env, visit_date),
            ),
        }
        return texts[problem]

    # ------------------------------------------------------------------
    # closed days
    # ------------------------------------------------------------------

    def _scenic_is_closed(self, day):
        """Tell whether a ticket for a visit on ``day`` would find its gates closed."""
        self.ensure_one()
        return _closes(day, self.sudo()._scenic_closing())

    @tools.ormcache("self.id")
    def _scenic_closing(self):
        """Return ``(days of a ticket, weekday mask, closed spans)``; None: never closed."""
        policy = self.scenic_policy_id
        if policy.validity not in ("visit_date", "first_use"):
            return None
        view = policy._validity_view()
        today = date.today()
        _first, days = validity.dates(view, today, today)
        spans = self._scenic_closed_days() + self.scenic_site_id._closed_spans()
        return days, policy._weekday_mask(), spans

    @tools.ormcache("self.id")
    def _scenic_closed_spans(self):
        """Return ``((first, last), ...)`` day numbers on which ticket or site is closed."""
        template = self.sudo()
        return template._scenic_closed_days(site=template.scenic_site_id)

    def _scenic_shut_days(self, first, last):
        """Return ``{template: set of days}`` on which each is not sold."""
        days = [first + timedelta(k) for k in range((last - first).days + 1)]
        known, shut = {}, {}
        for template in self.sudo():
            # most tickets of a site close together: the days are looked at once for all of them
            closing = template._scenic_closing()
            if closing not in known:
                known[closing] = {day for day in days if _closes(day, closing)}
            shut[template] = known[closing]
        return shut
