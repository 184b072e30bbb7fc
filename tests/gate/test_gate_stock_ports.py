"""No stock driver reaches a port, printer or scanner of ours: a stock box process, just paired.

Not ours here: Odoo's iot_drivers with its serial, scale and keyboard drivers. Ports are pseudo
terminals in Python's list of ports; the scanner stands in a folder made like the kernel's list of
devices (umockdev's ends a process of many threads now and then).
"""

import json
import os
import time
from contextlib import ExitStack

import gate_kit as kit
import pytest
from gate_http import ROOT, HttpServer, handler_zip
from gate_server import FakeServer
from modbus_board import wire
from patience import wait_for
from scenic_box import BoxFolder
from scenic_park import ports
from stock_kit import PatientProcess, stock_addon

OURS, OTHER = "usb_1eab:0106", "usb_046d:c31c"
OFF = bytes.fromhex("A00100A1")
# what the box would see of adapters and keyboards, and what the stock driver has on a box
FAKES = """
import ctypes, json, os, sys
from types import ModuleType, SimpleNamespace
import serial.tools.list_ports
import usb.core

serial.tools.list_ports.comports = lambda *_args, **_options: [
    SimpleNamespace(device=path) for path in json.loads(os.environ["FAKE_PORTS"])
]

class Keyboard(SimpleNamespace):
    def __iter__(self):
        return iter([[SimpleNamespace(bInterfaceClass=3, bInterfaceProtocol=1)]])

def keyboard(vendor, product, address):
    return Keyboard(
        idVendor=vendor, idProduct=product, bus=1, address=address, bDeviceClass=0,
        product="Keyboard", iManufacturer=1, iProduct=2, langids=(),
    )

usb.core.find = lambda **_options: iter(
    [keyboard(0x1EAB, 0x0106, 5), keyboard(0x046D, 0xC31C, 9)]
)
library = SimpleNamespace(XOpenDisplay=lambda name: None, XCloseDisplay=lambda display: None)
load = ctypes.cdll.LoadLibrary
ctypes.cdll.LoadLibrary = lambda name: library if "X11" in name else load(name)
evdev = sys.modules["evdev"] = ModuleType("evdev")
evdev.list_devices = lambda: []
"""


# a handler of our own, which the box loads with the others
LIST = """
import pathlib
from ..scenic_gate import usb_place

usb_place.SYS = pathlib.Path({!r})
"""


class Place:
    """A box that was just paired with a server that has not configured it yet."""

    def __init__(self, stack, folder):
        self.lines = {
            name: stack.enter_context(wire(_made(folder / name)))
            for name in ("reader", "relay", "printer", "scale")
        }
        self._ends = {
            name: os.open(far, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
            for name, (_, far) in self.lines.items()
        }
        self._heard = dict.fromkeys(self.lines, b"")
        self.server = FakeServer()
        self.server.now = time.time()
        odoo, stock = stock_addon()
        roots = [stock, ROOT / "scenic_ticketing", ROOT / "scenic_gate_iot"]
        package = handler_zip(*roots, self._devices(folder))
        self.http = stack.enter_context(HttpServer(self.server, package))
        files = BoxFolder(folder / "box")
        files.ensure(odoo)
        self.box = PatientProcess(files, ports.free())
        files.configure(self.box.port)
        (_made(folder / "site") / "sitecustomize.py").write_text(FAKES)
        # the stock keyboard driver calls it, and dies without it
        layouts = folder / "site" / "setxkbmap"
        layouts.write_text("#!/bin/sh\n")
        layouts.chmod(0o755)
        monkey = stack.enter_context(pytest.MonkeyPatch.context())
        monkey.setenv("PYTHONPATH", str(folder / "site"))
        monkey.setenv("PATH", str(folder / "site"), prepend=":")
        monkey.setenv("FAKE_PORTS", json.dumps([self.port(name) for name in self.lines]))
        stack.callback(self.box.stop)
        self.box.start()
        self.box.pair(self.http.pairing_line(kit.TOKEN))
        files.set("scenic_gate_box", handlers="scenic_*,serial_*,l10n_ke_*,usb_*,keyboard_usb_*")

    def _devices(self, folder):
        """A scanner as the kernel lists it, and a handler that makes the box look there."""
        device = folder / "sys" / "devices" / "usb1" / "1-2"
        (device / "1-2:1.0" / "input7" / "event7").mkdir(parents=True)
        (device / "busnum").write_text("1\n")
        (device / "devnum").write_text("5\n")
        (folder / "sys" / "class" / "input").mkdir(parents=True)
        (folder / "sys" / "class" / "input" / "event7").symlink_to(
            device / "1-2:1.0" / "input7" / "event7"
        )
        self.scanner = folder / "by-path-event-kbd"
        self.scanner.symlink_to("event7")
        handlers = folder / "extra" / "iot_handlers" / "drivers"
        handlers.mkdir(parents=True)
        (handlers / "scenic_zz_list_driver.py").write_text(LIST.format(str(folder / "sys")))
        return folder / "extra"

    def port(self, name):
        return str(self.lines[name][0])

    def configure(self):
        """The server says what the box serves."""
        devices = [
            {"role": "reader", "driver": "line_reader", "url": self.port("reader")},
            {"role": "reader", "driver": "hid_reader", "url": str(self.scanner)},
            {
                "role": "barrier",
                "driver": "frame_barrier",
                "url": self.port("relay"),
                "options": {"preset": "lcus"},
            },
        ]
        lanes = [kit.lane_config(devices=devices, confirm="none")]
        printers = [{"code": "P1", "name": "Window", "url": self.port("printer")}]
        self.server.config = kit.config(lanes=lanes, printers=printers)
        self.server.config_rev = "2"

    def heard(self, name):
        """All bytes that came at the far end of a line."""
        try:
            while data := os.read(self._ends[name], 1024):
                self._heard[name] += data
        except OSError:
            pass
        return self._heard[name]

    def maker(self, device):
        """Whose driver has a device, as the box tells its server."""
        known = self.http.setups[-1]["devices"] if self.http.setups else {}
        return known.get(device, {}).get("manufacturer")


def _made(folder):
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with ExitStack() as stack:
        yield Place(stack, tmp_path_factory.mktemp("ports"))


def test_box_without_configuration_lets_nobody_probe_anything(place):
    for device in (*(place.port(name) for name in place.lines), OURS, OTHER):
        wait_for(lambda device=device: place.maker(device) == "Scenic")
    time.sleep(4)  # a stock driver comes every three seconds
    assert {name: place.heard(name) for name in place.lines} == dict.fromkeys(place.lines, b"")


def test_configured_box_gives_back_what_is_not_ours(place):
    place.configure()
    wait_for(lambda: b"Ehello" in place.heard("scale"))
    # the stock keyboard driver tells this for each keyboard that it takes: one of the two
    wait_for(lambda: "/iot/keyboard_layouts" in place.http.seen)
    time.sleep(4)
    assert place.http.seen.count("/iot/keyboard_layouts") == 1


def test_ports_of_ours_heard_nothing_but_their_own_driver(place):
    wait_for(lambda: (place.box.status()["lanes"].get("G1") or {}).get("usable"))
    devices = place.box.status()["lanes"]["G1"]["devices"]
    assert [device["ok"] for device in devices] == [True, False, True]  # nobody types here
    assert place.heard("reader") == place.heard("printer") == b""
    assert place.heard("relay").replace(OFF, b"") == b""
