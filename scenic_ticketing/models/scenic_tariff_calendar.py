from datetime import date, timedelta

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..tools.pricing import ANY_CHANNEL
from ..tools.pricing_checks import days_between, overlaps

# rows of a list of days that a person can still look through
_MOST_ROWS = 20000


class ScenicTariffCalendar(models.Model):
    """The month calendar: prices by day of one product, and changes of days in a draft.

    The public methods are called by the calendar screen; the rights of the user decide.
    """

    _inherit = "scenic.tariff"

    def action_month(self, product_id, month, channel_id=False, quantity=1, lead=0):
        """Return the weeks around ``month`` ("YYYY-MM"): price, season and difference to live."""
        self.ensure_one()
        self.check_access("read")
        first = date.fromisoformat(f"{month}-01")
        start = first - timedelta(first.weekday())
        after = (first + timedelta(31)).replace(day=1)
        last = after - timedelta(1)
        days = days_between(start, last + timedelta(6 - last.weekday()))
        compared = self._compared()
        ask = product_id, channel_id or ANY_CHANNEL, quantity, lead
        shut = self._shut_days(product_id, days)
        now = self._amounts(self._view(), days, ask, shut)
        live = self._amounts(compared._view(), days, ask, shut) if compared else {}
        contested = {day for *_pair, found in overlaps(self._view(), days) for day in found}
        return {
            "days": [
                {
                    **now[day],
                    "date": day.isoformat(),
                    "in_month": day.month == first.month,
                    "past": day < self.site_id._today(),
                    "contested": day in contested,
                    "live": live[day]["amount"] if live else None,
                    "differs": bool(live) and live[day]["amount"] != now[day]["amount"],
                }
                for day in days
            ],
            "compared": compared.display_name if compared else False,
        }

    def action_frame(self):
        """Return what the calendar screen shows around the month."""
        self.ensure_one()
        self.check_access("read")
        products = self._products().sorted(lambda product: (product.sequence, product.name))
        channels = self.env["scenic.channel"].search([("active", "=", True)])
        return {
            "id": self.id,
            "name": self.display_name,
            "state": self.state,
            "editable": self.state == "draft" and self.has_access("write"),
            "open_draft_id": self.open_draft_id.id,
            "currency_id": self.currency_id.id,
            "today": self.site_id._today().isoformat(),
            "products": [{"id": product.id, "name": product.name} for product in products],
            "channels": [{"id": channel.id, "name": channel.name} for channel in channels],
            "tariffs": [
                {"id": tariff.id, "name": f"{tariff.site_id.name} · {tariff.display_name}"}
                for tariff in self.search([("state", "in", ("draft", "submitted", "published"))])
                | self
            ],
            "seasons": [
                {
                    "id": season.id,
                    "name": season.name,
                    "color": season.color,
                    "priority": season.priority,
                    "days": season.days_text,
                }
                for season in self.season_ids
            ],
        }

    def _compared(self):
        """Return the tariff that this one is compared with: what is live at its site."""
        live = [("site_id", "=", self.site_id.id), ("state", "=", "published")]
        return self.search([*live, ("id", "!=", self.id)], limit=1)

    def _shut_days(self, product_id, days):
        product = self.env["product.template"].browse(product_id)
        return product._scenic_shut_days(days[0], days[-1]).get(product, set())

    def _amounts(self, view, days, ask, shut):
        """Return ``{day: amount, season, line, closed}``; no amount = not sold."""
        product_id, channel, quantity, lead = ask
        found = {}
        for day in days:
            quote = view.quote(product_id, day, channel, quantity, lead)
            amount = None if quote.amount is None else self._from_cents(quote.amount)
            closed = day in shut
            found[day] = {
                "amount": None if closed else amount,
                "season_id": quote.season,
                "line_id": quote.line,
                "closed": closed,
            }
        return found

    # ------------------------------------------------------------------
    # changes of a draft
    # ------------------------------------------------------------------

    def action_set_line_price(self, line_id, amount):
        """Change the price of one line, on all days of its season."""
        self._require_draft()
        self.price_ids.filtered(lambda line: line.id == line_id).price = amount

    def action_set_day_price(self, product_id, first, last, amount):
        """Give a product one price on some days, in a season of their own."""
        self._require_draft()
        first, last = self._read_days(first, last)
        season = self.season_ids.filtered(
            lambda season: (
                [(part.date_from, part.date_to) for part in season.range_ids] == [(first, last)]
            )
        )[:1] or self._special_season(first, last)
        line = season.price_ids.filtered(
            lambda line: (
                line.product_tmpl_id.id == product_id
                and (line.channel_id.id, line.min_quantity, line.early_bird_days) == (False, 1, 0)
            )
        )
        if line:
            line.price = amount
        else:
            self.env["scenic.price"].create(
                {
                    "tariff_id": self.id,
                    "season_id": season.id,
                    "product_tmpl_id": product_id,
                    "price": amount,
                }
            )

    def _special_season(self, first, last):
        names = [format_date(self.env, day) for day in dict.fromkeys((first, last))]
        claims = self._claims(first, last)
        return self.env["scenic.season"].create(
            {
                "tariff_id": self.id,
                "name": " – ".join(names),
                # stronger than whatever covers one of these days
                "priority": max(claims.mapped("priority"), default=0) + 1,
                "color": min(set(range(1, 12)) - set(self.season_ids.mapped("color")), default=5),
                "range_ids": [(0, 0, {"date_from": first, "date_to": last})],
            }
        )

    def _claims(self, first, last):
        """Return the seasons that cover one of these days."""
        days = days_between(first, last)
        return self.season_ids.filtered(lambda season: any(map(season._view().covers, days)))

    def action_set_day_season(self, season_id, first, last):
        """Let some days belong to a season: it gets these dates, stronger ones lose them."""
        self._require_draft()
        first, last = self._read_days(first, last)
        season = self.season_ids.filtered(lambda season: season.id == season_id)
        season.ensure_one()
        stronger = (self._claims(first, last) - season).filtered(
            lambda other: other.priority >= season.priority
        )
        for other in stronger:
            if not other.range_ids:
                raise UserError(
                    self.env._(
                        "%(season)s is weaker than %(other)s, which holds on all dates. Give "
                        "%(season)s a higher priority first.",
                        season=season.name,
                        other=other.name,
                    )
                )
            other.range_ids._cut(first, last)
        if season.range_ids:
            season.range_ids = [(0, 0, {"date_from": first, "date_to": last})]
        missing = [d for d in days_between(first, last) if not season._view().covers(d)]
        if missing:
            raise UserError(
                self.env._(
                    "%(season)s does not hold on %(days)s: look at its days of the week.",
                    season=season.name,
                    days=self._name_days(missing),
                )
            )

    def _read_days(self, first, last):
        first, last = sorted((date.fromisoformat(first), date.fromisoformat(last)))
        return first, last

    # ------------------------------------------------------------------
    # lists
    # ------------------------------------------------------------------

    def action_day_list(self, first, last, product_id=False, channel_id=False, quantity=1, lead=0):
        """Open the prices of some days as a list, to look through or to export."""
        self.ensure_one()
        self.check_access("read")
        days = days_between(*self._read_days(first, last))
        products = self._products().filtered(lambda p: not product_id or p.id == product_id)
        if len(days) * len(products) > _MOST_ROWS:
            raise UserError(
                self.env._(
                    "%(rows)s prices are too many for one list. Choose one product or fewer days.",
                    rows=len(days) * len(products),
                )
            )
        rows = self.env["scenic.price.day"].create(
            [
                vals
                for product in products
                for vals in self._day_rows(product, days, channel_id, quantity, lead)
            ]
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_ticketing.scenic_price_day_action"
        )
        return {**action, "domain": [("id", "in", rows.ids)]}

    def _day_rows(self, product, days, channel_id, quantity, lead):
        compared = self._compared()
        ask = product.id, channel_id or ANY_CHANNEL, quantity, lead
        shut = self._shut_days(product.id, days)
        now = self._amounts(self._view(), days, ask, shut)
        live = self._amounts(compared._view(), days, ask, shut) if compared else now
        for day in days:
            yield {
                "tariff_id": self.id,
                "product_tmpl_id": product.id,
                "channel_id": channel_id,
                "quantity": quantity,
                "date": day,
                "closed": now[day]["closed"],
                "season_id": now[day]["season_id"],
                "sold": now[day]["amount"] is not None,
                "price": now[day]["amount"] or 0,
                "live_price": live[day]["amount"] or 0,
                "differs": now[day]["amount"] != live[day]["amount"],
            }
