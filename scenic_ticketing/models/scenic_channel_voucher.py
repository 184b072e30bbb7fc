from odoo import fields, models


class ScenicChannelVoucher(models.Model):
    """Channels that sell vouchers, which windows exchange for tickets."""

    _inherit = "scenic.channel"

    partner_id = fields.Many2one(
        "res.partner",
        string="Settles with",
        ondelete="restrict",
        help="Who owes the park what this channel sold: the party of its statements and invoices.",
    )
