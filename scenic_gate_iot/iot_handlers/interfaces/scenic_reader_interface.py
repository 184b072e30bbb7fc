"""Finds the card readers that the server named for this box."""

from odoo.addons.iot_drivers.interface import Interface

from ..scenic_gate import runtime


class ScenicReaderInterface(Interface):
    """Readers exist because the server says so; whether one is there is seen when it is asked."""

    connection_type = "scenic_reader"
    _loop_delay = 1

    def get_devices(self):
        return runtime.readers()
