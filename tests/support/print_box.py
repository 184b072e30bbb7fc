"""A stock IoT box process with our handlers and network printers: between a window and paper."""

import sys
import time
from pathlib import Path

import merged_handlers  # noqa: F401  (makes iot_handlers one package)

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "gate"))

import gate_kit as kit  # noqa: E402
from gate_http import HttpServer, handler_zip  # noqa: E402
from gate_server import FakeServer  # noqa: E402
from scenic_box import BoxFolder, BoxProcess  # noqa: E402
from scenic_park import ports  # noqa: E402
from scenic_tools import odoo_source  # noqa: E402

PREFIX, READER_PREFIX = "scenic_printer:", "scenic_reader:"


class PrintBox:
    """The box that drives `printers`, {code: url}, and card `readers`; a context manager."""

    def __init__(self, folder, printers, readers=()):
        listed = [{"code": c, "name": c, "url": url} for c, url in printers.items()]
        server = FakeServer(kit.config(lanes=[], printers=listed, readers=list(readers)))
        server.now = time.time()
        odoo = odoo_source.find()
        stock = next(p / "iot_drivers" for p in odoo.addons_path if (p / "iot_drivers").is_dir())
        roots = [stock, ROOT / "scenic_ticketing", ROOT / "scenic_gate_iot"]
        self.http = HttpServer(server, handler_zip(*roots))
        self.devices = {PREFIX + code for code in printers}
        self.devices |= {READER_PREFIX + reader["code"] for reader in readers}
        files = BoxFolder(Path(folder))
        files.ensure(odoo)
        self.process = BoxProcess(files, ports.free())
        files.configure(self.process.port)

    @property
    def address(self):
        """Where windows reach it."""
        return f"127.0.0.1:{self.process.port}"

    def __enter__(self):
        self.http.__enter__()
        self.process.start()
        self.process.pair(self.http.pairing_line(kit.TOKEN))
        self.process.wait(self._ready, "it has found its printers")
        return self

    def __exit__(self, *error):
        self.process.stop()
        self.http.__exit__(*error)

    def _ready(self):
        known = self.http.setups[-1]["devices"] if self.http.setups else {}
        return self.devices <= known.keys()
