"""Finds the printers that the server named for this box."""

from odoo.addons.iot_drivers.interface import Interface

from ..scenic_gate import runtime


class ScenicPrinterInterface(Interface):
    """Printers exist because the server says so; whether they are on is seen when printing."""

    connection_type = "scenic_printer"
    _loop_delay = 1

    def get_devices(self):
        return runtime.printers()
