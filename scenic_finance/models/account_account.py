from odoo import fields, models


class AccountAccount(models.Model):
    _inherit = "account.account"

    scenic_liability = fields.Boolean(
        string="Ticket Contract Liability",
        help="Holds the net value of tickets that were sold and not yet used. The balance of "
        "these accounts is proved against the tickets; nothing else belongs on them.",
    )

    def write(self, vals):
        res = super().write(vals)
        if "scenic_liability" in vals:
            self.env.registry.clear_cache()
        return res
