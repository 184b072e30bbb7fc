from odoo import fields, models


class ScenicMonthClose(models.Model):
    """What the close of a month shows of partners: what waits for its settlement or its bill."""

    _inherit = "scenic.month.close"

    # EXTENDS scenic_finance
    def _checks(self):
        return [*super()._checks(), self._check_shares(), self._check_settlements()]

    def _check_shares(self):
        """Shares of months before this one should be settled by now."""
        before = fields.Date.subtract(self.date_from, days=1)
        groups = self.env["scenic.share.line"]._read_group(
            [
                ("company_id", "=", self.company_id.id),
                ("settlement_id", "=", False),
                ("day", "<=", before),
            ],
            ["share_id"],
            ["amount:sum"],
        )
        text = self.env._("Shares of partners until the month before are settled.")
        if groups:
            text = self.env._("Settle the shares of partners of the months before.")
        shares = self.env["scenic.share"].browse([share.id for share, _amount in groups])
        total = sum(amount for _share, amount in groups)
        return self._check("shares", text, not groups, total, shares, warn=True)

    def _check_settlements(self):
        """What was agreed until the end of the month should be billed."""
        waiting = self.env["scenic.settlement"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "in", ("draft", "confirmed")),
                ("date_to", "<=", self.date_to),
            ]
        )
        text = self.env._("All settlements of the month are billed.")
        if waiting:
            text = self.env._("Confirm and bill the settlements that are open.")
        amount = sum(waiting.mapped("amount"))
        return self._check("settlements", text, not waiting, amount, waiting, warn=True)
