"""Finds the lanes of this box."""

from odoo.addons.iot_drivers.interface import Interface

from ..scenic_gate import runtime


class ScenicGateInterface(Interface):
    """Lanes are devices that exist because the server says so, not because they were detected."""

    connection_type = "scenic_gate"
    _loop_delay = 1

    def get_devices(self):
        runtime.routes.check()
        return runtime.devices()
