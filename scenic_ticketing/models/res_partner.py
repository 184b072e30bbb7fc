from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    scenic_channel_id = fields.Many2one(
        "scenic.channel",
        string="Ticket Channel",
        help="Group orders of this customer are sold through this channel. Empty: group desk.",
    )
