from odoo import fields, models


class ScenicGateOrder(models.TransientModel):
    """Asks why before a lane obeys."""

    _name = "scenic.gate.order"
    _description = "Order to a Lane"

    lane_id = fields.Many2one("scenic.lane", required=True, readonly=True)
    action = fields.Selection(
        selection=lambda self: (
            self.env["scenic.gate.command"]._fields["action"]._description_selection(self.env)
        ),
        required=True,
        default="open",
    )
    persons = fields.Integer(required=True, default=1)
    reason = fields.Char(required=True)

    def action_send(self):
        """Send the order and tell where to see the answer."""
        self.ensure_one()
        self.env["scenic.gate.command"]._give(self.lane_id, self.action, self.reason, self.persons)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "Lane %(lane)s was ordered. The answer appears under Commands.",
                    lane=self.lane_id.display_name,
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
