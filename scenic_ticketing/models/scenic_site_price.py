from dataclasses import replace
from datetime import timedelta

from odoo import api, fields, models, tools

from ..iot_handlers.scenic_rules.site_time import day_number
from ..tools.pricing import price_table

# a session may stay open for weeks, and its table counts from the day it was loaded
_SPARE_DAYS = 31


class ScenicSitePrice(models.Model):
    """The prices and the closed days of a site, as each channel asks for them."""

    _inherit = "scenic.site"

    closed_calendar_ids = fields.Many2many(
        "scenic.blackout",
        relation="scenic_site_closed_rel",
        column1="site_id",
        column2="blackout_id",
        string="Closed Days",
        help="On the days of these calendars the whole site is closed: no channel sells a ticket "
        "that is good on none but these days.",
    )
    prices_at = fields.Datetime(
        string="Prices Changed", readonly=True, copy=False, help="Windows load them again after it."
    )
    scenic_prices = fields.Json(
        string="Prices of a Window",
        compute="_compute_scenic_prices",
        help="Filled for a window when it loads: every price it may ask for.",
    )

    def write(self, vals):
        res = super().write(vals)
        if "closed_calendar_ids" in vals:
            self._announce_prices()
        return res

    def _compute_scenic_prices(self):
        self.scenic_prices = False

    @tools.ormcache("self.id")
    def _tariff(self):
        """Return the published tariff as the price function sees it, or None."""
        tariff = (
            self.env["scenic.tariff"]
            .sudo()
            .search([("site_id", "=", self.id), ("state", "=", "published")], limit=1)
        )
        return tariff._view() if tariff else None

    @tools.ormcache("self.id")
    def _closed_spans(self):
        """Return ``((first, last), ...)`` day numbers on which the whole site is closed."""
        return self.sudo().closed_calendar_ids._spans()

    def _is_closed(self, day):
        """Tell whether the whole site is closed on ``day``."""
        number = day_number(day)
        return any(first <= number <= last for first, last in self._closed_spans())

    # ------------------------------------------------------------------
    # windows
    # ------------------------------------------------------------------

    def _announce_prices(self):
        """Tell the open windows to fetch new prices; those without contact learn it later."""
        # a window that is reloaded asks for what was written since it started
        self.sudo().write({"prices_at": fields.Datetime.now()})
        windows = self.env["pos.config"].sudo().search([("company_id", "in", self.company_id.ids)])
        for window in windows.filtered("has_active_session"):
            window._notify("SCENIC_PRICES", {})

    def _window_prices(self, window):
        """Return every price that a window may ask for, see `price_table`; False without tariff.

        Days on which a product alone is closed, by its policy, are in ``closed``.
        """
        self.ensure_one()
        tariff = self._in_currency(self._tariff(), window.currency_id)
        products = (
            self.env["product.template"]
            .sudo()
            .with_context(active_test=False)
            .search([("scenic_site_id", "=", self.id), ("is_scenic_ticket", "=", True)])
        )
        first = self._today()
        ahead = max(products.mapped("scenic_sale_days_ahead"), default=0)
        count = ahead + 1 + _SPARE_DAYS
        last = first + timedelta(count - 1)
        closed = products._scenic_shut_days(first, last)
        common = set.intersection(*closed.values()) if closed else set()
        if not tariff and not any(closed.values()):
            return False
        table = (
            price_table(
                tariff, products.ids, window.scenic_channel_id.id or 0, first, count, common
            )
            if tariff
            else {"version": 0, "first": first.isoformat(), "products": {}}
        )
        # cents become the amounts that a line of the order carries
        table["digits"] = window.currency_id.decimal_places
        if not tariff:
            table["days"] = [-1 if first + timedelta(k) in common else 0 for k in range(count)]
        table["closed"] = {
            str(product.id): sorted((day - first).days for day in days - common)
            for product, days in closed.items()
            if days - common
        }
        return table

    def _in_currency(self, tariff, currency):
        """Return a tariff with its amounts in the cents of a window's currency."""
        own = self.company_id.currency_id
        if not tariff or currency == own:
            return tariff
        here, there = 10**own.decimal_places, 10**currency.decimal_places
        today = fields.Date.today()
        return replace(
            tariff,
            lines=tuple(
                line._replace(
                    amount=round(
                        own._convert(line.amount / here, currency, self.company_id, today) * there
                    )
                )
                for line in tariff.lines
            ),
        )

    @api.model
    def pos_scenic_prices(self, config_id):
        """Return ``{site id: prices}`` for a window that was told of new ones."""
        window = self.env["pos.config"].browse(config_id)
        window.check_access("read")
        sites = self.search(self._load_pos_data_domain({}, window))
        return {site.id: site._window_prices(window) for site in sites}

    # EXTENDS point_of_sale
    @api.model
    def _load_pos_data_fields(self, config):
        return [*super()._load_pos_data_fields(config), "scenic_prices"]

    # EXTENDS point_of_sale
    @api.model
    def _load_pos_data_read(self, records, config):
        rows = super()._load_pos_data_read(records, config)
        for row in rows:
            row["scenic_prices"] = self.browse(row["id"])._window_prices(config)
        return rows
