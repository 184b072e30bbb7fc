"""Months of sales whose visitors came or did not, for tests of breakage.

Import the module, not its classes: pytest collects imported test cases a second time.
"""

import common_finance

from odoo import fields

PRICE = 106.0  # 100.00 without its 6 % VAT
NET = 100


class BreakageCase(common_finance.FinanceCase):
    """A company that takes breakage in proportion, with samples small enough for a test."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "scenic_breakage_method": "proportional",
                "scenic_breakage_min_tickets": 8,
                "scenic_breakage_min_months": 2,
                "scenic_breakage_cap": 60.0,
            }
        )
        cls.today = cls.park.site._today()
        cls.late = fields.Date.add(cls.today, days=2)

    def sold(self, count, product=None, ago=0, **values):
        """Sell `count` tickets through an invoice, `ago` months before this one."""
        before = self.env["scenic.ticket"].search([])
        line = (product or self.park.adult, count, {"price_unit": PRICE, **values})
        self.invoice(line).action_post()
        tickets = self.env["scenic.ticket"].search([]) - before
        tickets.sale_day = fields.Date.subtract(self.today.replace(day=1), months=ago)
        return tickets

    def used(self, tickets, zone=None):
        """Let them all in; returns the redemptions."""
        rows = self.env["scenic.redemption"]._append(
            [
                {
                    "ticket_id": ticket.id,
                    "zone_id": (zone or self.park.gate).id,
                    "happened_at": fields.Datetime.now(),
                }
                for ticket in tickets
            ]
        )
        return self.env["scenic.redemption"].browse([row["id"] for row in rows])

    def month(self, ago, used, expired, product=None):
        """Make a month of sales that is over."""
        tickets = self.sold(used + expired, product, ago)
        self.used(tickets[:used])
        tickets[used:]._expire()
        return tickets

    def learn(self, *months, product=None):
        """Make a history of (used, expired) months, the oldest first, and build its curve."""
        for ago, (used, expired) in enumerate(reversed(months), 1):
            self.month(ago, used, expired, product)
        self.recognise(self.late)
        return self.build(product)

    def build(self, product=None):
        self.env["scenic.breakage.curve"]._build(self.company, self.late)
        return self.env["scenic.breakage.curve"].search(
            [("product_id", "=", (product or self.park.adult).id), ("state", "=", "draft")]
        )

    @property
    def ahead(self):
        """What is taken ahead: the debit on its account."""
        return -self.balance(self.company.scenic_breakage_ahead_account_id)

    @property
    def income(self):
        return self.balance(self.company.scenic_breakage_account_id)

    def run_until(self, day=None):
        """Recognise, and look whether the books still hold."""
        batches = self.recognise(day or self.late)
        lines = self.env["scenic.breakage.line"].search([("company_id", "=", self.company.id)])
        self.assertAlmostEqual(self.ahead, sum(lines.mapped("amount")), 2)
        proof = self.proof()
        self.assertEqual((proof["difference"], proof["difference_count"]), (0, 0))
        self.assertAlmostEqual(proof["breakage_ahead"], self.ahead, 2)
        self.assertEqual(proof["liability_balance"], proof["unredeemed_value"])
        return batches
