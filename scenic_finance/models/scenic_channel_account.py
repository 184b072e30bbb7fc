from odoo import fields, models


class ScenicChannelAccount(models.Model):
    """What two orders of a channel that come at once exclude each other by, and who was told."""

    _name = "scenic.channel.account"
    _description = "Scenic Channel Account"
    _log_access = False
    _rec_name = "channel_id"

    channel_id = fields.Many2one("scenic.channel", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", index=True)
    orders = fields.Integer(help="Orders that asked for the money that is left.")
    told_on = fields.Date(help="Last day on which somebody was told that the limit is used up.")

    _channel_uniq = models.Constraint(
        "UNIQUE (channel_id, company_id)", "A channel has one account in each company."
    )
