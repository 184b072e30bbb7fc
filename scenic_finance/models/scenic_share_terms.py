from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ..tools import allocation, share_rules, share_sql


class ScenicShareTerms(models.Model):
    """What may be agreed: nobody twice, not more than the whole, nothing backwards."""

    _inherit = "scenic.share"

    @api.constrains(
        "company_id",
        "partner_id",
        "product_tmpl_id",
        "zone_id",
        "channel_id",
        "basis",
        "percent",
        "amount",
        "date_from",
        "date_to",
    )
    def _check_terms(self):
        """Refuse to pay somebody twice for one passage, and to give away more than there is."""
        for company, shares in self.grouped("company_id").items():
            rules = {
                share.id: share._rule() for share in self.search([("company_id", "=", company.id)])
            }
            for share in shares:
                rule = rules[share.id]
                if other := share_rules.clash(rule, rules.values()):
                    raise ValidationError(
                        self.env._(
                            "%(share)s and %(other)s overlap: the same passage would pay "
                            "%(partner)s twice. End one of them before the other begins, or "
                            "narrow its product, zone or channel.",
                            share=share.display_name,
                            other=self.browse(other.key).display_name,
                            partner=share.partner_id.name,
                        )
                    )
                if found := share_rules.excess(rule, rules.values()):
                    names = [self.browse(one.key).display_name for one in found.rules]
                    raise ValidationError(
                        self.env._(
                            "These shares of the same passage exceed the whole (%(percent)s %%): "
                            "%(shares)s. Lower one of them.",
                            percent=f"{float(found.percent):g}",
                            shares="; ".join(names),
                        )
                    )

    def _rule(self):
        """Return the share as the pure functions see it."""
        self.ensure_one()
        fixed = self.basis == "fixed"
        unit = self.currency_id.rounding
        return share_rules.Rule(
            key=self.id,
            beneficiary=(self.partner_id.id, self.role),
            start=self.date_from,
            end=self.date_to or None,
            product=self.product_tmpl_id.id or None,
            zone=self.zone_id.id or None,
            channel=self.channel_id.id or None,
            percent=Fraction(0) if fixed else Fraction(str(self.percent)),
            fixed=allocation.to_units(self.amount, unit) if fixed else 0,
        )

    def _check_not_past(self, first, last):
        """Refuse terms for passages that are in the books already."""
        self.ensure_one()
        self.env.flush_all()
        kinds = ["use", "expire"] if self.owed_when_unused else ["use"]
        self.env.cr.execute(
            share_sql.taken(
                self.company_id.id,
                kinds,
                first,
                last or None,
                self.product_tmpl_id.id or None,
                self.zone_id.id or None,
                self.channel_id.id or None,
            )
        )
        [(taken,)] = self.env.cr.fetchall()
        if taken:
            raise UserError(
                self.env._(
                    "Passages until %(day)s are in the books without this share. Let it begin "
                    "after that day.",
                    day=format_date(self.env, taken),
                )
            )

    def _check_end(self, end):
        """Refuse to end a share before what it gave, or to continue it over what it did not."""
        for share in self:
            if share.date_to and (not end or end > share.date_to):
                share._check_not_past(fields.Date.add(share.date_to, days=1), end)
            last = share._last_day()
            if end and last and end < last:
                raise UserError(
                    self.env._(
                        "%(share)s was accrued until %(day)s; it cannot end before.",
                        share=share.display_name,
                        day=format_date(self.env, last),
                    )
                )

    def _last_day(self):
        """Return the last day of passages that gave something by this share."""
        lines = self.env["scenic.share.line"].sudo()
        kinds = ("kind", "in", ("use", "expire"))
        return lines._read_group([("share_id", "=", self.id), kinds], [], ["day:max"])[0][0]
