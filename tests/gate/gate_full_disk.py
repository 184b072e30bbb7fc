"""A gate box whose file may not grow any more: run as ``gate_full_disk.py FOLDER``; prints JSON.

The limit is the kernel's own (RLIMIT_FSIZE): a write beyond it fails, as on a full card.
"""

import json
import os
import resource
import shutil
import signal
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path += [
    str(ROOT / "scenic_ticketing"),
    str(ROOT / "scenic_gate_iot"),
    str(Path(__file__).parent),
]

import gate_kit as kit  # noqa: E402 (the path comes first)
from iot_handlers.scenic_gate.device import Signal  # noqa: E402
from iot_handlers.scenic_gate.runner import Item, LaneRunner  # noqa: E402
from iot_handlers.scenic_gate.store import Store, StoreError  # noqa: E402


def started(folder):
    """Open a copy of the full database, as after a power cut; return its epoch."""
    copy = folder.with_name(folder.name + "-copy")
    shutil.copytree(folder, copy)
    try:
        store = Store(copy / "gate.db", lambda size: "00" * size)
    except StoreError as err:
        return str(err)
    try:
        return store.epoch
    finally:
        store.close()


def main(folder):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    box = kit.box(folder)
    box.engine.configure(kit.parse(kit.config()))
    box.engine.trusted = True
    clock, door = kit.FakeClock(), kit.FakeBarrier()
    box.clock = clock
    runner = LaneRunner(box.engine.config.lanes["G1"], box.engine, clock, door)
    box.runners["G1"] = runner
    runner.turn(Item(Signal.UP.value, (0,)))
    serial, told = 0, {}

    def visit():
        nonlocal serial
        serial += 1
        before = len(door.opened)
        runner.turn(Item("scan", (kit.code(serial),)))
        opened = len(door.opened) - before
        if opened:
            runner.turn(Item(Signal.PASSED.value, (1,)))
        for _ in range(4):
            clock.t += 1
            runner.turn(None)
        box.engine.journal.flush()
        return runner.last.reason, opened

    told["before"] = visit()
    size = max(entry.stat().st_size for entry in os.scandir(folder))
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 8192, resource.RLIM_INFINITY))
    found = []
    while len(found) < 200 and (not found or found[-1][0] == "OK"):
        found.append(visit())
    told["until_full"] = [list(item) for item in found]
    told["full"] = [visit() for _ in range(3)]
    told["epoch"] = box.engine.store.epoch
    told["store"], told["waiting"] = box.status()["store"], box.engine.journal.waiting
    told["used"] = box.engine.store.rows("SELECT count(*) FROM use")[0][0]
    told["starts"] = started(folder)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    told["room"] = visit()
    told["after"] = {"store": box.status()["store"], "waiting": box.engine.journal.waiting}
    told["opened"] = sum(door.opened)
    told["facts"] = box.engine.journal.facts(0, 9999)
    box.runners.clear()  # its clock stands still
    box.stop()
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
