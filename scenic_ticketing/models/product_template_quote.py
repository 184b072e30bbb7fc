from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import pricing

# items of one question of a channel: a year of days for a few products
QUOTE_LIMIT = 2000


class ProductTemplateQuote(models.Model):
    """What channels are told of prices and places: what a sale would say at that moment."""

    _inherit = "product.template"

    @api.model
    def scenic_quote(self, items):
        """Return prices for channels; the documented API, see the README of this addon.

        ``items``: list of ``{"product": gate product number, "date": "YYYY-MM-DD", "channel": code
        of the sales channel, "quantity": tickets}``; channel and quantity may be left out. Returns
        one dict for each: ``amount`` of one ticket (text with all decimals), ``currency`` and
        ``left``, the persons for whom there is room, or ``code`` why it is not sold. UserError
        when there are more than ``QUOTE_LIMIT`` items.
        """
        if len(items) > QUOTE_LIMIT:
            raise UserError(
                self.env._(
                    "%(count)s prices were asked for at once, at most %(limit)s are answered. Ask "
                    "in parts.",
                    count=len(items),
                    limit=QUOTE_LIMIT,
                )
            )
        numbers = [int(item["product"]) for item in items]
        products = {
            product.gate_product_code: product
            for product in self.search([("gate_product_code", "in", numbers)])
        }
        channels = {channel.code: channel for channel in self.env["scenic.channel"].search([])}
        wants = [
            {
                "product": products.get(number),
                "day": fields.Date.to_date(item["date"]),
                "quantity": int(item.get("quantity") or 1),
                "channel": channels.get(item.get("channel")),
            }
            for item, number in zip(items, numbers, strict=True)
        ]
        answers = [
            {"code": "E_CHANNEL"}
            if item.get("channel") and want["product"] and not want["channel"]
            else self._scenic_quote_want(want)
            for item, want in zip(items, wants, strict=True)
        ]
        self._scenic_quote_places(
            [pair for pair in zip(wants, answers, strict=True) if pair[1]["code"] == "OK"]
        )
        return answers

    @api.model
    def _scenic_quote_want(self, want):
        """Return the price of what a channel wants, or why no sale would be made."""
        product, day, quantity = want["product"], want["day"], want["quantity"]
        if not product:
            return {"code": "E_PRODUCT"}
        quote = product._scenic_quote(day, want["channel"], quantity)
        if quote.problem and quote.problem != pricing.NO_TARIFF:
            return {"code": quote.problem}
        variant = product.product_variant_id
        obstacles = variant._scenic_sale_obstacles(
            [{"product": variant, "quantity": quantity, "visit_date": day}]
        )
        if obstacles:
            return {"code": obstacles[0].code}
        price = product._scenic_price(day, want["channel"], quantity)
        currency = product.sudo().scenic_site_id.company_id.currency_id
        return {
            "code": "OK",
            "amount": f"{price.amount:.{currency.decimal_places}f}",
            "currency": currency.name,
            "tariff_version": price.tariff_version,
            "price_id": price.rule_id,
        }

    @api.model
    def _scenic_quote_places(self, pairs):
        """Add to answers what is left for their channel; without room for all it is sold out."""
        slots = self.env["scenic.slot"]
        for channel in {want["channel"] for want, _answer in pairs}:
            mine = [pair for pair in pairs if pair[0]["channel"] == channel]
            left = slots._places_left(
                {(want["product"], want["day"]) for want, _a in mine}, channel
            )
            for want, answer in mine:
                product = want["product"]
                answer["left"] = rest = left[product, want["day"]]
                persons = want["quantity"] * product._scenic_mould().pax
                if rest is not None and rest < persons:
                    answer["code"] = "E_SOLD_OUT"
