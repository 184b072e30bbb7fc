import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

DEFAULT_KEY = "default"  # what the box takes for the key that every new device knows


class ScenicDeviceKey(models.Model):
    """The key of an OSDP device, put into it by its box when a manager orders that."""

    _inherit = "scenic.device"

    new_key = fields.Char(
        groups="base.group_system", copy=False, exportable=False, prefetch=False, readonly=True
    )
    key_state = fields.Selection(
        [
            ("clear", "None: whoever reaches the line can say any card"),
            ("default", "The one that every new device knows"),
            ("waiting", "Not confirmed: the device has the old key or the new one"),
            ("own", "Its own"),
        ],
        "Key",
        compute="_compute_key_state",
        compute_sudo=True,
    )
    can_restart = fields.Boolean(compute="_compute_can_restart")

    @api.depends("driver", "password", "new_key")
    def _compute_key_state(self):
        for device in self:
            if device.driver != "osdp":
                device.key_state = False
            elif device.new_key:
                device.key_state = "waiting"
            elif device.password == DEFAULT_KEY:
                device.key_state = "default"
            else:
                device.key_state = "own" if device.password else "clear"

    @api.depends("driver", "options")
    def _compute_can_restart(self):
        for device in self:
            options = device.options or {}
            device.can_restart = device.driver == "http_terminal" and (
                options.get("profile") == "uface"
            )

    # EXTENDS scenic_gate_iot
    def write(self, vals):
        # a key that somebody typed is the one; what was on its way is forgotten
        return super().write({"new_key": False} | vals if "password" in vals else vals)

    # EXTENDS scenic_gate_iot
    def _options_for_box(self):
        options = super()._options_for_box()
        if new := self.sudo().new_key:
            options = {"password": DEFAULT_KEY} | options | {"password_new": new}
        return options

    # ------------------------------------------------------------------ orders

    def action_install_key(self):
        """Ask why, then have the box give the device a key of its own."""
        return self._action_order("keyset")

    def action_restart(self):
        """Ask why, then have the box restart the device."""
        return self._action_order("restart")

    def _action_order(self, action):
        self.ensure_one()
        window = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_gate_iot.scenic_device_order_action"
        )
        window["context"] = {"default_device_id": self.id, "default_action": action}
        return window

    def _give_order(self, action, reason):
        """Give the order to the box; a new key is made first, and kept until the box answers."""
        self.ensure_one()
        self.check_access("write")
        if not self.env.user.has_group("scenic_ticketing.group_manager"):
            raise AccessError(self.env._("Only managers give orders to devices."))
        known = self.driver == "osdp" if action == "keyset" else self.can_restart
        if not known:
            raise UserError(
                self.env._("%(device)s: this driver knows no such order.", device=self.name)
            )
        if action == "keyset":
            self._prepare_key()
        return self.env["scenic.gate.command"]._give(
            self.lane_id, action, reason, device_id=self.id, device_name=self.name
        )

    def _prepare_key(self):
        # one at a time: two managers at the same button must not make two keys
        parts = self.sudo()._same_device()
        parts.lock_for_update()
        asked = self.env["scenic.gate.command"].sudo()._under_way(parts)
        if asked:
            raise UserError(
                self.env._("%(device)s is about to get a key. Wait a minute.", device=self.name)
            )
        # after an order without an answer the device may have that key already: the same again
        key = next((part.new_key for part in parts if part.new_key), secrets.token_hex(16))
        parts.write({"new_key": key})

    def _same_device(self):
        """Return all records of this device: reader and barrier may be one, on several lanes."""
        self.ensure_one()
        lanes = self.lane_id.box_id.lane_ids
        return self.search([("lane_id", "in", lanes.ids), ("driver", "=", "osdp")]).filtered(
            lambda other: (other.url, other._bus_address()) == (self.url, self._bus_address())
        )

    def _bus_address(self):
        return int((self.options or {}).get("addr") or 0)

    def _key_answered(self, result):
        """The box told what became of the order; unknown keeps both keys, until a next order."""
        for device in self.sudo().exists():
            parts = device._same_device()
            key = device.new_key
            if result == "done" and key:
                parts.write({"password": key, "new_key": False})
            elif result != "unknown":
                parts.write({"new_key": False})
