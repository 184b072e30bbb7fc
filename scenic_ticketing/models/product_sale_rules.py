from collections import defaultdict
from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..iot_handlers.scenic_rules.site_time import day_number
from ..tools import validity


class Obstacle(NamedTuple):
    """Why something cannot be sold: a stable code and a sentence."""

    code: str
    text: str


class ProductProduct(models.Model):
    """What the policies say about a sale; every channel asks here before it takes money."""

    _inherit = "product.product"

    @api.model
    def _scenic_check_sale(self, wants, today=None):
        """Refuse an order that the policies do not allow; see :meth:`_scenic_sale_obstacles`."""
        if obstacles := self._scenic_sale_obstacles(wants, today):
            raise UserError("\n".join(dict.fromkeys(obstacle.text for obstacle in obstacles)))

    @api.model
    def _scenic_sale_obstacles(self, wants, today=None):
        """Return what stands against selling these tickets together, in one order.

        ``wants``: list of dicts with ``product`` (product.product), ``quantity`` (tickets),
        ``visit_date`` (date) and optionally ``persons`` (of one ticket, default: of the product).
        ``today``: day of the sale at the site, default now. Things that are no tickets are fine.
        """
        obstacles, orders = [], defaultdict(list)
        for want in wants:
            product = want["product"].sudo()
            if not product.is_scenic_ticket:
                continue
            orders[product.scenic_policy_id].append(want)
            sold = today or product.scenic_site_id._today()
            obstacles += product._scenic_day_obstacles(
                fields.Date.to_date(want["visit_date"]), sold
            )
        for policy, asked in orders.items():
            obstacles += self._scenic_number_obstacles(policy, asked)
        return obstacles

    def _scenic_day_obstacles(self, visit_date, sold):
        """Return what stands against a visit on ``visit_date``, bought on the day ``sold``."""
        self.ensure_one()
        terms = self.scenic_policy_id._sale_terms()
        kind = terms.validity.kind
        first, days = validity.dates(terms.validity, visit_date or sold, sold)
        if kind == "period" and terms.validity.end < sold:
            text = self.env._(
                "%(product)s was good until %(last)s; it is no longer sold.",
                product=self.display_name,
                last=terms.validity.end,
            )
            return [Obstacle("E_PERIOD", text)]
        dated = kind in ("visit_date", "first_use")
        if dated and (obstacle := self._scenic_ahead_obstacle(first, sold)):
            return [obstacle]
        return self._scenic_closed_obstacles(first, days)

    def _scenic_ahead_obstacle(self, visit_date, sold):
        terms = self.scenic_policy_id._sale_terms()
        if (
            sold + timedelta(terms.min_days_ahead)
            <= visit_date
            <= sold + timedelta(terms.days_ahead)
        ):
            return None
        facts = {"product": self.display_name, "day": visit_date}
        if visit_date < sold:
            text = self.env._("%(product)s: %(day)s is over. Choose today or a later day.", **facts)
            return Obstacle("E_PAST", text)
        if visit_date > sold + timedelta(terms.days_ahead):
            text = self.env._(
                "%(product)s for %(day)s is not sold yet: at most %(days)s days ahead.",
                days=terms.days_ahead,
                **facts,
            )
            return Obstacle("E_TOO_FAR", text)
        text = self.env._(
            "%(product)s for %(day)s is no longer sold: at least %(days)s days ahead.",
            days=terms.min_days_ahead,
            **facts,
        )
        return Obstacle("E_TOO_LATE", text)

    def _scenic_closed_obstacles(self, first, days):
        """Refuse a ticket that is good on none of its days."""
        mask = self.scenic_policy_id._sale_terms().weekdays
        closed = self.product_tmpl_id._scenic_closed_spans()
        span = [first + timedelta(k) for k in range(min(days, 366))]
        on_weekday = [day for day in span if mask >> day.weekday() & 1]
        if not on_weekday:
            facts = {"product": self.display_name, "day": first}
            text = self.env._("%(product)s is not good on %(day)s, by its weekday.", **facts)
            return [Obstacle("E_WEEKDAY", text)]
        numbers = map(day_number, on_weekday)
        if all(any(a <= number <= b for a, b in closed) for number in numbers):
            facts = {"product": self.display_name, "day": first}
            text = self.env._("%(product)s is not good on %(day)s: a closed day.", **facts)
            return [Obstacle("E_BLACKOUT", text)]
        return []

    @api.model
    def _scenic_number_obstacles(self, policy, wants):
        """Compare the tickets and persons of one order with the limits of a policy."""
        obstacles, tickets, persons = [], defaultdict(float), 0
        for want in wants:
            product = want["product"].sudo()
            tickets[product] += want["quantity"]
            persons += want["quantity"] * (want.get("persons") or product.scenic_pax or 1)
        for product, number in tickets.items():
            if policy.max_per_order and number > policy.max_per_order:
                text = self.env._(
                    "At most %(limit)s × %(product)s in one order, not %(number)s.",
                    limit=policy.max_per_order,
                    product=product.display_name,
                    number=int(number),
                )
                obstacles.append(Obstacle("E_MAX_ORDER", text))
        facts = {"policy": policy.name, "number": int(persons)}
        if persons < policy.group_min:
            text = self.env._(
                "%(policy)s is for groups of at least %(limit)s persons, not %(number)s.",
                limit=policy.group_min,
                **facts,
            )
            obstacles.append(Obstacle("E_GROUP_MIN", text))
        if policy.group_max and persons > policy.group_max:
            text = self.env._(
                "%(policy)s is for groups of at most %(limit)s persons, not %(number)s.",
                limit=policy.group_max,
                **facts,
            )
            obstacles.append(Obstacle("E_GROUP_MAX", text))
        return obstacles
