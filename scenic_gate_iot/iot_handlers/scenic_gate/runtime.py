"""The one gate box of this IoT box process, wired to ``iot_drivers``.

Imported normally, so it exists once. Handler files are executed by the box without being put into
``sys.modules``: a singleton in one of them would exist once per importer.
"""

from __future__ import annotations

import atexit
import logging
import os
import sys
import threading
from pathlib import Path

from odoo import http
from odoo.tools.func import reset_cached_properties

from odoo.addons.iot_drivers.tools import helpers

from . import usb_place
from .box import GateBox
from .lane_page import MAX_BODY, Call, LanePage
from .sync import Pairing
from .transport import HttpTransport

_logger = logging.getLogger(__name__)

DEVICE_PREFIX = "scenic_gate:"
PRINTER_PREFIX = "scenic_printer:"
READER_PREFIX = "scenic_reader:"

STATUS_PATH = "/scenic_gate/status"
ROUTE_CHECKS = 10  # seconds after the start

_lock = threading.Lock()
_box: GateBox | None = None


def home() -> Path:
    """Folder of the database.

    Not below /var, /etc or /tmp (RAM disks on the box image), not below the Odoo folder (cleaned
    when the box changes its branch).
    """
    return Path(os.environ.get("SCENIC_GATE_HOME") or Path.home() / "scenic_gate")


def pairing() -> Pairing | None:
    """Whom the box belongs to, as the stock pairing wrote it."""
    server, token = helpers.get_odoo_server_url(), helpers.get_token()
    if not (server and token):
        return None
    return Pairing(server, token, helpers.get_identifier(), helpers.get_conf("db_name") or "")


def box() -> GateBox:
    """Return the gate box; opens it and starts its threads the first time."""
    global _box
    with _lock:
        if _box is None:
            _box = GateBox(home(), pairing, HttpTransport(), _guard(), _is_pinned)
            _box.start()
            # the end of the process must not leave an output on
            atexit.register(_box.stop)
            _logger.info("Scenic gate box %s with data in %s", _box.store.epoch, home())
        return _box


def _guard():
    """Return what takes bad handlers back; it is loaded before anything that is updated."""
    module = sys.modules.get("odoo.addons.scenic_gate_box.guard")
    return module.installed() if module else None


def _is_pinned() -> bool:
    # otherwise the stock box fetches handlers by itself at every start
    return bool(helpers.get_conf("general", section="devtools"))


_page: LanePage | None = None


def lane_page(path: str) -> http.Response:
    """Answer the request under way with the attendant's page."""
    global _page
    gate = box()
    with _lock:
        if _page is None:
            _page = LanePage(gate)
    asked = http.request.httprequest
    peer = asked.remote_addr or ""
    # only the web server of the box itself may say whom it speaks for, and that it has spoken TLS
    local = peer in ("127.0.0.1", "::1")
    proxied = local and asked.headers.get("X-Forwarded-Proto") == "https"
    if local:
        peer = asked.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or peer
    call = Call(
        method=asked.method,
        path=path,
        headers=asked.headers,
        body=asked.get_data() if (asked.content_length or 0) <= MAX_BODY else b" " * (MAX_BODY + 1),
        peer=peer,
        secure=asked.scheme == "https" or proxied,
    )
    reply = _page.handle(call)
    return http.Response(reply.body, status=reply.status, headers=list(reply.headers.items()))


def devices() -> dict[str, dict]:
    """Lanes as devices of the IoT box; from the kept configuration, so they exist offline."""
    return {
        DEVICE_PREFIX + code: {"lane": code, "name": lane.name}
        for code, lane in box().lanes.items()
    }


def readers() -> dict[str, dict]:
    """Card readers of windows as devices of the IoT box, like the printers."""
    config = box().engine.config
    return {
        READER_PREFIX + reader.code: {"name": reader.name, "reader": reader}
        for reader in (config.readers if config else ())
    }


def printers() -> dict[str, dict]:
    """Printers as devices of the IoT box; from the kept configuration, like the lanes."""
    config = box().engine.config
    return {
        PRINTER_PREFIX + printer.code: {
            "name": printer.name,
            "url": printer.url,
            "options": dict(printer.options),
        }
        for printer in (config.printers if config else ())
    }


class RouteKeeper:
    """Sees to it that our route exists.

    The stock box forgets its map of routes once the handlers are loaded. A request that had begun
    to build the map before puts it back afterwards, and our routes are missing until a restart: a
    monitor that asks once a second manages that sooner or later.
    """

    def __init__(self) -> None:
        self._left = ROUTE_CHECKS

    def check(self) -> None:
        """Look once; called every second, the first seconds matter."""
        if self._left <= 0:
            return
        self._left -= 1
        if not any(rule.rule == STATUS_PATH for rule in http.root.nodb_routing_map.iter_rules()):
            reset_cached_properties(http.root)


routes = RouteKeeper()


def owns_port(path: str) -> bool:
    """Tell whether a lane or a printer uses this serial port.

    All of them are ours while a box that was just paired has not heard which: other drivers write
    probing bytes to unknown ports, and a relay board may take them for orders.
    """
    return _unsaid() or os.path.realpath(path) in box().serial_ports()


def owns_usb(bus: int, address: int) -> bool:
    """Tell whether a lane uses this USB device as a scanner or a serial port."""
    return _unsaid() or any(
        usb_place.usb_device(path) == (bus, address) for path in box().local_devices()
    )


def _unsaid() -> bool:
    return not box().configured.is_set() and pairing() is not None
