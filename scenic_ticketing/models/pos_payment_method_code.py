from odoo import fields, models


class PosPaymentMethod(models.Model):
    _inherit = "pos.payment.method"

    scenic_pay_account = fields.Char(
        string="Payment Account",
        groups="point_of_sale.group_pos_manager",
        help="Name of the section [scenic_pay NAME] of the server's configuration file, which "
        "holds the acquirer's address and keys. Nothing of it is kept in the database.",
    )

    # EXTENDS point_of_sale
    def _get_payment_terminal_selection(self):
        return [
            *super()._get_payment_terminal_selection(),
            ("scenic_code", self.env._("Scan the customer's code")),
        ]
