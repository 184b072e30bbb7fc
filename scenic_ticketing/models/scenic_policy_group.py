from odoo import fields, models


class ScenicPolicyGroup(models.Model):
    _inherit = "scenic.policy"

    deposit_percent = fields.Float(
        string="Group Deposit (%)",
        help="Part of a group order that is paid before its confirmation, unless other terms are "
        "agreed with the customer. 0 = none.",
    )

    _deposit = models.Constraint(
        "CHECK (deposit_percent IS NULL OR deposit_percent BETWEEN 0 AND 100)",
        "A deposit is between 0 and 100 percent.",
    )
