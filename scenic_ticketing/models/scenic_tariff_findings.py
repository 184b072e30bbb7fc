from odoo import models
from odoo.tools import format_date

from ..tools import pricing_checks

# days that a sentence names before it only counts the others
_NAMED = 3


class ScenicTariffFindings(models.Model):
    """Guard rails: what is wrong with a tariff, found before a visitor finds it.

    Errors keep it from being published. Each names its lines; ``code`` is stable.
    """

    _inherit = "scenic.tariff"

    # EXTENDS scenic.publishable
    def _findings(self):
        findings = super()._findings()
        view = self._view()
        first, last = self._horizon()
        days = pricing_checks.days_between(first, last)
        closed = {
            template.id: found
            for template, found in self._products()._scenic_shut_days(first, last).items()
        }
        shut = {day for day in days if self.site_id._is_closed(day)}
        if not self.price_ids:
            findings.append(
                self._finding("error", "no_lines", self.env._("The tariff has no price yet."), self)
            )
        findings += self._find_overlaps(view, days, shut)
        findings += self._find_closed(view, days, shut)
        findings += self._find_steps(view)
        findings += self._find_gaps(view, days, closed)
        for line in self.price_ids:
            findings += line._findings()
        for product in self._products():
            findings += self._find_tax(product)
        return findings

    def _finding(self, severity, code, message, record):
        return {"severity": severity, "code": code, "message": message, "record": record}

    def _name_days(self, days):
        """Return the first of these days in words, and how many more there are."""
        named = ", ".join(format_date(self.env, day) for day in sorted(days)[:_NAMED])
        more = len(days) - _NAMED
        return (
            self.env._("%(days)s and %(more)s more", days=named, more=more) if more > 0 else named
        )

    def _find_overlaps(self, view, days, shut):
        seasons = self.env["scenic.season"]
        for one, other, shared in pricing_checks.overlaps(view, days, shut):
            pair = seasons.browse((one, other))
            yield self._finding(
                "error",
                "overlap",
                self.env._(
                    "%(one)s and %(other)s both have priority %(priority)s on %(days)s. Give one "
                    "of them a higher priority, or other dates.",
                    one=pair[0].name,
                    other=pair[1].name,
                    priority=pair[0].priority,
                    days=self._name_days(shared),
                ),
                pair,
            )

    def _find_closed(self, view, days, shut):
        for number, found in pricing_checks.priced_closed_days(view, days, shut).items():
            season = self.env["scenic.season"].browse(number)
            yield self._finding(
                "error",
                "closed_day",
                self.env._(
                    "%(season)s prices days on which %(site)s is closed: %(days)s. Tick Not on "
                    "Closed Days in the season, or change the closed days.",
                    season=season.name,
                    site=self.site_id.name,
                    days=self._name_days(found),
                ),
                season,
            )

    def _find_steps(self, view):
        lines = self.env["scenic.price"]
        for line in pricing_checks.baseless(view):
            yield self._finding(
                "error",
                "no_base",
                self.env._(
                    "%(line)s never counts: add the price for 1 ticket and 0 days ahead of the "
                    "same season and channel.",
                    line=lines.browse(line.id).display_name,
                ),
                lines.browse(line.id),
            )
        for line in pricing_checks.useless_steps(view):
            yield self._finding(
                "warning",
                "useless_step",
                self.env._(
                    "%(line)s is never used: fewer tickets, or tickets bought later, cost no more.",
                    line=lines.browse(line.id).display_name,
                ),
                lines.browse(line.id),
            )

    def _find_gaps(self, view, days, closed):
        for product in self._products():
            sold = days[: product.scenic_sale_days_ahead + 1] if days else []
            missing = pricing_checks.gaps(view, product.id, sold, closed[product.id])
            if missing:
                yield self._finding(
                    "error",
                    "no_price",
                    self.env._(
                        "%(product)s has no price on %(days)s, although it is sold for those days.",
                        product=product.display_name,
                        days=self._name_days(missing),
                    ),
                    product,
                )

    def _find_tax(self, product):
        company = self.company_id
        taxes = product.taxes_id._filter_taxes_by_company(company)
        foreign = taxes.filtered(lambda tax: tax.price_include != self.tax_included)
        if foreign:
            meant = self.env._("with tax") if self.tax_included else self.env._("without tax")
            yield self._finding(
                "error",
                "vat",
                self.env._(
                    "The prices are %(meant)s, but %(taxes)s of %(product)s says otherwise. Change "
                    "the tax of the product, or Prices Include Tax.",
                    meant=meant,
                    taxes=", ".join(foreign.mapped("name")),
                    product=product.display_name,
                ),
                product,
            )
        others = (self._products() - product).taxes_id._filter_taxes_by_company(company)
        if not taxes and others:
            yield self._finding(
                "warning",
                "no_vat",
                self.env._(
                    "%(product)s has no sales tax, other tickets of this tariff have one.",
                    product=product.display_name,
                ),
                product,
            )
