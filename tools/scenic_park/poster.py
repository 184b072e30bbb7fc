"""What `make run` tells the person in front of it."""

import fcntl
import os
import threading
from pathlib import Path

from scenic_tools import paths, shell

from . import lanes, ports
from .scene import Scene
from .server import Address

LANES = ("S1", "S2", "N1", "C1", "K1")
# beside the port of the server; a park of another checkout takes other ports by --port
WEBSOCKET, BOX, READERS, BARRIERS = 3, 1, 10, 20
_held = []

POSTER = """
Yunlu Mountain 云麓山 is open:  {url}

  log in as     password      who
  window        window        sells at the south gate: Point of Sale > South Gate window 1
  chuangkou     chuangkou     北门售票员（中文界面）
  gate          gate          gate attendant: Scenic > Lanes
  accountant    accountant    books, recognition, proof
  manager       manager       everything of the park, dashboards
  admin         admin         administrator of Odoo

Show a ticket to a gate, with the number below its QR code (or the text of the QR code):

  tools/scan S1 T123456789012345      S1 S2 South Gate, N1 North Gate, C1 cable car, K1 skywalk

Gate box {box}; its own page: {box_url}
Logs: {logs}
Ctrl-C closes the park.
"""


def lane_devices(port: int) -> list[lanes.LaneDevices]:
    return [
        lanes.LaneDevices(code, port + READERS + number, port + BARRIERS + number)
        for number, code in enumerate(LANES)
    ]


def check_ports(port: int) -> None:
    """Fail before anything is started when somebody else is there already."""
    devices = [place for lane in lane_devices(port) for place in (lane.reader, lane.barrier)]
    for wanted in (port, port + BOX, *devices):
        if ports.in_use(wanted):
            raise shell.SetupError(f"port {wanted} is in use; choose others with --port")


def only_one(path: Path) -> None:
    """Hold a lock until this process ends; fail when a park of this checkout has it."""
    handle = open(path, "w")  # noqa: SIM115 (held for the process's life)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise shell.SetupError("the park of this checkout is running already") from error
    _held.append(handle)


def check_keys() -> None:
    """Fail when the file that the server would sign tickets with is missing."""
    path = Path(os.environ.get("SCENIC_KEY_FILE") or paths.KEY_FILE)
    if not path.exists():
        raise shell.SetupError(
            f"the key file {path} is missing; make one with `python tools/make_keys.py {path}`, or"
            " unset SCENIC_KEY_FILE"
        )


def text(address: Address, scene: Scene) -> str:
    return POSTER.format(
        url=address.url,
        box=scene.box.identifier,
        box_url=scene.box.url,
        logs=scene.children.logs,
    )


def watch(scene: Scene) -> None:
    """Show what happens at the lanes, until a process ends or somebody closes the park."""
    pause = threading.Event()
    with open(scene.hardware.log) as log:
        log.seek(0, os.SEEK_END)
        while True:
            scene.children.check()
            print(log.read(), end="", flush=True)
            pause.wait(0.5)
