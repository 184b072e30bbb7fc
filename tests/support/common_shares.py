"""A park that shares its tickets with others. Import the module, not its classes."""

from datetime import date

import common_finance

from odoo import fields
from odoo.fields import Command

LONG_AGO = date(2026, 1, 1)


class ShareCase(common_finance.FinanceCase):
    """A park with a cable car company, a town and nobody's share yet."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.car, cls.town = cls.env["res.partner"].create(
            [{"name": "Cable Car Ltd", "is_company": True}, {"name": "Town", "is_company": True}]
        )
        cls.input_vat = cls._purchase_tax()

    @classmethod
    def _purchase_tax(cls):
        tax = cls.env["account.tax"].search(
            [("company_id", "=", cls.company.id), ("type_tax_use", "=", "purchase")], limit=1
        )
        # contained in prices, as the company has it: the hard case for a net amount
        return tax.copy(
            {"name": "Input VAT 6 %", "amount": 6.0, "price_include_override": "tax_included"}
        )

    def share(self, partner=None, percent=0.0, zone=None, **vals):
        fixed = vals.get("basis") == "fixed"
        return self.env["scenic.share"].create(
            {
                "company_id": self.company.id,
                "partner_id": (partner or self.car).id,
                "basis": "fixed" if fixed else "percent",
                "percent": percent,
                "zone_id": zone.id if zone else False,
                "date_from": LONG_AGO,
                **vals,
            }
        )

    def sold(self, product=None, quantity=1, **values):
        """Sell through an invoice and return the tickets."""
        before = self.env["scenic.ticket"].search([])
        self.invoice((product or self.park.adult, quantity, values)).action_post()
        return self.env["scenic.ticket"].search([]) - before

    def lines(self, *domain):
        return self.env["scenic.share.line"].search(
            [("company_id", "=", self.company.id), *domain], order="id"
        )

    @property
    def accrual(self):
        return self.company.scenic_share_account_id

    @property
    def cost(self):
        return self.company.scenic_share_cost_account_id

    def settle(self, partner=None, first=None, last=None, **vals):
        """Create a draft settlement; by default of everything until today."""
        today = self.park.site._today()
        return self.env["scenic.settlement"].create(
            {
                "company_id": self.company.id,
                "partner_id": (partner or self.car).id,
                "date_from": first or fields.Date.start_of(today, "month"),
                "date_to": last or today,
                **vals,
            }
        )

    def billed(self, settlement):
        """Confirm, bill and post a settlement; returns its bill."""
        settlement.action_confirm()
        settlement.action_bill()
        settlement.move_id.action_post()
        return settlement.move_id

    def wrong(self):
        """Return the differences that the proof finds now."""
        self.env.invalidate_all()
        return [line for line in self.proof()["lines"] if line["kind"] == "difference"]

    def sql(self, statement, *values):
        """Damage the database behind everybody's back, laws switched off."""
        self.env.flush_all()
        self.cr.execute("SET LOCAL session_replication_role = replica")
        self.cr.execute(statement, values)
        self.cr.execute("SET LOCAL session_replication_role = origin")
        self.env.invalidate_all()

    def taxed(self, share):
        share.tax_ids = [Command.set(self.input_vat.ids)]
        return share
