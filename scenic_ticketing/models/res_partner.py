from odoo import fields, models


class ResPartner(models.Model):
    """What is agreed with an agency that buys for groups."""

    _inherit = "res.partner"

    scenic_channel_id = fields.Many2one(
        "scenic.channel",
        string="Ticket Channel",
        help="Group orders of this customer are sold through this channel. Empty: group desk.",
    )
    scenic_terms = fields.Selection(
        [
            ("deposit", "Deposit before confirmation"),
            ("credit", "Within the credit limit"),
            ("free", "No condition"),
        ],
        string="Group Order Terms",
        help="What has to be true before a group order is confirmed. Empty: the deposit that the "
        "ticket policies ask for.",
    )
    scenic_deposit_percent = fields.Float(
        string="Deposit (%)", help="Part of the order that is paid before it is confirmed."
    )
    scenic_confirmations = fields.Integer(
        readonly=True, copy=False, help="Counts confirmations on credit, so that they queue."
    )

    _scenic_deposit = models.Constraint(
        "CHECK (scenic_deposit_percent IS NULL OR scenic_deposit_percent BETWEEN 0 AND 100)",
        "A deposit is between 0 and 100 percent.",
    )
