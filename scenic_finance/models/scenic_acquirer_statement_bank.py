from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError

# how long a bank may take beyond the agreed day: a long holiday
_PATIENCE = 12


class ScenicAcquirerStatement(models.Model):
    """The settlement at the bank. No other module is needed; any that reconciles will do."""

    _inherit = "scenic.acquirer.statement"

    def action_match_bank(self):
        """Find the bank's line of each settlement and reconcile both.

        Of several settlements those that are beyond doubt; of one, it is said what is in the way.
        """
        self.env["scenic.recognition"]._check_accountant()
        if len(self) > 1:
            self._match_bank_where_clear()
            return
        for statement in self:
            if statement.state != "confirmed" or not statement.transit_line_id:
                raise UserError(self.env._("%s is not booked.", statement.display_name))
            if statement.is_settled:
                continue
            found = statement._bank_candidates()
            if len(found) != 1:
                raise UserError(statement._not_one(found))
            found.sudo()._scenic_reconcile_with(statement.sudo().transit_line_id)

    def _match_bank_where_clear(self):
        """Reconcile the settlements whose bank line is beyond doubt; return them."""
        done = self.browse()
        for statement in self.filtered(lambda each: each.transit_line_id and not each.is_settled):
            found = statement._bank_candidates()
            if len(found) == 1:
                found.sudo()._scenic_reconcile_with(statement.sudo().transit_line_id)
                done |= statement
        return done

    def _bank_candidates(self):
        """Return the open lines of the bank with exactly this amount in the days it may take."""
        self.ensure_one()
        domain = [
            ("company_id", "=", self.company_id.id),
            ("is_reconciled", "=", False),
            ("amount", "=", self.net),
            ("date", ">=", self.date_to),
            ("date", "<=", self.due_date + timedelta(days=_PATIENCE)),
        ]
        if self.acquirer_id.bank_journal_id:
            domain.append(("journal_id", "=", self.acquirer_id.bank_journal_id.id))
        lines = self.env["account.bank.statement.line"].sudo().search(domain)
        # the amount in the database may carry the noise of a float
        lines = lines.filtered(
            lambda line: not self.currency_id.compare_amounts(line.amount, self.net)
        )
        if len(lines) > 1:
            named = lines.filtered(lambda line: self._names(line))
            on_time = (named or lines).filtered(lambda line: line.date == self.due_date)
            lines = on_time if len(on_time) == 1 else named or lines
        return lines

    def _names(self, line):
        """Tell whether a bank line names the acquirer."""
        text = f"{line.payment_ref or ''} {line.partner_name or ''}".lower()
        words = (self.acquirer_id.merchant, self.acquirer_id.name)
        return any(word and word.lower() in text for word in words)

    def _not_one(self, found):
        amount = self.currency_id.format(self.net)
        if not found:
            return self.env._(
                "No open line of the bank has %(amount)s between %(begin)s and %(end)s. Import the "
                "bank statement, or register the receipt.",
                amount=amount,
                begin=self.date_to,
                end=self.due_date + timedelta(days=_PATIENCE),
            )
        return self.env._(
            "%(count)s lines of the bank have %(amount)s. Reconcile the right one by hand.",
            count=len(found),
            amount=amount,
        )

    def action_register_receipt(self):
        """Ask for what the bank received, where no bank statement is imported."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_finance.scenic_bank_receipt_action"
        )
        return {**action, "context": {"default_settlement_id": self.id}}
