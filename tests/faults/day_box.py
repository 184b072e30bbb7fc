"""One box of the random day: the real box without Odoo, in a process that may be killed.

`python day_box.py CONFIG`: CONFIG (JSON) has home, server, token, box, database, offset
and lan_cut. The lanes' times are shortened and the pauses
between attempts to reach the server too: a day of 20,000 visitors takes minutes here. Each line on
standard input changes offset, by which the clock of the host is wrong, or lan_cut, whether the
cable to the other boxes is out.
"""

import json
import logging
import signal
import sys
import threading
import time
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "scenic_ticketing"), str(ROOT / "scenic_gate_iot")]

from iot_handlers.scenic_gate import box as box_module  # noqa: E402 (the path comes first)
from iot_handlers.scenic_gate import sync, transport  # noqa: E402
from iot_handlers.scenic_gate.clock import Clock  # noqa: E402
from iot_handlers.scenic_gate.lan import Lan  # noqa: E402
from iot_handlers.scenic_gate.lan_desk import LanDesk  # noqa: E402
from iot_handlers.scenic_gate.sync import Pairing  # noqa: E402

# what a lane of the day is told beside what the server says
LANE = {"pass_timeout_s": 0.4, "settle_s": 0.05, "quiet_s": 0.2, "queue_s": 3.0}


class Wall:
    """The clock of the host, wrong by ``offset`` seconds."""

    def __init__(self, offset):
        self.offset = offset

    def __call__(self):
        return time.time() + self.offset


class Cable:
    """What connects the box to the others of its site."""

    def __init__(self, is_cut):
        self.is_cut = is_cut
        for owner, name in ((Lan, "_send"), (LanDesk, "handle")):
            setattr(owner, name, self._when_in(getattr(owner, name)))

    def _when_in(self, carry):
        return lambda *args: None if self.is_cut else carry(*args)


def follow(lines, wall, cable):
    for line in lines:
        told = json.loads(line)
        wall.offset = told.get("offset", wall.offset)
        cable.is_cut = told.get("lan_cut", cable.is_cut)


def shorten():
    """Let a day pass in minutes."""
    plain = sync.parse

    def parse(data):
        lanes = [lane | LANE for lane in data["lanes"]]
        return plain(data | {"lanes": lanes})

    sync.parse = box_module.parse = parse
    sync.BACKOFF_S = (0.3, 0.6, 1.0, 1.5)
    transport.CONNECT_S, transport.READ_S = 1.0, 8.0


def serve(box, stopped):
    """Start a thread for each lane as soon as it is configured, as the stock box does."""
    threads = {}
    while not stopped.wait(0.05):
        for code in box.lanes.keys() - threads.keys():
            threads[code] = threading.Thread(
                target=box.serve_lane, args=(code, stopped.is_set), daemon=True
            )
            threads[code].start()
    for thread in threads.values():
        thread.join(5)


def main(config):
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s")
    wall, stopped = Wall(config["offset"]), threading.Event()
    cable = Cable(config["lan_cut"])
    shorten()
    box_module.Clock = partial(Clock, wall=wall)
    pairing = Pairing(config["server"], config["token"], config["box"], config["database"])
    box = box_module.GateBox(Path(config["home"]), lambda: pairing, transport.HttpTransport())
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    threading.Thread(target=follow, args=(sys.stdin, wall, cable), daemon=True).start()
    box.start()
    print("ready", flush=True)
    serve(box, stopped)
    box.stop()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
