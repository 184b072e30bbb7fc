from odoo import fields, models

CLEARING_KINDS = [
    ("wechat", "WeChat Pay"),
    ("alipay", "Alipay"),
    ("unionpay", "UnionPay and bank cards"),
    ("code", "Wallet codes, through one acquirer"),
    ("other", "Other payments"),
]


class AccountAccount(models.Model):
    """Accounts on which money waits between the visitor's payment and the bank."""

    _inherit = "account.account"

    scenic_clearing = fields.Selection(
        CLEARING_KINDS,
        string="Clearing of",
        help="Payments of this kind wait here until the acquirer has settled them.",
    )
