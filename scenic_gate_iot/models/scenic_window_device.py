from odoo import api, models


class ScenicWindowDevice(models.AbstractModel):
    """Devices of windows that a box of ours drives by itself."""

    _inherit = "scenic.window.device"

    @api.model_create_multi
    def create(self, vals_list):
        devices = super().create(vals_list)
        devices._name_way()
        return devices

    def write(self, vals):
        res = super().write(vals)
        if "box_id" in vals:
            self._name_way()
        return res

    def _name_way(self):
        """Write down how windows reach devices of our boxes: nobody needs to type that."""
        for device in self.filtered("box_id"):
            # as iot_handlers/scenic_gate/runtime.py names them
            vals = {"device": f"{self._name.replace('.', '_')}:{device.id}"}
            if not device.box_address:
                vals["box_address"] = device.box_id.ip
            device.write(vals)
