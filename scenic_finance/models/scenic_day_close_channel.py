from odoo import models

from ..tools import channel_sql


class ScenicDayCloseChannel(models.Model):
    """A day stays open while somebody still has to answer for rows of a channel's statement."""

    _inherit = "scenic.day.close"

    # EXTENDS scenic_finance
    def _checks(self):
        return [*super()._checks(), self._check_statements(), self._check_limits()]

    def _check_statements(self):
        """Return whether all differences of statements that end by this day are decided."""
        self.env.flush_all()
        self.env.cr.execute(channel_sql.undecided(self.company_id.id, self.day))
        statements, amount, count, doubles = [], 0.0, 0, 0
        for statement_id, rows, open_amount, doubled in self.env.cr.fetchall():
            statements.append(statement_id)
            count += rows
            doubles += doubled
            amount += float(open_amount)
        name = self.env._("All differences of channels' statements are decided.")
        if count:
            name = self.env._(
                "Decide %(count)s differences of channels' statements; %(doubles)s rows are listed "
                "twice.",
                count=count,
                doubles=doubles,
            )
        records = self.env["scenic.channel.statement"].browse(statements)
        return self._check("channel_statement", name, not count, amount, records)

    def _check_limits(self):
        """Return whether a channel is past its limit or overdue; it warns, and stops nothing."""
        channels = self.env["scenic.channel"].sudo().with_company(self.company_id)
        limited = channels.search([("partner_id", "!=", False), ("settlement_mode", "!=", False)])
        over = limited.filtered(lambda channel: channel._limit_problem())
        name = self.env._("No channel is overdue or past its limit.")
        if over:
            name = self.env._(
                "Overdue or past their limit: %(channels)s.",
                channels=", ".join(over.mapped("name")),
            )
        amount = sum(over.mapped("overdue"))
        return self._check("channel_limit", name, not over, amount, over, warn=True)
