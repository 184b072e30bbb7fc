from odoo import api, models

from ..tools import pricing


class SaleOrderLinePrice(models.Model):
    """Tickets on an order cost what they cost everywhere: what the tariff says, no pricelist."""

    _inherit = "sale.order.line"

    def _scenic_quote(self):
        """Return the tariff's quote for this line, or None when no tariff prices it."""
        self.ensure_one()
        if not self.is_scenic_ticket or not self.scenic_visit_date or self.combo_item_id:
            return None
        quote = self.product_id.product_tmpl_id._scenic_quote(
            self.scenic_visit_date, self.order_id.scenic_channel_id, round(self._scenic_units())
        )
        return None if quote.problem == pricing.NO_TARIFF else quote

    # EXTENDS sale
    @api.depends("scenic_visit_date", "order_id.scenic_channel_id")
    def _compute_price_unit(self):
        # the price at which tickets were issued is agreed and stays, however many there are
        sold = self.filtered(lambda line: line.sudo().scenic_ticket_ids)
        return super(SaleOrderLinePrice, self - sold)._compute_price_unit()

    # EXTENDS sale
    @api.depends("scenic_visit_date", "order_id.scenic_channel_id")
    def _compute_pricelist_item_id(self):
        res = super()._compute_pricelist_item_id()
        # a discount of a pricelist would come on top of the tariff
        for line in self:
            if (quote := line._scenic_quote()) and quote.amount is not None:
                line.pricelist_item_id = False
        return res

    # EXTENDS sale
    def _get_display_price(self):
        quote = self._scenic_quote()
        # a day that is not sold is refused when the order is confirmed, with a sentence
        if not quote or quote.amount is None:
            return super()._get_display_price()
        company = self.product_id.sudo().scenic_site_id.company_id
        own = company.currency_id
        amount = own.round(quote.amount / 10**own.decimal_places)
        if self.currency_id and self.currency_id != own:
            amount = own._convert(amount, self.currency_id, company, self.order_id.date_order)
        uom = self.product_uom_id or self.product_id.uom_id
        return self.product_id.uom_id._compute_price(amount, uom)

    # EXTENDS scenic_ticketing
    def _scenic_line_obstacle(self):
        if obstacle := super()._scenic_line_obstacle():
            return obstacle
        quote = self._scenic_quote()
        if quote and quote.problem:
            template = self.product_id.product_tmpl_id
            return template._scenic_no_price_text(quote.problem, self.scenic_visit_date)
        return None
