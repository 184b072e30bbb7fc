from datetime import date, timedelta

from babel.dates import format_skeleton

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import babel_locale_parse, format_date, get_lang

MAX_LINES = 20
MAX_TICKETS = 50  # of one line
DAYS = 7  # days ahead that the page offers as buttons
_PRODUCTS = 60


class ScenicKiosk(models.AbstractModel):
    """What a self-service page shows. Prices, days, slots and limits are asked where the window
    asks: a page has no rules of its own. ``window``: from ``pos.config._scenic_of_kiosk``."""

    _name = "scenic.kiosk"
    _description = "Self-Service Page"

    @api.model
    def _templates(self, window):
        templates = self.env["product.template"].sudo()
        domain = Domain(templates._load_pos_data_domain({}, window))
        domain &= Domain("service_tracking", "=", "scenic_ticket")
        domain &= Domain("scenic_site_id.company_id", "=", window.company_id.id)
        found = templates.search(domain, limit=_PRODUCTS)
        return found.filtered(lambda template: len(template.product_variant_ids) == 1)

    @api.model
    def _start(self, window):
        """Return what the page needs once: its name, languages, days and how long it waits."""
        sites = self._templates(window).scenic_site_id
        today = sites[:1]._today() if sites else fields.Date.today()
        ahead = max(self._templates(window).mapped("scenic_sale_days_ahead"), default=0)
        days = [today + timedelta(k) for k in range(min(DAYS, ahead + 1))]
        languages = self.env["res.lang"].sudo().get_installed()
        return {
            "title": ", ".join(sites.mapped("name")) or window.company_id.name,
            "idle": window.scenic_kiosk_idle,
            "languages": [{"code": code, "name": name} for code, name in languages],
            "days": [{"day": day.isoformat(), "label": self._day_label(day)} for day in days],
        }

    @api.model
    def _day_label(self, day):
        """Return a day as its language writes weekday, day and month together."""
        locale = babel_locale_parse(get_lang(self.env).code)
        return format_skeleton("MMMEd", day, locale=locale)

    @api.model
    def _offer(self, window, day):
        """Return the tickets of a day with price, slots and places left."""
        day = self._day(day)
        return [self._offer_of(window, template, day) for template in self._templates(window)]

    @api.model
    def _offer_of(self, window, template, day):
        product = template.product_variant_ids
        today = template.scenic_site_id._today()
        slots = self.env["scenic.slot"]
        obstacles = product._scenic_day_obstacles(day, today)
        policy = template.scenic_policy_id
        facts = {
            "product_id": product.id,
            "name": template.name,
            "description": template.description_sale or "",
            "persons": template.scenic_pax or 1,
            "proof": bool(policy.concession),
            "id_needed": policy._sale_terms().id_needed != "none",
            "timed": bool(template.scenic_slot_required),
            "most": min(MAX_TICKETS, policy.max_per_order or MAX_TICKETS),
            "price": "",
            "slots": [],
            "left": None,
            "problem": obstacles[0].text if obstacles else "",
        }
        if obstacles:
            return facts
        try:
            facts["price"] = self._money(window, self._price(window, template, day, 1))
        except UserError as err:
            return facts | {"problem": str(err)}
        channel = window.scenic_channel_id
        facts["slots"] = [
            {name: slot[name] for name in ("slot_id", "start", "end", "left", "name")}
            for slot in slots._offer(product, day, channel)
        ]
        facts["left"] = slots._day_left(product, day, channel)
        return facts

    @api.model
    def _price(self, window, template, day, quantity):
        """Return what one of so many tickets costs at the window, tax included."""
        return self._amounts(window, template, self._unit(window, template, day, quantity), 1)[1]

    @api.model
    def _unit(self, window, template, day, quantity):
        return template._scenic_price(day, window.scenic_channel_id, quantity).amount

    @api.model
    def _taxes(self, window, template):
        taxes = template.taxes_id._filter_taxes_by_company(window.company_id)
        return window.default_fiscal_position_id.map_tax(taxes)

    @api.model
    def _amounts(self, window, template, unit, quantity):
        """Return ``(without tax, with tax)`` of so many."""
        amounts = self._taxes(window, template).compute_all(
            unit, window.company_id.currency_id, quantity, template.product_variant_ids
        )
        return amounts["total_excluded"], amounts["total_included"]

    @api.model
    def _money(self, window, amount):
        return window.company_id.currency_id.format(amount)

    # ------------------------------------------------------------------
    # what was chosen
    # ------------------------------------------------------------------

    @api.model
    def _review(self, window, wants):
        """Return lines and total of what was chosen, as the window will ask for it."""
        lines = self._priced(window, wants)
        return {
            "lines": [
                {
                    "name": line["name"],
                    "quantity": line["quantity"],
                    "when": " ".join(filter(None, [line["day_text"], line["slot_time"]])),
                    "amount": self._money(window, line["amount"]),
                    "id_needed": line["id_needed"],
                    "proof": line["proof"],
                }
                for line in lines
            ],
            "total": self._money(window, sum(line["amount"] for line in lines)),
        }

    @api.model
    def _priced(self, window, wants):
        """Return the lines of an order, judged and priced; UserError names what is wrong."""
        templates = {t.product_variant_ids.id: t for t in self._templates(window)}
        lines = [self._line(window, templates, want) for want in self._checked(wants)]
        self.env["product.product"].sudo()._scenic_check_sale(
            [
                {
                    "product": self.env["product.product"].browse(line["product_id"]),
                    "quantity": line["quantity"],
                    "visit_date": line["visit_date"],
                }
                for line in lines
            ]
        )
        return lines

    @api.model
    def _checked(self, wants):
        """Return what a page asks for once it has the right form."""
        if not isinstance(wants, list) or not 0 < len(wants) <= MAX_LINES:
            raise UserError(self.env._("Choose at least one ticket."))
        for want in wants:
            number = want.get("quantity") if isinstance(want, dict) else None
            ids = [want.get(name) for name in ("product_id", "slot_id")] if number else [None]
            if not (
                type(number) is int
                and 1 <= number <= MAX_TICKETS
                and type(ids[0]) is int
                and (ids[1] is None or ids[1] is False or type(ids[1]) is int)
            ):
                raise UserError(self.env._("This cannot be ordered. Please start again."))
        return wants

    @api.model
    def _line(self, window, templates, want):
        template = templates.get(want["product_id"])
        if not template:
            raise UserError(self.env._("One of the tickets is no longer sold here."))
        day = self._day(want.get("visit_date"))
        slot = self.env["scenic.slot"].sudo().browse(want.get("slot_id") or ()).exists()
        facts = {"slot_id": slot.id, "visit_date": day}
        problem = self.env["scenic.ticket"]._slot_problem(
            template, template._scenic_mould(), slot, facts
        )
        if problem:
            raise UserError(problem)
        quantity = want["quantity"]
        unit = self._unit(window, template, day, quantity)
        net, amount = self._amounts(window, template, unit, quantity)
        return {
            "product_id": want["product_id"],
            "name": template.name,
            "quantity": quantity,
            "persons": quantity * (template.scenic_pax or 1),
            "visit_date": day.isoformat(),
            "day_text": format_date(self.env, day),
            "slot_id": slot.id,
            "slot_time": slot.time_text if slot else "",
            "unit": unit,
            "net": net,
            "amount": amount,
            "id_needed": template.scenic_policy_id._sale_terms().id_needed != "none",
            "proof": bool(template.scenic_policy_id.concession),
        }

    @api.model
    def _day(self, text):
        try:
            return date.fromisoformat(text)
        except (TypeError, ValueError):
            raise UserError(self.env._("This day cannot be understood. Choose another.")) from None
