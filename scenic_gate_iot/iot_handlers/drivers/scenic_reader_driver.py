"""A card reader of a window as a device of the IoT box. Wiring only, see ``window_reader.py``.

The stock box shows readings to everybody in its network and posts them to the server; what leaves
this device is sealed for the window that asked.
"""

import time

from odoo.addons.iot_drivers.driver import Driver
from odoo.addons.iot_drivers.event_manager import event_manager

from ..scenic_gate import runtime, window_events
from ..scenic_gate.window_reader import WindowReader


class ScenicReaderDriver(Driver):
    """Answers questions that are signed with the key of a window, and no others."""

    connection_type = "scenic_reader"
    priority = 100

    def __init__(self, identifier, device):
        super().__init__(identifier, device)
        self.device_type = "device"
        self.device_connection = "serial"
        self.device_name = device["name"]
        self.device_manufacturer = "Scenic"
        self.reader = WindowReader(identifier, self._tell)

    @classmethod
    def supported(cls, device):
        return "reader" in device

    def action(self, data):
        """Take a question; not by the stock way, which tells the server of it and waits."""
        place = runtime.readers().get(self.device_identifier)
        if place and data.get("action") == "read":
            self.reader.ask(place["reader"], data, data.get("session_id"))

    def disconnect(self):
        self.reader.stop()
        super().disconnect()

    def run(self):
        self._stopped.wait()

    def _tell(self, status, message, owner):
        window_events.leave(
            event_manager, self.device_identifier, time.time(), status, message, owner
        )
