from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..tools import close_sql

# days before yesterday that the preparation still makes up for
_BACK = 31


class ScenicDayClose(models.Model):
    """The proof of one business day of a company: sold, paid, used and counted by the barriers.

    The parks of a company share its books, so they share the day: each row says its site, and the
    day begins and ends at the midnight of that site.
    """

    _name = "scenic.day.close"
    _description = "Scenic Day Close"
    _inherit = ["mail.thread", "scenic.close.mixin"]
    _order = "day desc, version desc, id desc"
    _number_prefix = "DC"
    _period_field = "day"

    day = fields.Date(string="Business Day", required=True, readonly=True, index=True)
    match_ids = fields.One2many("scenic.day.match", "close_id", readonly=True)
    difference_ids = fields.One2many("scenic.day.difference", "close_id")
    check_ids = fields.One2many("scenic.close.check", "day_close_id")
    todo_difference_ids = fields.One2many(
        "scenic.day.difference",
        "close_id",
        string="Differences to Explain",
        domain=[("state", "=", "open")],
    )
    todo_check_ids = fields.One2many(
        "scenic.close.check", "day_close_id", string="Checks to Do", domain=[("ok", "=", False)]
    )

    sold = fields.Integer(string="Persons Sold", readonly=True, aggregator=None)
    sold_amount = fields.Monetary(string="Sold", readonly=True, aggregator=None)
    paid_amount = fields.Monetary(string="Paid", readonly=True, aggregator=None)
    used = fields.Integer(string="Persons Used", readonly=True, aggregator=None)
    used_value = fields.Monetary(
        readonly=True, aggregator=None, help="Net value of the uses of the day."
    )
    rotations = fields.Integer(
        string="Through the Barriers",
        readonly=True,
        aggregator=None,
        help="Persons whom the barriers let in; lanes without a sensor are taken at their word.",
    )
    liability = fields.Monetary(
        string="Ticket Liability", readonly=True, aggregator=None, help="At the end of the day."
    )
    proof_difference = fields.Monetary(readonly=True, aggregator=None)
    open_count = fields.Integer(string="Open Differences", readonly=True, aggregator=None)
    open_amount = fields.Monetary(readonly=True, aggregator=None)

    _version_uniq = models.Constraint(
        "UNIQUE (company_id, day, version)", "This version of the day exists already."
    )
    _number_uniq = models.UniqueIndex(
        "(company_id, number) WHERE state = 'closed'", "This closing number is taken."
    )
    _one_valid = models.UniqueIndex(
        "(company_id, day) WHERE NOT COALESCE(is_replaced, FALSE)",
        "This day has a close that is still valid.",
    )

    def init(self):
        """Install the law of closed days in the database itself."""
        super().init()
        close_sql.freeze(self.env.cr, self._table, self._table)

    @api.depends("day", "version", "name", "company_id")
    def _compute_display_name(self):
        for close in self:
            version = f" v{close.version}" if close.version > 1 else ""
            close.display_name = f"{close.name or ''} {close.day}{version}".strip()

    def _period_text(self):
        self.ensure_one()
        return format_date(self.env, self.day)

    # ------------------------------------------------------------------
    # which days
    # ------------------------------------------------------------------

    def _sites(self):
        """Return the sites of the company, archived ones too: what they did is in the books."""
        sites = self.env["scenic.site"].sudo().with_context(active_test=False)
        return sites.search([("company_id", "=", self.company_id.id)], order="code")

    @api.model
    def _last_day(self, company):
        """Return the last day that is over at every site of a company."""
        sites = self.env["scenic.site"].sudo().search([("company_id", "=", company.id)])
        today = min((site._today() for site in sites), default=fields.Date.context_today(self))
        return today - timedelta(days=1)

    @api.model
    def _prepare(self, company, day):
        """Return the valid close of a day, made if there is none, computed if it is open."""
        close = self._valid(company, day)
        if not close:
            if day > self._last_day(company):
                raise UserError(
                    self.env._(
                        "%(day)s is not over yet. A day is closed when it has ended at every site.",
                        day=format_date(self.env, day),
                    )
                )
            close = self.sudo().create({"company_id": company.id, "day": day})
        if close.state == "open":
            close.with_company(company)._refresh()
        return close

    @api.model
    def _valid(self, company, day):
        """Return the close of a day that counts, open or closed."""
        return self.sudo().search(
            [("company_id", "=", company.id), ("day", "=", day), ("is_replaced", "!=", True)],
            limit=1,
        )

    @api.model
    def _missing_days(self, company):
        """Return the days that are over and have no close yet, from the first close on."""
        last = self._last_day(company)
        newest = self.sudo().search([("company_id", "=", company.id)], order="day desc", limit=1)
        first = newest.day + timedelta(days=1) if newest else last
        first = max(first, last - timedelta(days=_BACK))
        return [first + timedelta(days=number) for number in range((last - first).days + 1)]

    @api.model
    def _cron_prepare(self):
        """Make the days that are over and compute all open ones, company by company."""
        # those that began to close days
        groups = self.sudo()._read_group([], ["company_id"])
        companies = self.env["res.company"].sudo().union(*(company for (company,) in groups))
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(companies))
        for company in companies:
            # what is to do is written down in the language of those who read it
            self = self.with_context(lang=company.partner_id.lang)
            for day in self._missing_days(company):
                self._prepare(company, day)
            since = self._last_day(company) - timedelta(days=_BACK)
            stale = self.sudo().search(
                [
                    ("company_id", "=", company.id),
                    ("state", "=", "open"),
                    ("day", ">=", since),
                    ("refreshed_at", "<", self.env.cr.now()),
                ]
            )
            for close in stale:
                close.with_company(company).with_context(scenic_quick=True)._refresh()
            cron._commit_progress(1)

    def action_prepare(self):
        """Make and compute the days that are over, for the companies that are switched on."""
        self._check_closer()
        closes = self.browse()
        for company in self.env.companies:
            for day in self._missing_days(company):
                closes |= self._prepare(company, day)
        closes = closes or self.sudo().search(
            [("company_id", "in", self.env.companies.ids), ("state", "=", "open")]
        )
        closes.filtered(lambda close: close.state == "open").action_refresh()
        return True

    # ------------------------------------------------------------------
    # computing
    # ------------------------------------------------------------------

    def _refresh(self):
        """Compute match, differences and checks of this open day anew."""
        self.ensure_one()
        self.env.flush_all()
        self._store_match()
        self._store_differences(self._found())
        self.env["scenic.close.check"]._store(self, self._checks())
        self._store_figures()
        self.flush_recordset()

    def _store_figures(self):
        gate = self.match_ids.filtered(lambda row: row.place in ("gate", "hand"))
        sale = self.match_ids - gate
        undone = self.difference_ids.filtered(lambda row: row.state == "open")
        self.write(
            {
                "sold": sum(sale.mapped("sold")),
                "sold_amount": sum(sale.mapped("sold_amount")),
                "paid_amount": sum(sale.mapped("paid_amount")),
                "used": sum(gate.mapped("used")),
                "used_value": sum(gate.mapped("value")),
                "rotations": sum(gate.mapped("rotations")),
                "open_count": len(undone),
                "open_amount": sum(abs(row.amount) for row in undone),
                "todo_count": len(undone)
                + len(self.check_ids.filtered(lambda row: not row.ok and not row.warn)),
                "refreshed_at": fields.Datetime.now(),
            }
        )

    def _obstacles(self):
        texts = [row.name for row in self.check_ids if not row.ok and not row.warn]
        return texts + [row.name for row in self.difference_ids if row.state == "open"]

    # ------------------------------------------------------------------
    # closing
    # ------------------------------------------------------------------

    def _close(self):
        obstacles = super()._close()
        if not obstacles:
            company = self.sudo().company_id
            # the row that postings of that company share, see account.move
            company.scenic_closed_until = max(company.scenic_closed_until or self.day, self.day)
            company.flush_recordset()
        return obstacles

    def _document(self):
        """Return what is signed of a day."""
        return {
            "kind": "day",
            "day": fields.Date.to_string(self.day),
            "figures": {
                "sold": self.sold,
                "sold_amount": self._money(self.sold_amount),
                "paid_amount": self._money(self.paid_amount),
                "used": self.used,
                "used_value": self._money(self.used_value),
                "rotations": self.rotations,
                "liability": self._money(self.liability),
                "proof_difference": self._money(self.proof_difference),
            },
            "match": [row._signed() for row in self.match_ids.sorted("id")],
            "differences": [row._signed() for row in self.difference_ids.sorted("key")],
            "checks": [row._signed() for row in self.check_ids.sorted("id")],
        }

    def action_recognise(self):
        """Recognise what was released until this day, then compute the day anew."""
        self.ensure_one()
        self.env["scenic.recognition"]._check_accountant()
        self.check_access("read")
        if self.state == "open":
            self.env["scenic.recognition"]._run(self.company_id, self.day)
            self.action_refresh()
        return True
