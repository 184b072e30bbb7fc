"""Keeps the stock drivers away from the serial ports and scanners that lanes use."""

from odoo.addons.iot_drivers.driver import Driver
from odoo.addons.iot_drivers.main import unsupported_devices

from ..scenic_gate import runtime

LOOK_S = 1.0


class ScenicGateSerialDriver(Driver):
    """Claims a configured port without touching it; the lane's own driver opens it.

    Unclaimed ports are offered to drivers that write probing bytes to them again and again. So a
    port that is not ours any more, or never was, is given back by being offered once more.
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
        while not self._stopped.wait(LOOK_S):
            if not self.supported(self.dev):
                self._give_back()

    def _give_back(self):
        self.disconnect()
        unsupported_devices[self.device_identifier] = {
            "name": f"Unknown device ({self.connection_type})",
            "identifier": self.device_identifier,
            "type": "unsupported",
            "connection": self.device_connection,
        }


class ScenicGateUsbDriver(ScenicGateSerialDriver):
    """The same for scanners that type: the stock keyboard driver takes every one it meets."""

    connection_type = "usb"

    def __init__(self, identifier, device):
        super().__init__(identifier, device)
        self.device_connection = "direct"

    @classmethod
    def supported(cls, device):
        return runtime.owns_usb(device.bus, device.address)
