import json

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
        [("open", "Open"), ("closed", "Closed")],
        required=True,
        readonly=True,
        default="open",
        index=True,
    )
    is_replaced = fields.Boolean(
        string="Opened Again", readonly=True, copy=False, help="A later version took its place."
    )
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

    _number_prefix = ""

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
        raise NotImplementedError

    def _money(self, amount):
        """Return an amount as it is written into a signed document."""
        digits = self.currency_id.decimal_places
        return f"{self.currency_id.round(amount or 0.0) + 0.0:.{digits}f}"

    # ------------------------------------------------------------------
    # checking, opening again
    # ------------------------------------------------------------------

    def _sealed(self):
        """Return the signed form, as a file and for audits."""
        self.ensure_one()
        return {
            "document": json.loads(self.document or "{}"),
            "signature": self.signature,
            "key": self.signing_key,
            "root_signature": self.root_signature,
            "root": self.root_key,
        }

    def _signature_problem(self):
        """Return why the signed figures cannot be trusted, None when they can.

        ``document``, ``root``, ``key``, ``signature``: that part is not what was signed; ``chain``:
        the close before is missing or another one.
        """
        self.ensure_one()
        sealed = self._sealed()
        if books_signature.digest(sealed["document"]) != self.digest:
            return "document"
        root = self.env["scenic.keyring"]._require().root.public.hex()
        if wrong := books_signature.problem(sealed, root):
            return wrong
        if self._digest_before(self.number) != (sealed["document"].get("prev") or ""):
            return "chain"
        return None

    def action_verify(self):
        """Check signature, key and chain, and tell the result."""
        self.ensure_one()
        self.check_access("read")
        wrong = self.sudo()._signature_problem()
        texts = {
            "document": self.env._("The figures were changed after they were signed."),
            "root": self.env._("Another root key has signed than the one of this server."),
            "key": self.env._("The root key did not vouch for the key that signed."),
            "signature": self.env._("The signature does not belong to these figures."),
            "chain": self.env._("The close before it is missing, or is not the one it followed."),
        }
        good = self.env._("Signature, key and chain are good: nothing was changed.")
        return self._tell(texts.get(wrong, good), "danger" if wrong else "success", bool(wrong))

    @api.model
    def _tell(self, message, kind, sticky=False):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "message": message,
                "sticky": sticky,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _reopen(self, reason):
        """Open the period again: the next version begins, this one stays as it was signed."""
        self.ensure_one()
        if not (self.env.su or self.env.user.has_group("scenic_finance.group_reopen")):
            raise AccessError(
                self.env._("Only who has the right to open closed periods can do this.")
            )
        if not (reason or "").strip():
            raise UserError(self.env._("Write down why the period is opened again."))
        close = self.sudo()
        close._lock_books()
        if close.state != "closed" or close.is_replaced:
            raise UserError(
                self.env._("%s is open already.", close._period_text()),
            )
        close.write(
            {
                "is_replaced": True,
                "reopened_at": fields.Datetime.now(),
                "reopened_by_id": self.env.uid,
                "reopen_reason": reason.strip(),
            }
        )
        close.flush_recordset()
        fresh = close.create(close._next_version())
        fresh._refresh()
        return fresh

    def _next_version(self):
        """Return the values of the version that takes the place of this one."""
        return {"company_id": self.company_id.id, "version": self.version + 1}

    def action_reopen(self):
        """Ask for the reason."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("scenic_finance.close_reopen_action")
        return {
            **action,
            "context": {"default_res_model": self._name, "default_res_id": self.id},
        }

    def action_close(self):
        """Close, or show what is still to be done."""
        self._check_closer()
        self.check_access("read")
        for close in self:
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
