from odoo import fields, models


class ScenicPayCompareLine(models.TransientModel):
    _name = "scenic.pay.compare.line"
    _description = "Scenic Payment Difference"

    compare_id = fields.Many2one("scenic.pay.compare", required=True, ondelete="cascade")
    problem = fields.Selection(
        [
            ("missing_there", "The acquirer does not have it"),
            ("missing_here", "We do not have it"),
            ("amount", "Another amount"),
            ("twice", "Listed more than once"),
        ],
        readonly=True,
    )
    kind = fields.Selection([("pay", "Payment"), ("refund", "Refund")], readonly=True)
    ref = fields.Char(string="Reference", readonly=True)
    ours = fields.Float(string="Here", digits=(16, 2), readonly=True)
    theirs = fields.Float(string="At the Acquirer", digits=(16, 2), readonly=True)
