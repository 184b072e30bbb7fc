from odoo import fields, models

from ..models.scenic_gate_command_device import DEVICE_ACTIONS
from ..tools.client_action import notice


class ScenicGateOrder(models.TransientModel):
    """Asks why before a lane obeys."""

    _name = "scenic.gate.order"
    _description = "Order to a Lane"

    lane_id = fields.Many2one("scenic.lane", required=True, readonly=True)
    action = fields.Selection(
        selection=lambda self: [
            choice
            for choice in self.env["scenic.gate.command"]
            ._fields["action"]
            ._description_selection(self.env)
            if choice[0] not in DEVICE_ACTIONS
        ],
        required=True,
        default="open",
    )
    persons = fields.Integer(required=True, default=1)
    reason = fields.Char(required=True)

    def action_send(self):
        """Send the order and tell where to see the answer."""
        self.ensure_one()
        self.env["scenic.gate.command"]._give(self.lane_id, self.action, self.reason, self.persons)
        return notice(
            self.env._(
                "Lane %(lane)s was ordered. The answer appears under Commands.",
                lane=self.lane_id.display_name,
            )
        )
