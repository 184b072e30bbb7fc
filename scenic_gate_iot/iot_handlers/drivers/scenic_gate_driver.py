"""A lane as a device of the IoT box. Wiring only: the lane lives in ``scenic_gate``."""

import time

from odoo.http import Controller, request

from odoo.addons.iot_drivers.driver import Driver
from odoo.addons.iot_drivers.event_manager import event_manager
from odoo.addons.iot_drivers.tools import route

from ..scenic_gate import runtime, window_events
from ..scenic_gate.lane_page import BASE as LANE_PAGE


class ScenicGateDriver(Driver):
    """Thread that serves one lane; obeys signed commands and nothing else."""

    connection_type = "scenic_gate"
    priority = 100

    def __init__(self, identifier, device):
        super().__init__(identifier, device)
        self.device_type = "device"
        self.device_connection = "network"
        self.device_name = device["name"]
        self.device_manufacturer = "Scenic"
        self.lane = device["lane"]
        # anybody in the LAN may call an action of the stock box: there is none that opens a gate
        self._actions["command"] = self._action_command

    @classmethod
    def supported(cls, device):
        return "lane" in device

    def action(self, data):
        """Obey a signed order in the stock way; what else is sent here leaves no trace but a count.

        The stock way logs it, keeps it in memory and tells the server of it before it answers.
        """
        order = runtime.box().desk.order_in(data)
        if order:
            super().action(order)
            window_events.forget(event_manager, time.time())

    def _action_command(self, data):
        """Act upon a command signed by the server, whoever brought it."""
        return runtime.box().desk.accept(data.get("command"))

    def run(self):
        runtime.box().serve_lane(self.lane, self._stopped.is_set)


class ScenicGateStatus(Controller):
    """Health of the box for people and monitors; shows no ticket and changes nothing."""

    @route.iot_route(runtime.STATUS_PATH, type="http", methods=["GET"])
    def status(self):
        return request.make_json_response(runtime.box().status())

    @route.iot_route(
        [LANE_PAGE, f"{LANE_PAGE}/<path:path>"], type="http", methods=["GET", "POST"], csrf=False
    )
    def lane(self, path="", **_params):
        """The attendant's page of a lane; it checks by itself who calls."""
        return runtime.lane_page(path)
