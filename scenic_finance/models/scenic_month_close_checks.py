from odoo import models

from ..tools import day_sql


class ScenicMonthCloseChecks(models.Model):
    """What has to be in order before a month is closed. Other files add theirs."""

    _inherit = "scenic.month.close"

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
