from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import close_sql, day_sql, month_sql
from .scenic_month_line import MOVEMENTS


class ScenicMonthClose(models.Model):
    """The roll-forward of the contract liability in a month, tied to its account."""

    _name = "scenic.month.close"
    _description = "Scenic Month Close"
    _inherit = ["mail.thread", "scenic.close.mixin"]
    _order = "month desc, version desc, id desc"
    _number_prefix = "MC"

    month = fields.Date(required=True, readonly=True, index=True, help="First day of the month.")
    date_from = fields.Date(related="month", string="From")
    date_to = fields.Date(string="Until", compute="_compute_date_to", store=True)
    line_ids = fields.One2many("scenic.month.line", "close_id", string="Roll-forward")
    check_ids = fields.One2many("scenic.close.check", "month_close_id")
    proof_id = fields.Many2one("scenic.proof", readonly=True, ondelete="restrict")
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
    # computing
    # ------------------------------------------------------------------

    def _refresh(self):
        """Compute roll-forward and checks of this open month anew."""
        self.ensure_one()
        self.env.flush_all()
        self._store_lines()
        self._store_proof()
        self.env["scenic.close.check"]._store(self, self._checks())
        undone = self.check_ids.filtered(lambda row: not row.ok and not row.warn)
        self.write({"todo_count": len(undone), "refreshed_at": fields.Datetime.now()})
        self.flush_recordset()

    def _month_before(self):
        """Return the valid close of the month before, if it is closed."""
        return self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("month", "=", self.month - relativedelta(months=1)),
                ("state", "=", "closed"),
                ("is_replaced", "!=", True),
            ],
            limit=1,
        )

    def _store_lines(self):
        """Compute the roll-forward; what the month before was closed with is where it begins."""
        self.env.cr.execute(month_sql.roll(self.company_id.id, self.date_from, self.date_to))
        before = self._month_before()
        frozen = {line.sale_month: line.closing for line in before.line_ids}
        rows = {row["sale_month"]: row for row in self.env.cr.dictfetchall()}
        lines = []
        for month in sorted({*rows, *frozen}):
            row = {
                name: float(number)
                for name, number in rows.get(month, {}).items()
                if name != "sale_month"
            }
            now = row.pop("before", 0.0)
            row["opening"] = frozen.get(month, 0.0) if before else now
            row["late"] = now - row["opening"]
            gone = sum(row.get(name, 0.0) for name in ("used", "refunded", "expired", "kept"))
            row["closing"] = now + row.get("sold", 0.0) - gone
            row = {name: self.currency_id.round(number) for name, number in row.items()}
            if any(row.values()):
                lines.append(
                    {
                        **row,
                        "tickets": int(row.get("tickets", 0)),
                        "sale_month": month,
                        "close_id": self.id,
                        "company_id": self.company_id.id,
                    }
                )
        self.line_ids.unlink()
        self.env["scenic.month.line"].create(lines)
        self.invalidate_recordset(["line_ids"])
        self.write(
            {
                name: self.currency_id.round(sum(line.get(name, 0.0) for line in lines))
                for name in MOVEMENTS
            }
        )

    def _store_proof(self):
        """Tie the closing value to the balance of the accounts."""
        values = self.env["scenic.proof"]._compute_proof(
            self.company_id, self.date_to, tickets=True
        )
        lines = values.pop("lines")
        commands = [fields.Command.clear(), *(fields.Command.create(line) for line in lines)]
        values |= {
            "day": self.date_to,
            "computed_at": fields.Datetime.now(),
            "line_ids": commands,
        }
        if self.proof_id:
            self.proof_id.write(values)
        else:
            self.proof_id = self.env["scenic.proof"].create(values)
        proof = self.proof_id
        expected = (
            self.closing - proof.unposted_sales + proof.unposted_refunds + proof.unposted_releases
        )
        self.write(
            {
                "unposted_sales": proof.unposted_sales,
                "unposted_refunds": proof.unposted_refunds,
                "unposted_releases": proof.unposted_releases,
                "liability": proof.liability_balance,
                "difference": self.currency_id.round(proof.liability_balance - expected),
            }
        )

    # ------------------------------------------------------------------
    # checks
    # ------------------------------------------------------------------

    def _checks(self):
        """Return what has to be in order, as dicts of ``_check``; computed in sudo."""
        return [
            self._check_before(),
            self._check_days(),
            self._check_recognition(),
            self._check_proof(),
        ]

    def _check_before(self):
        waiting = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("month", "<", self.month),
                ("state", "=", "open"),
            ],
            order="month",
        )
        text = self.env._("The months before are closed.")
        if waiting:
            text = self.env._("Close %(day)s first.", day=waiting[0]._period_text())
        return self._check("month_before", text, not waiting, record=waiting[:1])

    def _check_days(self):
        """Every day of the month has to be closed, from the first one that ever was."""
        closes = self.env["scenic.day.close"]
        own = [("company_id", "=", self.company_id.id), ("is_replaced", "!=", True)]
        first = closes.search(own, order="day", limit=1).day
        if not first or first > self.date_to:
            text = self.env._("No day of this month was closed: days are not closed yet.")
            return self._check("days", text, False, warn=True)
        begin = max(first, self.date_from)
        days = closes.search([*own, ("day", ">=", begin), ("day", "<=", self.date_to)])
        undone = days.filtered(lambda close: close.state == "open")
        missing = (self.date_to - begin).days + 1 - len(days)
        text = self.env._("All days of the month are closed.")
        if undone or missing:
            text = self.env._(
                "%(number)s days of the month are not closed yet.", number=len(undone) + missing
            )
        return self._check("days", text, not (undone or missing), record=undone)

    def _check_recognition(self):
        self.env.cr.execute(day_sql.unposted(company=self.company_id.id, day=self.date_to))
        ready = [row for row in self.env.cr.dictfetchall() if row["ready"]]
        text = self.env._("The revenue of the month is posted.")
        if ready:
            text = self.env._("Recognise the revenue until the month's end: it is not posted yet.")
        amount = sum(float(row["amount"]) for row in ready)
        return self._check("recognition", text, not ready, amount)

    def _check_proof(self):
        ok = self.proof_id.state != "different" and not self.difference
        text = self.env._("The ledger holds the value of the open tickets.")
        if not ok:
            wrong = self.proof_id.line_ids.filtered(lambda line: line.kind == "difference")
            text = self.env._(
                "Ledger and tickets differ: %(first)s", first=wrong[:1].name or ""
            ).strip()
        return self._check("proof", text, ok, self.difference, self.proof_id)

    def _obstacles(self):
        return [row.name for row in self.check_ids if not row.ok and not row.warn]

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

    def _version_before(self):
        return self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("month", "=", self.month),
                ("state", "=", "closed"),
                ("version", "<", self.version),
            ],
            order="version desc",
            limit=1,
        )

    def _next_version(self):
        return super()._next_version() | {"month": self.month}

    def _document(self):
        """Return what is signed of a month."""
        tied = ("unposted_sales", "unposted_refunds", "unposted_releases", "liability")
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

    def action_proof(self):
        """Open the proof of the month's end."""
        self.ensure_one()
        return self.proof_id._get_records_action() if self.proof_id else False

    def action_lines(self):
        """Open the roll-forward as a list that can be exported."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_finance.scenic_month_line_action"
        )
        return {**action, "domain": [("close_id", "=", self.id)], "context": {}}

    def action_report(self):
        return self._file("report.pdf")

    def action_sheet(self):
        return self._file("report.xlsx")

    def action_signed(self):
        return self._file("close.json")

    def _file(self, name):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/scenic/month-close/{self.id}/{name}",
            "target": "new",
        }
