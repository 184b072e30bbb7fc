from odoo import models

from ..tools import share_sql


class ScenicRecognition(models.Model):
    """Accruing shares with the batch that recognises the passages.

    The whole price of a passage leaves the contract liability, as ever. A principal earns all of
    it and has a cost; an agent hands its part on, so that it never touches revenue.
    """

    _inherit = "scenic.recognition"

    # EXTENDS scenic_finance
    def _post_entry(self):
        self.env["scenic.share.line"]._accrue(self)
        return super()._post_entry()

    # EXTENDS scenic_finance
    def _income_lines(self, rows):
        self.env.cr.execute(share_sql.NOT_INCOME, [self.id])
        nowhere = {"events": 0, "origin": None, "account": None, "zone": None}
        handed = [
            {**row, **nowhere, "amount": -row["amount"]} for row in self.env.cr.dictfetchall()
        ]
        return super()._income_lines([*rows, *handed]) + self._share_lines()

    def _share_lines(self):
        """Return what is owed, one item for each share and day, and what it costs."""
        self.env.cr.execute(share_sql.ITEMS, [self.id])
        items = self.env.cr.dictfetchall()
        if not items:
            return []
        company = self.company_id
        company._scenic_require("scenic_share_account_id")
        shares = self.env["scenic.share"].browse({item["share_id"] for item in items})
        names = {share.id: share.display_name for share in shares}
        lines, costs = [], {}
        for item in items:
            line = self._line_vals(
                company.scenic_share_account_id.id,
                False,
                -item["amount"],
                item["events"],
                item["back"],
            )
            if line:
                line |= {
                    "name": f"{names[item['share_id']]}, {item['day']}",
                    "partner_id": item["partner_id"],
                    "scenic_share_id": item["share_id"],
                    "scenic_share_day": item["day"],
                }
                lines.append(line)
            cost = costs.setdefault((item["share_id"], item["back"]), [0.0, 0])
            cost[0] += item["used"] or 0.0
            cost[1] += item["events"]
        return lines + self._share_costs(costs)

    def _share_costs(self, costs):
        """Return the cost of the shares that the park owes as principal."""
        lines = []
        for (share_id, back), (amount, events) in costs.items():
            share = self.env["scenic.share"].browse(share_id)
            if share.treatment != "principal":
                continue
            account = share.cost_account_id
            if not account:
                self.company_id._scenic_require("scenic_share_cost_account_id")
                account = self.company_id.scenic_share_cost_account_id
            if line := self._line_vals(account.id, False, amount, events, back):
                lines.append(
                    {**line, "name": share.display_name, "partner_id": share.partner_id.id}
                )
        return lines

    # EXTENDS scenic_finance
    def _owed_when_unused(self, company, day):
        return [
            *super()._owed_when_unused(company, day),
            *self.env["scenic.share"]._unused_fractions(company, day),
        ]
