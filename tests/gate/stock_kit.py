"""A stock IoT box of Odoo 19.0 with its server, its lane and its serial lines, for tests."""

import json
import os
import time
import urllib.request

import gate_kit as kit
from free_ports import free_port as port
from gate_http import ROOT, HttpServer, handler_zip
from gate_server import FakeServer
from modbus_board import tcp_board, wire
from patience import LIMIT_S, wait_for
from scenic_box import BoxFolder, BoxProcess
from scenic_tools import odoo_source

# a serial adapter is a line of text for Python's own port list: the box meets our pseudo terminals
FAKE_PORTS = """
import os
from types import SimpleNamespace
import serial.tools.list_ports

def comports(*_args, **_options):
    return [SimpleNamespace(device=path) for path in os.environ["FAKE_PORTS"].split(":")]

serial.tools.list_ports.comports = comports
"""


def stock_addon():
    odoo = odoo_source.find()
    return odoo, next(
        path / "iot_drivers" for path in odoo.addons_path if (path / "iot_drivers").is_dir()
    )


class PatientProcess(BoxProcess):
    """A box on a machine that tests many things at once."""

    start_s, answer_s = 3 * LIMIT_S, LIMIT_S


class Installation:
    """A server that gives handlers, one lane on a serial scanner, and a stock box.

    ``site``: what Python executes first in the process of the box.
    """

    site = FAKE_PORTS
    with_stock_handlers = True

    def __init__(self, stack, folder):
        self.odoo, stock = stock_addon()
        self.ours, self.scanner = stack.enter_context(wire(made(folder / "lane")))
        self.other, self.weight = stack.enter_context(wire(made(folder / "scale")))
        self.modbus = port()
        self.board = stack.enter_context(tcp_board(self.modbus))
        self.server = FakeServer(kit.config(lanes=[self.lane()]))
        self.server.now = time.time()
        roots = [stock] if self.with_stock_handlers else []
        roots += [ROOT / "scenic_ticketing", ROOT / "scenic_gate_iot"]
        self.http = stack.enter_context(HttpServer(self.server, handler_zip(*roots)))
        self.folder = BoxFolder(folder / "box")
        self.folder.ensure(self.odoo)
        self.box = PatientProcess(self.folder, port())
        self.folder.configure(self.box.port)
        site = made(folder / "site")
        (site / "sitecustomize.py").write_text(self.site)
        os.environ["PYTHONPATH"] = str(site)
        os.environ["FAKE_PORTS"] = f"{self.ours}:{self.other}"
        stack.callback(lambda: [os.environ.pop(n) for n in ("PYTHONPATH", "FAKE_PORTS")])
        stack.callback(self.box.stop)

    def lane(self):
        devices = [
            {"name": "QR", "role": "reader", "driver": "line_reader", "url": str(self.ours)},
            {
                "name": "relay",
                "role": "barrier",
                "driver": "modbus_barrier",
                "url": f"tcp://127.0.0.1:{self.modbus}",
                "options": {"in_entry": 0, "timeout_ms": 20_000},
            },
        ]
        # who is let in passes, however long this machine takes for it
        return kit.lane_config(devices=devices, pass_timeout_s=60)

    def scan(self, text):
        with open(self.scanner, "wb", buffering=0) as line:
            line.write(text.encode() + b"\r\n")

    def call(self, path, **params):
        body = json.dumps({"jsonrpc": "2.0", "params": params}).encode()
        request = urllib.request.Request(
            self.box.url + path, body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=LIMIT_S) as reply:
            return json.load(reply)

    def act(self, **data):
        return self.call(
            "/iot_drivers/action",
            session_id="visitor",
            device_identifier="scenic_gate:G1",
            data=data,
        )

    @property
    def handlers(self):
        return self.folder.place / "odoo" / "addons" / "iot_drivers" / "iot_handlers"

    def today(self, serial):
        today = int(time.time() + 8 * 3600 - kit.EPOCH) // 86400
        return kit.code(serial, valid_from=today - 1, valid_days=3, iat=0)

    def somebody_passes(self, serial):
        """A visitor scans a good ticket and walks through."""
        before = self.box.status()["lanes"]["G1"]["last"]["t"]
        with self.board.opening():
            self.scan(self.today(serial))
        self.board.pulse_input(0)

        def seen():
            last = self.box.status()["lanes"]["G1"]["last"]
            return last["t"] > before and last["reason"] == "OK"

        wait_for(seen)


def made(folder):
    folder.mkdir()
    return folder
