from datetime import timedelta

from odoo import fields, models
from odoo.tools import format_date

from ..tools import day_sql


class ScenicDayCloseChecks(models.Model):
    """What has to be in order before a day is closed. Other files add theirs."""

    _inherit = "scenic.day.close"

    def _checks(self):
        """Return what has to be in order, as dicts of ``_check``; computed in sudo."""
        return [
            self._check_before(),
            self._check_sessions(),
            *self._check_recognition(),
            self._check_proof(),
        ]

    def _check_before(self):
        """Days are closed in their order, or late lines would have no place."""
        before = self.day - timedelta(days=1)
        earlier = [
            ("company_id", "=", self.company_id.id),
            ("day", "<", self.day),
            ("is_replaced", "!=", True),
        ]
        closed = self.search_count([*earlier, ("state", "=", "closed")], limit=1)
        waiting = self.search([*earlier, ("state", "=", "open")], order="day")
        ok = not waiting and (not closed or self._valid(self.company_id, before))
        text = self.env._("The days before are closed.")
        if not ok:
            day = format_date(self.env, waiting[:1].day or before)
            text = self.env._("Close %(day)s first.", day=day)
        return self._check("day_before", text, ok, record=waiting[:1])

    def _check_sessions(self):
        rows = self._fetch(day_sql.open_sessions(**self._scope()))
        sessions = self.env["pos.session"].browse([row["id"] for row in rows])
        text = self.env._("All sessions of the day are closed.")
        if rows:
            names = ", ".join(sessions.mapped("name")[:5])
            text = self.env._("Close the sessions: %(names)s.", names=names)
        amount = sum(float(row["amount"]) for row in rows)
        return self._check("sessions", text, not rows, amount, sessions)

    def _check_recognition(self):
        """What a run would post has to be posted; what waits for its invoice is only named."""
        rows = self._fetch(day_sql.unposted(**self._scope()))
        ready = sum(float(row["amount"]) for row in rows if row["ready"])
        waiting = sum(float(row["amount"]) for row in rows if not row["ready"])
        is_ready = any(row["ready"] for row in rows)
        text = self.env._("The revenue of the day is posted.")
        if is_ready:
            text = self.env._("Recognise the revenue until this day: it is not posted yet.")
        checks = [self._check("recognition", text, not is_ready, ready)]
        if waiting:
            text = self.env._("Used, but the sale is not posted until this day.")
            events = self.env["scenic.revenue.event"].search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("recognition_id", "=", False),
                    ("amount", "!=", 0),
                    ("day", "<=", self.day),
                ],
                limit=200,
            )
            checks.append(self._check("waiting", text, False, waiting, events, warn=True))
        return checks

    def _check_proof(self):
        """The ledger has to hold what the open tickets are worth, at the end of the day."""
        proof = self.proof_id
        # every ticket by itself takes seconds at a million: not each hour for each open day
        quick = self.env.context.get("scenic_quick")
        values = proof._compute_proof(self.company_id, self.day, tickets=not quick)
        lines = values.pop("lines")
        commands = [fields.Command.clear(), *(fields.Command.create(line) for line in lines)]
        values |= {"day": self.day, "computed_at": fields.Datetime.now(), "line_ids": commands}
        if proof:
            proof.write(values)
        else:
            self.proof_id = proof = proof.sudo().create(values)
        self.write({"liability": proof.liability_balance, "proof_difference": proof.difference})
        ok = proof.state != "different"
        text = self.env._("The ledger holds the value of the open tickets.")
        if not ok:
            wrong = proof.line_ids.filtered(lambda line: line.kind == "difference")
            text = self.env._(
                "Ledger and tickets differ: %(first)s", first=wrong[:1].name or ""
            ).strip()
        return self._check("proof", text, ok, proof.difference, proof)
