from odoo import models

# what no closed day may have; the rest is told, and may take its time
_HARD = ("no_session", "no_entry")


class ScenicDayClose(models.Model):
    """What a day has to say about its money: sessions, settlements, cash."""

    _inherit = "scenic.day.close"

    # EXTENDS scenic_finance
    def _checks(self):
        return [*super()._checks(), *self._payment_checks()]

    def _payment_checks(self):
        """Return the check of payments, and the statements that nobody has decided about."""
        found = self.env["scenic.payment.check"]._findings(self.company_id, self.day, self.day)
        hard = [line for line in found if line["code"] in _HARD]
        soft = [line for line in found if line["code"] not in _HARD]
        statements = self.env["scenic.acquirer.statement"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "=", "draft"),
                ("date_from", "<=", self.day),
            ]
        )
        booked = self.env._("The statements of acquirers are booked.")
        if statements:
            booked = self.env._("Book the statement %s.", statements[:1].display_name)
        return [
            self._finding_check(
                "payments", hard, self.env._("Every payment of a closed session is in the ledger.")
            ),
            self._finding_check(
                "payment_ways",
                soft,
                self.env._("Payment methods, cash and settlements have nothing open."),
                warn=True,
            ),
            self._check(
                "acquirer_statement",
                booked,
                not statements,
                sum(statements.mapped("net")),
                statements,
                warn=True,
            ),
        ]

    def _finding_check(self, code, found, fine, warn=False):
        """Return a check that names the first finding and opens what all are about."""
        sessions = [line["session_id"] for line in found if line.get("session_id")]
        return self._check(
            code,
            found[0]["name"] if found else fine,
            not found,
            sum(line.get("amount", 0.0) for line in found),
            self.env["pos.session"].browse(sorted(set(sessions))),
            warn=warn,
        )
