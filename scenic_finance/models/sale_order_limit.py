from odoo import api, models
from odoo.exceptions import UserError

from ..tools import channel_sql
from .scenic_channel_limit import MONEY


class SaleOrderLimit(models.Model):
    """Group orders of a channel's partner: they draw on the limit that its vouchers draw on."""

    _inherit = "sale.order"

    # EXTENDS scenic_ticketing
    def _scenic_cover_obstacle(self):
        return super()._scenic_cover_obstacle() or self._scenic_channel_obstacle()

    def _scenic_channel_obstacle(self):
        """Return why the limit of a channel does not reach for this order, or False.

        In the transaction of the sale, and with the row that orders of the channel itself write:
        of two that both fit, but not together, the second one is run again and sees the first.
        """
        self.ensure_one()
        if not self.order_line._scenic_lines() or self._scenic_is_approved():
            return False
        for channel in self._scenic_channels():
            if channel.limit_action != "refuse":
                continue
            self.env.flush_all()
            channel_sql.touch(self.env.cr, channel.id, self.company_id.id)
            channel.invalidate_recordset(MONEY)
            own = self._scenic_to_company(self._scenic_to_come())
            # what is confirmed, or holds its places, is in the figures already
            counted = own if self.filtered_domain(self._scenic_open_domain()) else 0.0
            if problem := channel._limit_problem(own - counted):
                return self._scenic_limit_text(channel, problem, own, counted)
        return False

    def _scenic_channels(self):
        """Return the channels with terms whose partner pays this order, for its company."""
        payer = self._scenic_payer()
        channels = self.env["scenic.channel"]._terms(self.company_id)
        found = channels.search([("partner_id.commercial_partner_id", "=", payer.id)])
        return found.filtered("settlement_mode")

    def _scenic_limit_text(self, channel, problem, own, counted):
        if problem == "overdue":
            return channel._limit_text(problem)
        money = self.company_id.currency_id.format
        return self.env._(
            "%(order)s of %(amount)s does not fit into what %(channel)s may still sell: "
            "%(available)s. Open invoices are %(receivable)s, and %(owed)s are not invoiced. Wait "
            "for a payment, or let a manager approve the order.",
            order=self.name,
            amount=money(own),
            channel=channel.name,
            available=money(channel.available + counted),
            receivable=money(channel.receivable),
            owed=money(channel.owed + channel.ordered - counted),
        )

    # EXTENDS scenic_ticketing
    def _action_confirm(self):
        """Tell a person when a channel sold past its limit, or nearly so."""
        res = super()._action_confirm()
        for order in self.filtered(lambda order: order.order_line._scenic_lines()):
            for channel in order._scenic_channels():
                channel._check_limit(order.company_id, may_refuse=False)
        return res


class SaleOrderLineLimit(models.Model):
    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._scenic_check_limit()
        return lines

    def write(self, vals):
        before = {line: line.product_uom_qty for line in self} if "product_uom_qty" in vals else {}
        res = super().write(vals)
        grown = self.filtered(lambda line: line.product_uom_qty > before.get(line, 0.0))
        if before:
            grown._scenic_check_limit()
        return res

    def _scenic_check_limit(self):
        """Refuse more tickets on a confirmed order than the limit of its channel covers."""
        sold = self.filtered(lambda line: line.state == "sale")._scenic_lines()
        for order in sold.order_id:
            if obstacle := order._scenic_channel_obstacle():
                raise UserError(obstacle)
