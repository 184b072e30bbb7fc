from collections import defaultdict

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

# what credits the clearing account with our amount, whatever the acquirer says
_OURS = ("matched", "fee")


class ScenicAcquirerStatement(models.Model):
    """Booking a statement: from the clearing account to what the bank will show."""

    _inherit = "scenic.acquirer.statement"

    def action_confirm(self):
        """Post the entry of each statement and match it with the sessions it settles."""
        self.env["scenic.recognition"]._check_accountant()
        for statement in self:
            statement._check_confirm()
            statement.sudo()._book()

    def _check_confirm(self):
        self.ensure_one()
        if self.state != "draft":
            raise UserError(self.env._("%s is not open any more.", self.display_name))
        if self.open_count:
            raise UserError(
                self.env._(
                    "%(statement)s: decide about %(count)s differences first.",
                    statement=self.display_name,
                    count=self.open_count,
                )
            )
        if not self.acquirer_id.account_id:
            raise UserError(
                self.env._("%s has no clearing account.", self.acquirer_id.display_name)
            )
        self.company_id.sudo()._scenic_require(
            "scenic_settlement_journal_id",
            "scenic_bank_transit_account_id",
            "scenic_acquirer_fee_account_id",
            "scenic_rounding_account_id",
            "scenic_unexplained_account_id",
        )

    def _book(self):
        self.env.flush_all()
        # of two that press at once, the second finds it booked
        self.env.cr.execute(
            "SELECT state FROM scenic_acquirer_statement WHERE id = %s FOR UPDATE", [self.id]
        )
        if self.env.cr.fetchone()[0] != "draft":
            raise UserError(self.env._("%s is not open any more.", self.display_name))
        lines = self._entry_lines()
        values = {"state": "confirmed", "move_id": False, "transit_line_id": False}
        if lines:
            journal = self.company_id.scenic_settlement_journal_id
            move = self.env["account.move"].create(
                {
                    "journal_id": journal.id,
                    "company_id": self.company_id.id,
                    "date": self.date_to,
                    "ref": self.display_name,
                    "line_ids": [Command.create(line) for line in lines],
                }
            )
            move._post(soft=False)
            transit = self.company_id.scenic_bank_transit_account_id
            values["move_id"] = move.id
            values["transit_line_id"] = move.line_ids.filtered(
                lambda line: line.account_id == transit
            ).id
        self.write(values)
        sessions = self.move_id.line_ids.scenic_clearing_session_id
        sessions._scenic_match_clearing(self.acquirer_id.account_id)

    def _entry_lines(self):
        """Return the journal items: what each session is settled with, the fee, and the rest."""
        company, rounded = self.company_id, self.currency_id.round
        settled, rounding, open_items = self._split()
        lines = [
            self._item(company.scenic_bank_transit_account_id, self.net, self.display_name),
            self._item(
                company.scenic_acquirer_fee_account_id, self.fee, self.env._("Fees of payments")
            ),
            self._item(
                company.scenic_rounding_account_id,
                -rounded(rounding),
                self.env._("Settlement rounding"),
            ),
        ]
        account = self.acquirer_id.account_id
        for session, amount in settled.items():
            name = self.env._(
                "%(statement)s: payments of %(session)s",
                statement=self.display_name,
                session=session.name or self.env._("no session"),
            )
            item = self._item(account, -rounded(amount), name)
            lines.append({**item, "scenic_clearing_session_id": session.id} if item else item)
        for line, amount in open_items:
            lines.append(
                self._item(
                    company.scenic_unexplained_account_id, -rounded(amount), line._entry_name()
                )
            )
        return [line for line in lines if line]

    def _split(self):
        """Return what goes to each session, the rounding, and what has no explanation yet."""
        settled, rounding, open_items = defaultdict(float), 0.0, []
        for line in self.line_ids:
            theirs, ours = line.amount, line.our_amount
            if line.code in _OURS:
                settled[line.session_id] += ours
                rounding += theirs - ours
            elif line.code == "amount" and line.resolution == "wait":
                settled[line.session_id] += theirs
            elif line.code in ("amount", "status", "missing_there"):
                if line.resolution == "book":
                    settled[line.session_id] += ours
                    open_items.append((line, theirs - ours))
            elif line.code != "ignored" and theirs:
                open_items.append((line, theirs))
        return settled, rounding, open_items

    def _item(self, account, balance, name):
        """Return a journal item, or nothing for nothing."""
        balance = self.currency_id.round(balance)
        if not balance:
            return {}
        return {
            "account_id": account.id,
            "name": name,
            "debit": max(balance, 0.0),
            "credit": max(-balance, 0.0),
            "scenic_acquirer_statement_id": self.id,
        }

    def action_undo(self):
        """Take the booking back: the bank line first, then the entry by its reversal."""
        self.env["scenic.recognition"]._check_accountant()
        for statement in self.sudo():
            if statement.state != "confirmed":
                raise UserError(self.env._("%s is not booked.", statement.display_name))
            statement.bank_line_ids._scenic_undo()
            move = statement.move_id
            if move:
                date = move.date
                if move.date <= move.company_id._get_user_fiscal_lock_date(move.journal_id):
                    date = move._get_accounting_date(move.date, False)
                move._reverse_moves([{"date": date, "ref": move.name}], cancel=True)
            statement.write({"state": "draft", "move_id": False, "transit_line_id": False})
            statement.message_post(
                body=self.env._("Taken back: %s.", move.name or statement.display_name)
            )


class ScenicAcquirerStatementLine(models.Model):
    _inherit = "scenic.acquirer.statement.line"

    def _entry_name(self):
        """Return how the journal item of an unexplained amount is called."""
        self.ensure_one()
        codes = dict(self._fields["code"]._description_selection(self.env))
        parts = (self.ref or self.acquirer_ref, codes[self.code], self.reason)
        return ", ".join(part for part in parts if part)
