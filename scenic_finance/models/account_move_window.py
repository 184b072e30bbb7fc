from collections import defaultdict

from odoo import models
from odoo.fields import Command


class AccountMoveWindow(models.Model):
    """Invoices of windows hold exactly what their tickets were issued for.

    The tickets are older than the invoice, and Odoo rounds the two differently: with discounts,
    or in another currency, by a cent or by what the rate moved.
    """

    _inherit = "account.move"

    # EXTENDS scenic_finance
    def _scenic_discount_vals(self):
        lines = self.invoice_line_ids.filtered(
            lambda line: line.scenic_pos_line_id and line.account_id.scenic_liability
        )
        if not lines:
            return super()._scenic_discount_vals()
        discounts = self.invoice_line_ids.filtered(lambda line: line._scenic_is_discount())
        parts = defaultdict(list)
        for discount, line, units in discounts._scenic_discount_parts():
            parts[line].append((discount, units))
        unit = self.company_id.currency_id
        amounts = lines.scenic_pos_line_id._scenic_line_amounts()
        vals_list = []
        for line in lines:
            missing = unit.round(-line.balance - amounts[line.scenic_pos_line_id].net)
            for discount, units in parts[line]:
                sign = 1 if discount.balance > 0 else -1
                balance = unit.round(sign * units * unit.rounding)
                if (discount, units) == parts[line][-1]:
                    balance = missing
                missing = unit.round(missing - balance)
                vals_list += line._scenic_correction_vals(balance, discount.account_id, discount)
            if missing:
                account = line._scenic_rounding_account(missing)
                none = self.env["account.move.line"]
                vals_list += line._scenic_correction_vals(missing, account, none)
        return vals_list


class AccountMoveLineWindow(models.Model):
    _inherit = "account.move.line"

    def _scenic_rounding_account(self, balance):
        """Return the account that bears the cent by which a sale was booked twice differently."""
        company = self.company_id
        if self.currency_id != company.currency_id:
            # what the tickets gain is a loss of the rate
            name = "income" if balance > 0 else "expense"
            account = company[f"{name}_currency_exchange_account_id"]
            if account:
                return account
        product = self.product_id.with_company(company)
        return product._get_product_accounts()["scenic_revenue"]

    def _scenic_even_out(self):
        """Post the cent by which these posted lines of one window sale do not cancel out."""
        company = self.company_id.sudo()
        balance = company.currency_id.round(sum(self.mapped("balance")))
        if not balance:
            return self.browse()
        company._scenic_require("scenic_recognition_journal_id")
        line = self[0]
        common = {"name": line.name, "partner_id": line.partner_id.id}
        sides = [
            {
                **common,
                "account_id": line.account_id.id,
                "balance": -balance,
                "scenic_pos_line_id": line.scenic_pos_line_id.id,
            },
            {
                **common,
                "account_id": line._scenic_rounding_account(-balance).id,
                "balance": balance,
            },
        ]
        entry = self.env["account.move"].sudo().with_company(company)
        entry = entry.create(
            {
                "move_type": "entry",
                "journal_id": company.scenic_recognition_journal_id.id,
                "date": max(self.mapped("date")),
                "ref": self.env._("Rounding of %(document)s", document=line.move_id.display_name),
                "line_ids": [Command.create(side) for side in sides],
            }
        )
        entry._post(soft=False)
        return entry.line_ids[0]
