from odoo import fields, models

from ..tools.client_action import notice


class ScenicDeviceOrder(models.TransientModel):
    """Asks why before a device gets an order of its own."""

    _name = "scenic.device.order"
    _description = "Order to a Device"

    device_id = fields.Many2one("scenic.device", required=True, readonly=True)
    action = fields.Selection(
        [("keyset", "Install a new key"), ("restart", "Restart the device")],
        required=True,
        readonly=True,
    )
    reason = fields.Char(required=True)

    def action_send(self):
        """Send the order and tell where to see the answer."""
        self.ensure_one()
        self.device_id._give_order(self.action, self.reason)
        return notice(
            self.env._(
                "%(device)s was ordered. The answer appears under Commands.",
                device=self.device_id.display_name,
            )
        )
