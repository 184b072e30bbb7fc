from collections import defaultdict

from odoo import api, fields, models

from ..tools import rehearsal_sql


class ScenicRehearsalSale(models.Model):
    """Sales of the day of one product in one channel, then, now and with the draft."""

    _name = "scenic.rehearsal.sale"
    _description = "Rehearsed Sales"
    _order = "product_tmpl_id, channel_id, id"

    rehearsal_id = fields.Many2one(
        "scenic.rehearsal", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="rehearsal_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    product_tmpl_id = fields.Many2one(
        "product.template", string="Ticket Product", readonly=True, ondelete="cascade"
    )
    channel_id = fields.Many2one("scenic.channel", readonly=True, ondelete="cascade")
    quantity = fields.Integer(string="Tickets", readonly=True)
    paid_amount = fields.Monetary(string="Paid Then", readonly=True)
    live_amount = fields.Monetary(string="At Today's Prices", readonly=True)
    draft_amount = fields.Monetary(string="With the Draft", readonly=True)
    difference = fields.Monetary(compute="_compute_difference", store=True)
    obstacle = fields.Char(
        readonly=True, help="Why these tickets could not be sold with the draft; empty = sold."
    )

    @api.depends("live_amount", "draft_amount")
    def _compute_difference(self):
        for row in self:
            row.difference = row.draft_amount - row.live_amount


class ScenicRehearsalSales(models.Model):
    _inherit = "scenic.rehearsal"

    def _play_sales(self):
        """Sell the tickets of the day again, at today's prices and with the draft."""
        begin, end = self._span()
        sales = rehearsal_sql.sales(self.env, self._products().ids, begin, end)
        shut = self._draft_obstacles(sales)
        totals, prices = defaultdict(lambda: [0, 0.0, 0.0, 0.0]), {}
        draft = self.draft_ref.sudo()
        pair = (self.env["product.template"]._rehearsal_price_of, draft._rehearsed_prices())
        for sale in sales:
            obstacle = shut.get(sale["sale"], "")
            live, draft = self._sale_prices(sale, pair, prices)
            if draft is None and live is not None:
                obstacle = obstacle or self.env._("No price for that day.")
            quantity = sale["quantity"]
            row = totals[sale["product_tmpl_id"], sale["channel_id"], obstacle]
            row[0] += quantity
            row[1] += quantity * float(sale["paid"] or 0)
            row[2] += quantity * (live or 0)
            row[3] += 0 if obstacle else quantity * (draft or 0)
        self.env["scenic.rehearsal.sale"].create(
            [
                {
                    "rehearsal_id": self.id,
                    "product_tmpl_id": product,
                    "channel_id": channel,
                    "obstacle": obstacle,
                    "quantity": row[0],
                    "paid_amount": row[1],
                    "live_amount": row[2],
                    "draft_amount": row[3],
                }
                for (product, channel, obstacle), row in totals.items()
            ]
        )
        self.write(
            {
                "paid_amount": sum(row[1] for row in totals.values()),
                "live_amount": sum(row[2] for row in totals.values()),
                "draft_amount": sum(row[3] for row in totals.values()),
                "unsold_count": sum(row[0] for key, row in totals.items() if key[2]),
            }
        )

    def _sale_prices(self, sale, pair, known):
        """Return the price of one ticket of a sale (as it is, with the draft)."""
        day = self.site_id._today(sale["issued_at"])
        visit = max(sale["visit_date"], day)
        key = (sale["product_tmpl_id"], visit, sale["channel_id"], sale["quantity"], day)
        if key not in known:
            template = self.env["product.template"].browse(sale["product_tmpl_id"])
            channel = self.env["scenic.channel"].browse(sale["channel_id"] or [])
            known[key] = [price(template, visit, channel, sale["quantity"], day) for price in pair]
        return known[key]

    def _draft_obstacles(self, sales):
        """Return {order: sentence} of the orders that the draft would not let happen.

        Only what the draft adds: an order that today's policies refuse as well says nothing.
        """
        if self.error_count:
            # what cannot be published sells nothing that could be compared
            return {}
        orders = defaultdict(list)
        for sale in sales:
            orders[sale["sale"]].append(sale)
        now = self._order_obstacles(orders)
        with self.draft_ref.sudo()._as_if_published():
            then = self._order_obstacles(orders)
        return {order: text for order, text in then.items() if text and not now[order]}

    def _order_obstacles(self, orders):
        products, found = self.env["product.product"], {}
        for order, sales in orders.items():
            wants = [
                {
                    "product": products.browse(sale["product_id"]),
                    "quantity": sale["quantity"],
                    "visit_date": sale["visit_date"],
                }
                for sale in sales
            ]
            day = self.site_id._today(sales[0]["issued_at"])
            obstacles = products._scenic_sale_obstacles(wants, day)
            found[order] = obstacles[0].text if obstacles else ""
        return found
