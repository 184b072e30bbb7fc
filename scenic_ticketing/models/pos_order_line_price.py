from odoo import models
from odoo.exceptions import UserError


class PosOrderLinePrice(models.Model):
    """Compares what a window asked for with what the tariff says."""

    _inherit = "pos.order.line"

    def _scenic_issue(self):
        # EXTENDS scenic_ticketing: before a ticket is made
        doubts = {line: doubt for line in self if (doubt := line._scenic_price_doubt())}
        if doubts:
            # a replayed order was judged when it came the first time
            tickets = self.env["scenic.ticket"].sudo()
            done = tickets.search([("pos_order_line_id", "in", self.ids)]).pos_order_line_id
            doubts = {line: doubt for line, doubt in doubts.items() if line not in done}
        refused = [
            text
            for line, (text, _amount) in doubts.items()
            if line.order_id.config_id.scenic_price_deviation == "refuse"
        ]
        if refused:
            raise UserError("\n".join(refused))
        res = super()._scenic_issue()
        for line, (text, amount) in doubts.items():
            line._scenic_report_price(text, amount)
        return res

    def _scenic_price_doubt(self):
        """Return ``(sentence, missing money)`` when the price is not the tariff's, else None.

        A price changed by hand is fine when the cashier may change prices at this window. Parts of
        a combo share its price.
        """
        self.ensure_one()
        if self.combo_parent_id or self.combo_line_ids:
            return None
        template = self.product_id.product_tmpl_id
        day, _doubt = self._scenic_visit_date(judge=False)
        sold = self._scenic_sold_on()
        channel = self.order_id.config_id.scenic_channel_id
        quote = template._scenic_quote(day, channel, round(self.qty), sold)
        if quote.problem == "E_NO_TARIFF":
            return None
        if quote.problem:
            return template._scenic_no_price_text(quote.problem, day), 0.0
        order = self.order_id
        company = self.company_id
        price = template._scenic_quoted(quote)
        due = company.currency_id._convert(
            price.amount, order.currency_id, company, order.date_order
        )
        if not order.currency_id.compare_amounts(self.price_unit, due):
            return None
        if self.price_type == "manual" and self._scenic_may_change_price():
            return None
        text = self.env._(
            "%(product)s for %(day)s was sold for %(paid)s instead of %(due)s (tariff version "
            "%(version)s; the window had version %(seen)s).",
            product=self.product_id.display_name,
            day=day,
            paid=order.currency_id.format(self.price_unit),
            due=order.currency_id.format(due),
            version=price.tariff_version,
            seen=(self.scenic_data or {}).get("tariff") or 0,
        )
        missing = (price.amount - self.price_unit * price.amount / due) * self.qty if due else 0.0
        return text, missing

    def _scenic_may_change_price(self):
        """Tell whether the cashier of this order may change prices at this window."""
        window = self.order_id.config_id
        manager = window.group_pos_manager_id
        return not window.restrict_price_control or manager in self.order_id.user_id.all_group_ids

    def _scenic_report_price(self, text, amount):
        ticket = self.sudo().scenic_ticket_ids[:1]
        site = self.product_id.sudo().scenic_site_id
        self.env["scenic.incident"].sudo().create(
            {
                "kind": "price",
                "ticket_id": ticket.id,
                "site_id": site.id,
                "company_id": site.company_id.id,
                "amount": amount,
                "facts": text,
            }
        )
