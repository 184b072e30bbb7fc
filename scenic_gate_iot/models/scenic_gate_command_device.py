import time

from odoo import api, fields, models

DEVICE_ACTIONS = ("keyset", "restart")
EXPIRES_S = 60  # the box may have to hear of the new key first, and the lane must be empty


class ScenicGateCommandDevice(models.Model):
    """Orders to one device of a lane."""

    _inherit = "scenic.gate.command"

    action = fields.Selection(
        selection_add=[("keyset", "Install a new key"), ("restart", "Restart the device")],
        ondelete={action: "cascade" for action in DEVICE_ACTIONS},
    )
    device_id = fields.Many2one("scenic.device", readonly=True, index="btree_not_null")
    device_name = fields.Char(readonly=True)

    # EXTENDS scenic_gate_iot
    def _message_code(self):
        return self.device_name or super()._message_code()

    # EXTENDS scenic_gate_iot
    @api.model
    def _expires_s(self, action):
        return EXPIRES_S if action in DEVICE_ACTIONS else super()._expires_s(action)

    @api.model
    def _under_way(self, devices):
        """Return the orders for a key that a box may still carry out."""
        return self.search(
            [
                ("device_id", "in", devices.ids),
                ("action", "=", "keyset"),
                ("result", "=", False),
                ("expires", ">", int(time.time())),
            ]
        )

    # EXTENDS scenic_gate_iot
    def _answered(self):
        for command in self.filtered(lambda order: order.action == "keyset"):
            command.device_id._key_answered(command.result)
        return super()._answered()

    # EXTENDS scenic_gate_iot
    @api.model
    def _answer_text(self, result):
        known = {
            "refused": self.env._("The device refused."),
            "no_device": self.env._("The box does not know this device."),
        }
        return known.get(result) or super()._answer_text(result)
