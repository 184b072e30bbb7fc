import logging
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import format_date

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
    def _run(self, company, day=None):
        """Recognise what was released until `day` (default: today); returns the batch or none.

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
        day = day or self._today(company)
        wanted = {"company": company.id, "day": day}
        self.env.cr.execute(recognition_sql.READY, wanted)
        if not self.env.cr.fetchone():
            return self.browse()
        company._scenic_require("scenic_recognition_journal_id")
        batch = self.create({"company_id": company.id, "day": day})
        batch.flush_recordset()
        self.env.cr.execute(recognition_sql.CLAIM, {**wanted, "batch": batch.id})
        batch.event_count = self.env.cr.rowcount
        self.env["scenic.revenue.event"].invalidate_model(["recognition_id"], flush=False)
        batch.invalidate_recordset(["event_ids"], flush=False)
        batch._post_entry()
        return batch

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
        """Recognise the days that are over, company by company; one failure stops no other."""
        companies = (
            self.env["res.company"].sudo().search([("scenic_liability_account_id", "!=", False)])
        )
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(companies))
        for company in companies:
            yesterday = fields.Date.subtract(self.sudo()._today(company), days=1)
            try:
                with self.env.cr.savepoint():
                    self._run(company, yesterday)
            except UserError as err:
                _logger.warning("no ticket revenue of %s recognised: %s", company.name, err)
            self.env["scenic.proof"]._store(company)
            cron._commit_progress(1)

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

    # ------------------------------------------------------------------
    # the entry
    # ------------------------------------------------------------------

    def _post_entry(self):
        """Post the claimed events as one entry and match it with the sales that it releases."""
        self.ensure_one()
        self.env.cr.execute(recognition_sql.TOTALS, [self.id])
        rows = self.env.cr.dictfetchall()
        self.amount = sum(float(row["amount"]) for row in rows)
        lines = self._liability_lines(rows) + self._income_lines(rows)
        if not lines:
            return
        self.move_id = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": self.company_id.scenic_recognition_journal_id.id,
                "date": self.day,
                "ref": self.env._(
                    "Ticket revenue until %(day)s", day=format_date(self.env, self.day)
                ),
                "line_ids": [Command.create(line) for line in lines],
            }
        )
        self.move_id._post(soft=False)
        self._match()

    def _liability_lines(self, rows):
        """Return one line for each sale and product that the batch releases from."""
        groups = defaultdict(lambda: [0.0, 0])
        for row in rows:
            key = (row["origin"], row["account"], row["product"], row["back"])
            groups[key][0] += float(row["amount"])
            groups[key][1] += row["events"]
        origins = self.env["account.move.line"].browse({key[0] for key in groups})
        origins.fetch(["balance", "amount_currency", "currency_id"])
        lines = []
        for (origin_id, account, product, back), (amount, events) in groups.items():
            origin = self.env["account.move.line"].browse(origin_id)
            line = self._line_vals(account, product, amount, events, back)
            if not line:
                continue
            line["name"] = self.env._(
                "%(product)s, sold with %(sale)s",
                product=self.env["product.product"].browse(product).name,
                sale=origin.move_id.name,
            )
            line["scenic_origin_line_id"] = origin_id
            if origin.currency_id != self.currency_id and origin.balance:
                rate = origin.amount_currency / origin.balance
                line["currency_id"] = origin.currency_id.id
                line["amount_currency"] = origin.currency_id.round(line["balance"] * rate)
            lines.append(line)
        return lines

    def _income_lines(self, rows):
        """Return one line for each income account, product and reason."""
        names = {
            "use": self.env._("used"),
            "expire": self.env._("expired"),
            "fee": self.env._("kept of refunds"),
            "reversal": self.env._("uses taken back"),
        }
        groups = defaultdict(lambda: [0.0, 0])
        for row in rows:
            account = self._income_account(row["kind"], row["product"])
            key = (account.id, row["product"], row["kind"], row["back"])
            groups[key][0] -= float(row["amount"])
            groups[key][1] += row["events"]
        lines = []
        for (account, product, kind, back), (amount, events) in groups.items():
            if line := self._line_vals(account, product, amount, events, back):
                name = f"{self.env['product.product'].browse(product).name}: {names[kind]}"
                lines.append({**line, "name": name})
        return lines

    def _line_vals(self, account_id, product_id, balance, events, back):
        balance = self.currency_id.round(balance)
        if not balance:
            return {}
        return {
            "account_id": account_id,
            "product_id": product_id,
            "quantity": events,
            "balance": balance,
            "tax_ids": [Command.clear()],
            "scenic_recognition_id": self.id,
            # red letters instead of the other side, where the law of the country wants them
            "is_storno": back and self.company_id.account_storno,
        }

    @api.model
    def _income_account(self, kind, product_id):
        """Return the account that a reason and product earn on, or say what is missing."""
        company = self.env.company
        setting = {"expire": "scenic_breakage_account_id", "fee": "scenic_fee_account_id"}.get(kind)
        if setting:
            company._scenic_require(setting)
            return company[setting]
        product = self.env["product.product"].browse(product_id)
        account = product._get_product_accounts()["scenic_revenue"]
        if not account:
            raise UserError(
                self.env._(
                    "%(product)s has no income account: choose one on the product or on its "
                    "category.",
                    product=product.display_name,
                )
            )
        return account

    def _match(self):
        """Match the released amounts with their sales, so that what is open is unused tickets."""
        liability = self.move_id.line_ids.filtered(
            lambda line: line.scenic_origin_line_id and line.account_id.reconcile
        )
        origins = liability.scenic_origin_line_id
        if not origins:
            return
        # values that came back earlier wait as open credits until they are earned again
        waiting = self.env["account.move.line"].search(
            [
                ("scenic_origin_line_id", "in", origins.ids),
                ("reconciled", "=", False),
                ("parent_state", "=", "posted"),
            ]
        )
        plan = [
            (origin | lines).filtered(lambda line: not line.reconciled)
            for origin, lines in (waiting | liability)
            .filtered(lambda line: not line.reconciled)
            .grouped("scenic_origin_line_id")
            .items()
        ]
        self.env["account.move.line"].with_context(
            no_exchange_difference=True, no_cash_basis=True
        )._reconcile_plan([lines for lines in plan if len(lines) > 1])
