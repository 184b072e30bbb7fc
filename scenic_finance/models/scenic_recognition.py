import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools import recognition_sql

_logger = logging.getLogger(__name__)


class ScenicRecognition(models.Model):
    """One run that turned released ticket values into revenue, with one posted entry."""

    _name = "scenic.recognition"
    _description = "Scenic Revenue Recognition"
    _order = "id desc"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    day = fields.Date(
        string="Up to",
        required=True,
        readonly=True,
        help="Everything that happened until this day, in the time of the site, and that the "
        "books had not taken yet.",
    )
    move_id = fields.Many2one("account.move", string="Entry", readonly=True, ondelete="restrict")
    posted_date = fields.Date(
        related="move_id.date",
        string="Posted on",
        help="Later than the day when that day was already locked.",
    )
    event_ids = fields.One2many("scenic.revenue.event", "recognition_id", readonly=True)
    event_count = fields.Integer(string="Events", readonly=True)
    amount = fields.Monetary(
        string="Revenue", readonly=True, help="What the run released, net of tax."
    )

    @api.depends("move_id.name", "day")
    def _compute_display_name(self):
        for batch in self:
            batch.display_name = batch.move_id.name or fields.Date.to_string(batch.day)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A recognition is part of the books and is never deleted."))

    # ------------------------------------------------------------------
    # running
    # ------------------------------------------------------------------

    @api.model
    def _run(self, company, day=None, limit=None):
        """Recognise what was released until `day` (default: today); returns the batches.

        Each day gets a batch and an entry of its own, so that a night that was left out moves no
        revenue into another month. `limit` stops after so many days; the next run goes on.

        Story of the lock: the nightly job and an accountant's button start together. Both would
        claim the same events; the database lets one UPDATE win and the other fail to serialise,
        after all its work. So the second asks for the lock first and leaves at once. Should it
        get the lock with a snapshot from before the other's commit, the failure of its UPDATE
        still keeps every event in one batch only.
        """
        company.ensure_one()
        self = self.with_company(company).sudo().with_context(lang=company.partner_id.lang)
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT pg_try_advisory_xact_lock(hashtext('scenic.recognition'), %s)", [company.id]
        )
        if not self.env.cr.fetchone()[0]:
            raise UserError(
                self.env._(
                    "The revenue of %(company)s is being recognised right now. Try again in a "
                    "minute.",
                    company=company.name,
                )
            )
        self._expire_void_tickets(company)
        batches = self.browse()
        for target in self._days(company, day or self._today(company))[:limit]:
            batches |= self._run_day(company, target)
        return batches

    @api.model
    def _run_day(self, company, day):
        """Take everything that is ready at the end of `day` into one batch with one entry."""
        company._scenic_require("scenic_recognition_journal_id")
        batch = self.create({"company_id": company.id, "day": day})
        batch.flush_recordset()
        wanted = {"company": company.id, "day": day, "batch": batch.id}
        self.env.cr.execute(recognition_sql.CLAIM, wanted)
        batch.event_count = self.env.cr.rowcount
        self.env["scenic.revenue.event"].invalidate_model(["recognition_id"], flush=False)
        batch.invalidate_recordset(["event_ids"], flush=False)
        batch._post_entry()
        return batch

    @api.model
    def _days(self, company, upto):
        """Return the days, oldest first, that get a batch: those on which something is ready.

        What is late, because its day was recognised or locked before, goes to the next day.
        """
        self.env.cr.execute(recognition_sql.DAYS, {"company": company.id, "day": upto})
        found = [day for (day,) in self.env.cr.fetchall()]
        last = self.search([("company_id", "=", company.id)], order="day desc", limit=1).day
        days = set()
        for day in found:
            if last and day <= last:
                day = fields.Date.add(last, days=1)
            days.add(min(self._open_day(company, day), upto))
        return sorted(days)

    @api.model
    def _open_day(self, company, day):
        """Return the first day from `day` on that the books still take entries for."""
        journal = company.scenic_recognition_journal_id
        while locks := company._get_violated_lock_dates(day, False, journal):
            day = fields.Date.add(locks[-1][0], days=1)
        return day

    @api.model
    def _today(self, company):
        """Return the date in the latest time zone of the company's sites."""
        sites = self.env["scenic.site"].search([("company_id", "=", company.id)])
        return max((site._today() for site in sites), default=fields.Date.context_today(self))

    @api.model
    def _expire_void_tickets(self, company):
        """Release what void tickets still hold once they could not have been used any more.

        A ticket that is taken out of use without a refund keeps its value for the refund that may
        follow, but not longer than it would have been valid.
        """
        tickets = self.env["scenic.ticket"].search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "void"),
                ("deferred", "=", True),
                ("refund_day", "=", False),
                ("valid_until", "<", self._today(company)),
                ("revenue_event_ids", "not any", [("kind", "=", "expire")]),
            ]
        )
        self.env["scenic.revenue.event"]._append_expiry(tickets)

    @api.model
    def _cron_run(self):
        """Recognise the days that are over, company by company; one failure stops no other.

        Each day is committed by itself: a job that is killed or out of time has lost nothing, and
        the next one goes on where it was.
        """
        companies = (
            self.env["res.company"].sudo().search([("scenic_liability_account_id", "!=", False)])
        )
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(companies))
        for left, company in zip(range(len(companies), 0, -1), companies, strict=True):
            while self._cron_run_day(company):
                if cron._commit_progress(1, remaining=left) <= 0:
                    return
            self.env["scenic.proof"]._store(company)
            cron._commit_progress(1, remaining=left - 1)

    @api.model
    def _cron_run_day(self, company):
        """Recognise the oldest day of `company` that is ready; returns its batch, if any."""
        yesterday = fields.Date.subtract(self.sudo()._today(company), days=1)
        try:
            with self.env.cr.savepoint():
                return self._run(company, yesterday, limit=1)
        except UserError as err:
            _logger.warning("no ticket revenue of %s recognised: %s", company.name, err)
        except Exception:
            # whatever it is, the other companies want their revenue, and a person must look
            _logger.exception("the recognition of %s failed", company.name)
        return self.browse()

    def action_run(self):
        """Recognise everything until this moment, for the companies that are switched on."""
        self._check_accountant()
        batches = self.browse()
        for company in self.env.companies:
            batches |= self._run(company)
        if not batches:
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {
                    "type": "info",
                    "message": self.env._("Nothing new to recognise."),
                },
            }
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_finance.scenic_recognition_action"
        )
        action["domain"] = [("id", "in", batches.ids)]
        return action

    @api.model
    def _check_accountant(self):
        """Refuse who may not touch the books: runs and proofs see and post everything."""
        if not self.env.user.has_group("scenic_finance.group_accountant"):
            raise AccessError(
                self.env._("Only a revenue accountant can recognise and prove ticket revenue.")
            )

    def action_events(self):
        """Open the events of this run."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_finance.scenic_revenue_event_action"
        )
        action["domain"] = [("recognition_id", "in", self.ids)]
        action["context"] = {}
        return action

    def action_entry(self):
        """Open the posted entry."""
        return self.move_id._get_records_action()
