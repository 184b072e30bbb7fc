from odoo import api, fields, models


class PosConfig(models.Model):
    _inherit = "pos.config"

    scenic_channel_id = fields.Many2one(
        "scenic.channel",
        string="Sales Channel",
        ondelete="restrict",
        default=lambda self: self.env.ref("scenic_ticketing.channel_window", False),
        help="Written on every ticket that this window issues.",
    )

    scenic_auto_print = fields.Boolean(
        string="Print Tickets after Payment",
        default=True,
        help="The slips of the tickets are printed by themselves once the order is paid.",
    )

    @api.model
    def _scenic_default_channel(self):
        return self.env.ref("scenic_ticketing.channel_window", raise_if_not_found=False)

    def _scenic_set_default_channel(self):
        """Fill the channel of windows that existed before the addon."""
        self.filtered(lambda c: not c.scenic_channel_id).write(
            {"scenic_channel_id": self._scenic_default_channel().id}
        )
