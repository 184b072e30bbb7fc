from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.fields import Command

from ..tools import payment_check_sql

_LIMIT = 200


class ScenicPaymentCheck(models.TransientModel):
    """Whether all money that the windows took is in the ledger, and what is not."""

    _name = "scenic.payment.check"
    _description = "Scenic Payment Check"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date(
        required=True, default=lambda self: fields.Date.context_today(self) - timedelta(days=7)
    )
    date_to = fields.Date(required=True, default=fields.Date.context_today)
    is_done = fields.Boolean()
    line_ids = fields.One2many("scenic.payment.check.line", "check_id", string="Findings")

    @api.depends("company_id")
    def _compute_display_name(self):
        for check in self:
            check.display_name = self.env._("Check of Payments")

    def action_check(self):
        """Look again."""
        self.ensure_one()
        self.env["scenic.recognition"]._check_accountant()
        found = self._findings(self.company_id, self.date_from, self.date_to)
        self.line_ids = [Command.clear(), *(Command.create(line) for line in found)]
        self.is_done = True
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Check of Payments"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "current",
        }

    def action_lines(self):
        """Open the findings as a list of their own, which can be exported."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Check of Payments"),
            "res_model": "scenic.payment.check.line",
            "view_mode": "list",
            "domain": [("check_id", "=", self.id)],
        }

    # -- what can be wrong -----------------------------------------------------------------

    @api.model
    def _findings(self, company, date_from, date_to):
        """Return what is wrong with the payments of these days, as values of lines.

        Codes: ``no_account``, ``bank_account``, ``not_reconcilable``, ``no_difference_accounts``
        (of methods), ``no_session``, ``number_gap``, ``no_entry``, ``cash_difference``,
        ``opening``, ``no_sale``, ``bank_late``, ``cash_out``.
        """
        self = self.sudo().with_company(company)
        self.env.flush_all()
        since, until = self._times(company, date_from, date_to)
        return [
            *self._method_findings(company),
            *self._orphan_findings(company, since, until),
            *self._gap_findings(company, since, until),
            *self._entry_findings(company, since, until),
            *self._cash_findings(company, since, until),
            *self._opening_findings(company, since, until),
            *self._unsold_findings(company, since, until),
            *self._late_findings(company, date_to),
        ]

    @api.model
    def _times(self, company, date_from, date_to):
        """Return the begin and end of days at the company's site, in naive UTC."""
        site = self.env["scenic.site"].search([("company_id", "=", company.id)], limit=1)
        zone = ZoneInfo(site.tz or self.env.user.tz or "UTC")

        def utc(day):
            begin = datetime.combine(day, time(), zone)
            return begin.astimezone(timezone.utc).replace(tzinfo=None)

        return utc(date_from), utc(date_to + timedelta(days=1))

    @api.model
    def _method_findings(self, company):
        words = dict(
            self.env["scenic.clearing.line"]._fields["problem"]._description_selection(self.env)
        )
        return [
            {
                "code": code,
                "name": f"{method.name}: {words[code]}",
                "payment_method_id": method.id,
            }
            for method, code in self.env["pos.payment.method"]._scenic_clearing_problems(company)
        ]

    @api.model
    def _orphan_findings(self, company, since, until):
        self.env.cr.execute(payment_check_sql.orphans(company.id, since, until))
        texts = {
            "payment": self.env._("Payment %s belongs to no session."),
            "shift": self.env._("Shift %s belongs to no session."),
            "move": self.env._("Entry %s was made by a session that does not exist."),
        }
        return [
            {
                "code": "no_session",
                "name": texts[what] % name,
                "amount": float(amount or 0),
                "move_id": record_id if what == "move" else False,
            }
            for what, record_id, name, amount in self.env.cr.fetchall()[:_LIMIT]
        ]

    @api.model
    def _gap_findings(self, company, since, until):
        own = [("code", "=", "pos.session"), ("company_id", "=", company.id)]
        shared = not self.env["ir.sequence"].search_count(own, limit=1)
        self.env.cr.execute(payment_check_sql.missing_numbers(company.id, since, until, shared))
        return [
            {
                "code": "number_gap",
                "name": self.env._("There is no session of the number %05d.", number),
            }
            for (number,) in self.env.cr.fetchall()
        ]

    @api.model
    def _entry_findings(self, company, since, until):
        self.env.cr.execute(payment_check_sql.unbooked(company.id, since, until))
        found = []
        for session_id, method_id, taken, booked in self.env.cr.fetchall()[:_LIMIT]:
            session = self.env["pos.session"].browse(session_id)
            method = self.env["pos.payment.method"].browse(method_id)
            found.append(
                {
                    "code": "no_entry",
                    "name": self.env._(
                        "%(session)s took %(taken).2f by %(method)s, the ledger has %(booked).2f.",
                        session=session.name,
                        method=method.name,
                        taken=taken,
                        booked=booked,
                    ),
                    "amount": float(taken - booked),
                    "session_id": session_id,
                    "payment_method_id": method_id,
                }
            )
        return found

    @api.model
    def _cash_findings(self, company, since, until):
        self.env.cr.execute(payment_check_sql.cash_differences(company.id, since, until))
        found = []
        for session_id, counted, booked in self.env.cr.fetchall()[:_LIMIT]:
            session = self.env["pos.session"].browse(session_id)
            found.append(
                {
                    "code": "cash_difference",
                    "name": self.env._(
                        "%(session)s: its shifts counted a difference of %(counted).2f, the "
                        "ledger has %(booked).2f.",
                        session=session.name,
                        counted=counted,
                        booked=booked,
                    ),
                    "amount": float(counted - booked),
                    "session_id": session_id,
                }
            )
        return found

    @api.model
    def _opening_findings(self, company, since, until):
        self.env.cr.execute(payment_check_sql.openings(company.id, since, until))
        found = []
        for session_id, expected, opened in self.env.cr.fetchall()[:_LIMIT]:
            session = self.env["pos.session"].browse(session_id)
            name = self.env._(
                "%(session)s was opened with %(opened).2f, its drawer had been left with "
                "%(expected).2f: book where it came from or went.",
                session=session.name,
                opened=opened,
                expected=expected,
            )
            amount = float(opened - expected)
            found.append(
                {"code": "opening", "name": name, "amount": amount, "session_id": session_id}
            )
        return found

    @api.model
    def _unsold_findings(self, company, since, until):
        attempts = self.env["scenic.pay.attempt"].search(
            [
                ("company_id", "=", company.id),
                ("is_unbooked", "=", True),
                ("create_date", ">=", since),
                ("create_date", "<", until),
            ],
            limit=_LIMIT,
        )
        attempts = attempts.filtered(
            lambda attempt: attempt.kind == "pay" and not attempt._is_returned()
        )
        return [
            {
                "code": "no_sale",
                "name": self.env._("%s was taken, and no sale has it.", attempt.ref),
                "amount": attempt.value,
                "session_id": attempt.session_id.id,
                "payment_method_id": attempt.payment_method_id.id,
            }
            for attempt in attempts
        ]

    @api.model
    def _late_findings(self, company, day):
        """Return settlements that should be at the bank and are not, and cash left in suspense."""
        statements = self.env["scenic.acquirer.statement"].search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "confirmed"),
                ("due_date", "<", day),
                ("transit_line_id.reconciled", "=", False),
            ],
            limit=_LIMIT,
        )
        found = [
            {
                "code": "bank_late",
                "name": self.env._(
                    "%(statement)s should be at the bank since %(day)s.",
                    statement=statement.display_name,
                    day=statement.due_date,
                ),
                "amount": statement.transit_line_id.amount_residual,
                "statement_id": statement.id,
            }
            for statement in statements
        ]
        taken_out = self.env["account.bank.statement.line"].search(
            [
                ("company_id", "=", company.id),
                ("journal_id.type", "=", "cash"),
                ("pos_session_id", "!=", False),
                ("is_reconciled", "=", False),
                ("amount", "<", 0),
                ("date", "<=", day),
            ],
            limit=_LIMIT,
        )
        found += [
            {
                "code": "cash_out",
                "name": self.env._("Taken out and not deposited: %s", line.payment_ref or ""),
                "amount": line.amount,
                "session_id": line.pos_session_id.id,
                "move_id": line.move_id.id,
            }
            for line in taken_out
        ]
        return found
