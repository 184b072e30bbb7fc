from odoo import fields, models


class ScenicPolicySell(models.Model):
    """What a policy asks of the cashier besides documents."""

    _inherit = "scenic.policy"

    concession_at_sale = fields.Boolean(
        string="Proof at the Sale",
        help="The cashier confirms before the payment that the proof of the reduction was seen. "
        "What the gate checks is a matter of its own.",
    )
    concession_proof = fields.Char(
        string="What Is Shown",
        translate=True,
        help="In a few words, e.g. student card. The window shows it when it asks.",
    )
