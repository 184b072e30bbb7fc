"""Keeps the stock serial drivers away from the ports that lanes use."""

from odoo.addons.iot_drivers.driver import Driver

from ..scenic_gate import runtime


class ScenicGateSerialDriver(Driver):
    """Claims a configured port without touching it; the lane's own driver opens it.

    Unclaimed ports are offered to drivers that write probing bytes to them again and again.
    """

    connection_type = "serial"
    priority = 100

    def __init__(self, identifier, device):
        super().__init__(identifier, device)
        self.device_type = "device"
        self.device_connection = "serial"
        self.device_name = f"Scenic gate port {identifier}"
        self.device_manufacturer = "Scenic"

    @classmethod
    def supported(cls, device):
        return runtime.owns_port(device["identifier"])

    def run(self):
        self._stopped.wait()
