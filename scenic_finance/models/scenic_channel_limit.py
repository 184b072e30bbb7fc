from odoo import api, fields, models

from odoo.addons.scenic_ticketing.models.scenic_voucher_command import VoucherRefusal

from ..tools import channel_sql

# what is computed from the books of this very moment
MONEY = ["available", "receivable", "owed", "ordered", "overdue", "overdue_since"]


class ScenicChannelLimit(models.Model):
    """Orders of a channel stop, or somebody is told, when its deposit or credit is used up."""

    _inherit = "scenic.channel"

    def _check_limit(self, company, may_refuse=True):
        """Look whether what was just sold is covered; raises VoucherRefusal when it is not.

        In the transaction of the sale: of two orders that both fit, but not together, the second
        one is run again and then sees the first.
        """
        self.ensure_one()
        channel = self._terms(company)
        if not (channel.settlement_mode and channel.partner_id):
            return
        if not (channel.limit_action or channel.warn_below):
            return
        if may_refuse and channel.limit_action == "refuse":
            self.env.flush_all()
            channel_sql.touch(self.env.cr, channel.id, company.id)
        channel.invalidate_recordset(MONEY)
        problem = channel._limit_problem()
        if problem and may_refuse and channel.limit_action == "refuse":
            raise VoucherRefusal("E_CREDIT", channel._limit_text(problem), limit=problem)
        if problem and channel.limit_action:
            channel._tell_limit(problem)
        elif channel.warn_below and channel.available < channel.warn_below:
            channel._tell_limit("low")

    def _limit_problem(self, more=0.0):
        """Return ``used_up`` or ``overdue`` when the channel may not sell more, else nothing.

        ``more``: an amount that is sold now and not in the books yet.
        """
        rounding = self.env.company.currency_id
        if rounding.compare_amounts(self.available, more) < 0:
            return "used_up"
        if self.overdue_days and self.overdue_since:
            late = (fields.Date.context_today(self) - self.overdue_since).days
            if late > self.overdue_days:
                return "overdue"
        return ""

    def _limit_text(self, problem):
        money = self.env.company.currency_id.format
        values = {
            "channel": self.name,
            "receivable": money(self.receivable),
            "owed": money(self.owed + self.ordered),
            "available": money(self.available),
        }
        if problem == "overdue":
            return self.env._(
                "%(channel)s has not paid %(overdue)s since %(day)s.",
                channel=self.name,
                overdue=money(self.overdue),
                day=self.overdue_since,
            )
        if problem == "low":
            return self.env._(
                "%(channel)s may only sell for %(available)s more: open are %(receivable)s, and "
                "%(owed)s are not invoiced.",
                **values,
            )
        if self.settlement_mode == "prepaid":
            return self.env._(
                "The deposit of %(channel)s is used up: %(available)s are left, with %(owed)s that "
                "are not invoiced.",
                **values,
            )
        return self.env._(
            "The credit of %(channel)s is used up: open are %(receivable)s, and %(owed)s are not "
            "invoiced.",
            **values,
        )

    def _tell_limit(self, problem):
        """Tell a person, once a day for each channel and company."""
        company, today = self.env.company, fields.Date.context_today(self)
        account = self.env["scenic.channel.account"].sudo()
        domain = [("channel_id", "=", self.id), ("company_id", "=", company.id)]
        row = account.search(domain) or account.create(
            {"channel_id": self.id, "company_id": company.id}
        )
        if row.told_on == today:
            return
        row.told_on = today
        self.env["scenic.incident"].sudo().create(
            {
                "kind": "payment",
                "company_id": company.id,
                "facts": self._limit_text(problem),
                "amount": max(0.0, -self.available) or self.overdue,
            }
        )

    @api.model
    def _cron_limits(self):
        """Tell every night which channels are overdue, past their limit or nearly so."""
        companies = self.env["res.company"].search([("parent_id", "=", False)])
        for company in companies:
            for channel in self.with_company(company).search([("partner_id", "!=", False)]):
                channel._check_limit(company, may_refuse=False)


class ScenicVoucherOrderLimit(models.Model):
    _inherit = "scenic.voucher.order"

    # EXTENDS scenic_ticketing
    @api.model
    def _enter(self, channel, content, vals):
        """Refuse an order that nobody may pay for, in the transaction that sells it."""
        order = super()._enter(channel, content, vals)
        channel._check_limit(order.company_id)
        return order

    # EXTENDS scenic_ticketing
    @api.model
    def _answer(self, channel, command, content):
        """Tell a person of an order that was refused: what refused it was taken back with it."""
        reply, order = super()._answer(channel, command, content)
        if reply["code"] == "E_CREDIT":
            company = self._company_of(content)
            channel._terms(company)._tell_limit(reply["limit"])
        return reply, order

    @api.model
    def _company_of(self, content):
        """Return the company that the products of an order belong to."""
        numbers = [line.get("product") for line in content.get("items") or ()]
        template = self.env["product.template"].sudo()
        found = template.search([("gate_product_code", "in", numbers)], limit=1)
        return found.scenic_site_id.company_id or self.env.company

    # EXTENDS orm
    @api.model_create_multi
    def create(self, vals_list):
        """What was sold elsewhere already is never refused: somebody is told."""
        orders = super().create(vals_list)
        if not self.env.context.get("scenic_places_taken"):
            for (channel, company), _group in orders.grouped(
                lambda order: (order.channel_id, order.company_id)
            ).items():
                channel._check_limit(company, may_refuse=False)
        return orders
