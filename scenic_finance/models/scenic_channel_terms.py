from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import channel_sql


class ScenicChannelTerms(models.Model):
    """On which terms a channel settles with a company: they differ from company to company."""

    _inherit = "scenic.channel"

    settlement_mode = fields.Selection(
        [
            ("credit", "On credit: invoiced for what was exchanged"),
            ("prepaid", "Prepaid: drawn from a deposit"),
            ("redemption", "Pay on redemption: invoiced for what was used"),
        ],
        company_dependent=True,
        help="Empty: invoiced for what was exchanged, without any limit.",
    )
    credit_limit = fields.Float(
        company_dependent=True,
        digits="Product Price",
        help="How much the channel may owe, orders that are not invoiced included. With a deposit: "
        "by how much it may be overdrawn.",
    )
    limit_action = fields.Selection(
        [("alarm", "Tell a person"), ("refuse", "Refuse the order")],
        string="Past the Limit",
        company_dependent=True,
        help="Empty: nothing happens. Orders that were sold already, as imported ones, are never "
        "refused.",
    )
    warn_below = fields.Float(
        company_dependent=True,
        digits="Product Price",
        help="Somebody is told as soon as less than this is left of the deposit or the limit.",
    )
    overdue_days = fields.Integer(
        string="Stop When Overdue (days)",
        company_dependent=True,
        help="An invoice that is overdue for longer counts as a limit that is used up. 0: never.",
    )
    invoice_period = fields.Selection(
        [("day", "Every day"), ("week", "Every week"), ("month", "Every month")],
        company_dependent=True,
        help="One invoice for each of these periods. Empty: every month.",
    )
    commission_mode = fields.Selection(
        [
            ("bill", "Paid separately"),
            ("net", "Kept by the channel"),
        ],
        company_dependent=True,
        help="The commission is a vendor bill in both cases; what the channel keeps is netted with "
        "what it owes.",
    )
    commission_rate = fields.Float(
        string="Commission (%)",
        company_dependent=True,
        digits=(16, 4),
        help="Of the amount of each row of its statement. 0: not compared with the statement.",
    )
    commission_tax_id = fields.Many2one(
        "account.tax",
        string="Input VAT",
        company_dependent=True,
        domain="[('type_tax_use', '=', 'purchase')]",
        help="Contained in the commission.",
    )
    statement_mapping_id = fields.Many2one(
        "scenic.statement.mapping",
        string="Statement Layout",
        domain="[('kind', '=', 'channel')]",
        ondelete="set null",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_money")
    receivable = fields.Monetary(
        compute="_compute_money", help="Open on the receivable account; negative: a deposit."
    )
    owed = fields.Monetary(
        string="Not Invoiced", compute="_compute_money", help="Sold by the channel, not invoiced."
    )
    ordered = fields.Monetary(
        string="Group Orders",
        compute="_compute_money",
        help="What its partner ordered for groups at the desk and is not invoiced for; quotations "
        "count while they hold places.",
    )
    available = fields.Monetary(
        compute="_compute_money", help="What the channel may still sell: its limit or deposit."
    )
    overdue = fields.Monetary(compute="_compute_money")
    overdue_since = fields.Date(compute="_compute_money")

    @api.constrains("settlement_mode", "partner_id")
    def _check_partner(self):
        for channel in self:
            if channel.settlement_mode and not channel.partner_id:
                raise ValidationError(
                    self.env._(
                        "Who settles what %(channel)s sells? Enter the partner first.",
                        channel=channel.name,
                    )
                )

    @api.depends_context("company")
    @api.depends("partner_id", "credit_limit", "settlement_mode")
    def _compute_money(self):
        company = self.env.company
        known = self._money(company)
        ordered = {
            partner: self.env["sale.order"]._scenic_ordered(partner, company)
            for partner in self.sudo().partner_id.commercial_partner_id
        }
        for channel in self:
            row = known.get(channel.id or channel._origin.id, {})
            channel.currency_id = company.currency_id
            channel.receivable = row.get("receivable", 0.0)
            channel.owed = row.get("owed", 0.0)
            channel.overdue = row.get("overdue", 0.0)
            channel.overdue_since = row.get("overdue_since") or False
            channel.ordered = ordered.get(channel.sudo().partner_id.commercial_partner_id, 0.0)
            left = channel.credit_limit - channel.receivable - channel.owed - channel.ordered
            limited = channel.settlement_mode and channel.partner_id
            channel.available = left if limited else 0.0

    def _money(self, company):
        """Return {channel: what it owes this company} as the books know it now."""
        channels = {
            channel.id: channel.partner_id.commercial_partner_id.id
            for channel in self.sudo()
            if channel.id and channel.partner_id
        }
        if not channels:
            return {}
        self.env.flush_all()
        today = fields.Date.context_today(self)
        self.env.cr.execute(channel_sql.money(channels, company.id, today))
        return {row["channel_id"]: row for row in self.env.cr.dictfetchall()}

    def _period_end(self, day):
        """Return the last day of the last invoice period that is over at the end of `day`."""
        self.ensure_one()
        period = self.invoice_period or "month"
        if period == "day":
            return day
        if period == "week":
            return fields.Date.subtract(day, days=(day.weekday() + 1) % 7)
        tomorrow = fields.Date.add(day, days=1)
        return fields.Date.subtract(tomorrow.replace(day=1), days=1)

    def _terms(self, company):
        """Return this channel as the company sees its terms."""
        return self.sudo().with_company(company)
