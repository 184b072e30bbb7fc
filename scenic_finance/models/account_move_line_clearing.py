from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    scenic_acquirer_statement_id = fields.Many2one(
        "scenic.acquirer.statement",
        string="Acquirer Statement",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    scenic_clearing_session_id = fields.Many2one(
        "pos.session",
        string="Settled Session",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The session whose payments this item takes off the clearing account.",
    )
