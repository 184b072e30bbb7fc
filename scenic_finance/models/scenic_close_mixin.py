from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools import books_signature


class ScenicCloseMixin(models.AbstractModel):
    """A period of the books that is closed: numbered without gaps, signed, chained, frozen.

    A closed record never changes. Opening the period again makes the next version of it; the old
    one stays as it is and knows which one took its place. Every document repeats the hash of the
    one that was closed before it, so that none can be taken out or exchanged.
    """

    _name = "scenic.close.mixin"
    _description = "Closed Period of the Books"
    _number_prefix = ""
    _period_field = ""  # its date, "day" or "month"

    name = fields.Char(string="Closing Number", readonly=True, copy=False)
    number = fields.Integer(
        readonly=True,
        copy=False,
        aggregator=None,
        help="Given when the period is closed, by company, without gaps.",
    )
    version = fields.Integer(
        required=True, readonly=True, default=1, aggregator=None, help="1 = first close."
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [("open", "Not Closed"), ("closed", "Closed")],
        required=True,
        readonly=True,
        default="open",
        index=True,
    )
    is_replaced = fields.Boolean(
        string="Opened Again", readonly=True, copy=False, help="A later version took its place."
    )
    proof_id = fields.Many2one("scenic.proof", readonly=True, ondelete="restrict")
    refreshed_at = fields.Datetime(string="Computed at", readonly=True)
    todo_count = fields.Integer(string="To Do", readonly=True, aggregator=None)
    closed_at = fields.Datetime(readonly=True, copy=False)
    closed_by_id = fields.Many2one("res.users", string="Closed by", readonly=True, copy=False)
    reopened_at = fields.Datetime(string="Opened Again at", readonly=True, copy=False)
    reopened_by_id = fields.Many2one(
        "res.users", string="Opened Again by", readonly=True, copy=False
    )
    reopen_reason = fields.Char(string="Why Opened Again", readonly=True, copy=False)

    document = fields.Text(
        readonly=True, copy=False, help="What was signed, in its one spelling: JSON, sorted keys."
    )
    digest = fields.Char(string="Hash", readonly=True, copy=False)
    previous_digest = fields.Char(
        string="Hash of the Close Before", readonly=True, copy=False, help="Empty: the first one."
    )
    signature = fields.Char(readonly=True, copy=False)
    signing_key = fields.Char(readonly=True, copy=False)
    root_signature = fields.Char(readonly=True, copy=False)
    root_key = fields.Char(readonly=True, copy=False)

    @api.ondelete(at_uninstall=False)
    def _unlink_closed(self):
        if any(close.state == "closed" for close in self):
            raise UserError(self.env._("A closed period is part of the books and never deleted."))

    # ------------------------------------------------------------------
    # to be given by the period
    # ------------------------------------------------------------------

    def _period_text(self):
        """Return the period for people."""
        raise NotImplementedError

    def _document(self):
        """Return the figures to be signed, see ``books_signature``."""
        raise NotImplementedError

    def _refresh(self):
        """Compute the period anew."""
        raise NotImplementedError

    def _obstacles(self):
        """Return sentences: what keeps this period, computed just now, from being closed."""
        raise NotImplementedError

    @api.model
    def _check(self, code, name, ok, amount=0.0, record=None, warn=False):
        """Return one check: ``name`` says in a sentence what is to be done, or that it is.

        ``record``: what a click opens. ``warn``: shown, but the period can be closed.
        """
        return {
            "code": code,
            "name": name,
            "ok": bool(ok),
            "amount": amount,
            "record": record,
            "warn": warn,
        }

    # ------------------------------------------------------------------
    # closing
    # ------------------------------------------------------------------

    @api.model
    def _check_closer(self):
        if not (self.env.su or self.env.user.has_group("scenic_finance.group_accountant")):
            raise AccessError(self.env._("Only a revenue accountant can close the books."))

    def _lock_books(self):
        """Let one transaction at a time close books of a company.

        Two accountants press the button together: the second one leaves at once. Should it get
        the lock with a snapshot from before the first one's commit, the write to the same row
        fails to serialise, is tried again and then finds the period closed.
        """
        self.env.cr.execute(
            "SELECT pg_try_advisory_xact_lock(hashtext('scenic.close'), %s)", [self.company_id.id]
        )
        if not self.env.cr.fetchone()[0]:
            raise UserError(
                self.env._(
                    "The books of %(company)s are being closed right now. Try again in a minute.",
                    company=self.company_id.name,
                )
            )

    def _close(self):
        """Close this period if nothing speaks against it; return the sentences that do."""
        self.ensure_one()
        close = self.sudo().with_company(self.company_id)
        close._lock_books()
        if close.state == "closed":
            raise UserError(
                self.env._(
                    "%(period)s is closed already, as %(number)s.",
                    period=close._period_text(),
                    number=close.name,
                )
            )
        close._refresh()
        if obstacles := close._obstacles():
            return obstacles
        keys = self.env["scenic.keyring"]._require()
        number = close._next_number()
        close.write(
            {
                "number": number,
                "name": f"{close._number_prefix}-{number:06d}",
                "closed_at": fields.Datetime.now(),
                "closed_by_id": self.env.uid,
                "previous_digest": close._digest_before(number),
            }
        )
        close._seal(keys)
        return []

    def _next_number(self):
        """Return the next number of the company: the row of the sequence is locked till commit."""
        sequences = self.env["ir.sequence"].sudo()
        code, company = self._name, self.company_id
        own = [("code", "=", code), ("company_id", "=", company.id)]
        sequence = sequences.search(own, limit=1) or sequences.create(
            {
                "name": f"{self._description} {company.name}",
                "code": code,
                "company_id": company.id,
                "implementation": "no_gap",
            }
        )
        return int(sequence.next_by_id())

    def _digest_before(self, number):
        before = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "=", "closed"),
                ("number", "<", number),
            ],
            order="number desc",
            limit=1,
        )
        return before.digest or ""

    def _seal(self, keys):
        """Sign the figures and freeze the record."""
        document = self._head() | self._document()
        sealed = books_signature.seal(document, keys)
        self.write(
            {
                "document": books_signature.canonical(document).decode(),
                "digest": books_signature.digest(document),
                "signature": sealed["signature"],
                "signing_key": sealed["key"],
                "root_signature": sealed["root_signature"],
                "root_key": sealed["root"],
                "state": "closed",
            }
        )
        self.flush_recordset()

    def _head(self):
        replaced = self._version_before()
        return {
            "number": self.number,
            "name": self.name,
            "company": self.company_id.name,
            "currency": self.currency_id.name,
            "version": self.version,
            "prev": self.previous_digest or "",
            "replaces": replaced.digest or "",
            "closed_by": self.closed_by_id.login,
            "closed_at": fields.Datetime.to_string(self.closed_at),
        }

    def _version_before(self):
        """Return the version of the same period that this one replaces, if any."""
        return self.search(
            [
                ("company_id", "=", self.company_id.id),
                (self._period_field, "=", self[self._period_field]),
                ("state", "=", "closed"),
                ("version", "<", self.version),
            ],
            order="version desc",
            limit=1,
        )

    def _money(self, amount):
        """Return an amount as it is written into a signed document."""
        digits = self.currency_id.decimal_places
        return f"{self.currency_id.round(amount or 0.0) + 0.0:.{digits}f}"

    # ------------------------------------------------------------------
    # buttons
    # ------------------------------------------------------------------

    def action_close(self):
        """Close, or show what is still to be done."""
        self._check_closer()
        self.check_access("read")
        for close in self.sorted(self._period_field):
            if obstacles := close._close():
                head = self.env._("%s cannot be closed yet.", close._period_text())
                return self._tell("\n".join([head, *obstacles[:8]]), "warning", True)
        return self._tell(self.env._("Closed as %s.", ", ".join(self.mapped("name"))), "success")

    def action_refresh(self):
        """Compute what is open anew."""
        self._check_closer()
        self.check_access("read")
        for close in self.filtered(lambda close: close.state == "open"):
            close.sudo().with_company(close.company_id)._refresh()
        return True

    def action_proof(self):
        """Open the proof of the end of the period."""
        self.ensure_one()
        return self.proof_id._get_records_action() if self.proof_id else False

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
            "url": f"/scenic/{self._period_field}-close/{self.id}/{name}",
            "target": "new",
        }
