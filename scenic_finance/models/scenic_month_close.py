from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import close_sql
from .scenic_month_line import MOVEMENTS


class ScenicMonthClose(models.Model):
    """The roll-forward of the contract liability in a month, tied to its account."""

    _name = "scenic.month.close"
    _description = "Scenic Month Close"
    _inherit = ["mail.thread", "scenic.close.mixin"]
    _order = "month desc, version desc, id desc"
    _number_prefix = "MC"
    _period_field = "month"

    month = fields.Date(required=True, readonly=True, index=True, help="First day of the month.")
    date_from = fields.Date(related="month", string="From")
    date_to = fields.Date(string="Until", compute="_compute_date_to", store=True)
    line_ids = fields.One2many("scenic.month.line", "close_id", string="Roll-forward")
    check_ids = fields.One2many("scenic.close.check", "month_close_id")
    opening = fields.Monetary(readonly=True, aggregator=None)
    late = fields.Monetary(string="Late, Earlier Months", readonly=True)
    sold = fields.Monetary(readonly=True)
    used = fields.Monetary(readonly=True)
    refunded = fields.Monetary(readonly=True)
    expired = fields.Monetary(readonly=True)
    kept = fields.Monetary(string="Kept of Refunds", readonly=True)
    closing = fields.Monetary(
        readonly=True, aggregator=None, help="Net value of the tickets open at the month's end."
    )
    unposted_sales = fields.Monetary(string="Sold, not Posted", readonly=True, aggregator=None)
    unposted_refunds = fields.Monetary(
        string="Refunded, not Posted", readonly=True, aggregator=None
    )
    unposted_releases = fields.Monetary(string="Used, not Posted", readonly=True, aggregator=None)
    liability = fields.Monetary(
        string="Ticket Liability", readonly=True, aggregator=None, help="Balance of the accounts."
    )
    difference = fields.Monetary(
        readonly=True,
        aggregator=None,
        help="Balance − (closing − sold, not posted + refunded, not posted + used, not posted).",
    )
    breakage_ahead = fields.Monetary(
        string="Expected Breakage",
        readonly=True,
        aggregator=None,
        help="Taken as income ahead of the expiry, on its own account beside the liability.",
    )
    net_liability = fields.Monetary(
        readonly=True,
        aggregator=None,
        help="Ticket liability less the breakage that is expected: what the statements show.",
    )
    lock_period = fields.Boolean(
        string="Period Locked",
        readonly=True,
        copy=False,
        help="The accounting period was locked until the month's end with this close.",
    )

    _version_uniq = models.Constraint(
        "UNIQUE (company_id, month, version)", "This version of the month exists already."
    )
    _number_uniq = models.UniqueIndex(
        "(company_id, number) WHERE state = 'closed'", "This closing number is taken."
    )
    _one_valid = models.UniqueIndex(
        "(company_id, month) WHERE NOT COALESCE(is_replaced, FALSE)",
        "This month has a close that is still valid.",
    )

    def init(self):
        """Install the law of closed months in the database itself."""
        super().init()
        close_sql.freeze(self.env.cr, self._table, self._table)

    @api.depends("month")
    def _compute_date_to(self):
        for close in self:
            close.date_to = close.month and close.month + relativedelta(months=1, days=-1)

    @api.depends("month", "version", "name")
    def _compute_display_name(self):
        for close in self:
            version = f" v{close.version}" if close.version > 1 else ""
            close.display_name = f"{close.name or ''} {close._period_text()}{version}".strip()

    def _period_text(self):
        self.ensure_one()
        return self.month.strftime("%Y-%m") if self.month else ""

    # ------------------------------------------------------------------
    # which months
    # ------------------------------------------------------------------

    @api.model
    def _prepare(self, company, month):
        """Return the valid close of a month, made if there is none, computed if it is open."""
        month = month.replace(day=1)
        own = [("company_id", "=", company.id), ("month", "=", month), ("is_replaced", "!=", True)]
        close = self.sudo().search(own, limit=1)
        if not close:
            last = self.env["scenic.day.close"]._last_day(company)
            if month + relativedelta(months=1, days=-1) > last:
                raise UserError(self.env._("%s is not over yet.", month.strftime("%Y-%m")))
            close = self.sudo().create({"company_id": company.id, "month": month})
        if close.state == "open":
            close.with_company(company)._refresh()
        return close

    def action_prepare(self):
        """Make the months that are over, for the companies that are switched on."""
        self._check_closer()
        for company in self.env.companies:
            newest = self.sudo().search(
                [("company_id", "=", company.id)], order="month desc", limit=1
            )
            last = self.env["scenic.day.close"]._last_day(company) + timedelta(days=1)
            last = last.replace(day=1) - relativedelta(months=1)
            month = newest.month + relativedelta(months=1) if newest else last
            while month <= last:
                self._prepare(company, month)
                month += relativedelta(months=1)
        self.sudo().search(
            [("company_id", "in", self.env.companies.ids), ("state", "=", "open")]
        ).action_refresh()
        return True

    # ------------------------------------------------------------------
    # closing
    # ------------------------------------------------------------------

    def action_close_lock(self):
        """Close the months and lock the accounting until their end."""
        return self.with_context(scenic_lock_period=True).action_close()

    def _close(self):
        lock = self.env.context.get("scenic_lock_period")
        if lock and self.state == "open":
            self.sudo().lock_period = True
        obstacles = super()._close()
        if obstacles:
            self.sudo().lock_period = False
        elif lock:
            company = self.sudo().company_id
            if not company.fiscalyear_lock_date or company.fiscalyear_lock_date < self.date_to:
                company.fiscalyear_lock_date = self.date_to
        return obstacles

    def _document(self):
        """Return what is signed of a month."""
        tied = ("unposted_sales", "unposted_refunds", "unposted_releases", "liability")
        tied += ("breakage_ahead", "net_liability")
        return {
            "kind": "month",
            "month": self._period_text(),
            "locked": self.lock_period,
            "figures": {
                name: self._money(self[name]) for name in (*MOVEMENTS, *tied, "difference")
            },
            "lines": [line._signed() for line in self.line_ids.sorted("sale_month")],
            "checks": [row._signed() for row in self.check_ids.sorted("id")],
        }

    def action_lines(self):
        """Open the roll-forward as a list that can be exported."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_finance.scenic_month_line_action"
        )
        return {**action, "domain": [("close_id", "=", self.id)], "context": {}}
