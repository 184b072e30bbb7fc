from odoo import fields, models
from odoo.fields import Command

from ..tools import vat_sql


class AccountMoveLineVat(models.Model):
    """Journal items of tickets whose output VAT waits until they are used."""

    _inherit = "account.move.line"

    scenic_vat_line_id = fields.Many2one(
        "account.move.line",
        string="VAT of Ticket Sale",
        copy=False,
        index="btree_not_null",
        help="The journal item of the sale or refund whose tax waits because of this line.",
    )

    def _scenic_tax_amount(self):
        """Return the tax of this line in company currency; positive for a sale."""
        self.ensure_one()
        if not self.price_subtotal:
            return 0.0
        tax = self.price_total - self.price_subtotal
        return self.company_id.currency_id.round(tax * -self.balance / self.price_subtotal)

    # EXTENDS scenic_finance
    def _scenic_ticket_vals(self):
        vals_list = super()._scenic_ticket_vals()
        waits = self.env["scenic.ticket"]._vat_vals(
            self.tax_ids,
            self.company_id,
            self._scenic_tax_amount(),
            [vals["net_value"] for vals in vals_list],
        )
        return [vals | more for vals, more in zip(vals_list, waits, strict=True)]

    def _scenic_settle_vat(self):
        """Post what is missing so that the tax of the tickets of these lines waits."""
        for move in self.move_id:
            lines = self.filtered(lambda line, move=move: line.move_id == move)
            company = move.company_id.sudo()
            vals = lines._scenic_vat_lines(company)
            if not vals:
                continue
            company._scenic_require("scenic_recognition_journal_id")
            entry = self.env["account.move"].sudo().with_company(company)
            entry = entry.create(
                {
                    "move_type": "entry",
                    "journal_id": company.scenic_recognition_journal_id.id,
                    "date": move.date,
                    "ref": self.env._("VAT of tickets, %(document)s", document=move.display_name),
                    "line_ids": [Command.create(line) for line in vals],
                }
            )
            entry._post(soft=False)

    def _scenic_vat_lines(self, company):
        """Return the values of journal items that let the tax of these lines wait.

        From the tax's own account to the pending one, and back for refunds; nothing where the
        ledger already holds what the tickets say.
        """
        pending = company.scenic_pending_vat_account_id
        if not pending or not self:
            return []
        self.env.flush_all()
        self.env.cr.execute(vat_sql.MISSING, {"amls": self.ids, "pending": pending.id})
        vals_list = []
        for aml_id, account_id, amount in self.env.cr.fetchall():
            line = self.browse(aml_id)
            common = {
                "name": self.env._("VAT of %(tickets)s", tickets=line.name or ""),
                "partner_id": line.partner_id.id,
                "scenic_vat_line_id": aml_id,
                "tax_ids": [Command.clear()],
                "is_storno": amount < 0 and company.account_storno,
            }
            vals_list += [
                {**common, "account_id": account_id, "balance": float(amount)},
                {**common, "account_id": pending.id, "balance": -float(amount)},
            ]
        return vals_list
