from odoo import fields, models


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    scenic_shift_id = fields.Many2one(
        "scenic.shift",
        string="Shift",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The shift in which this cash was put in or taken out.",
    )
