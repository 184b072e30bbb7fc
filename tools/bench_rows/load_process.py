"""The process that bench_rows.box_load measures: a box without devices, and its floor.

`python -m bench_rows.load_process load|floor PLACE PAIRING` prints one JSON object.
"""

import json
import secrets
import sys
import time
from pathlib import Path

from scenic_tools import paths

sys.path += [str(paths.ROOT / "scenic_ticketing"), str(paths.ROOT / "scenic_gate_iot")]

from iot_handlers.scenic_gate.box import GateBox
from iot_handlers.scenic_gate.snapshot import CHUNK
from iot_handlers.scenic_gate.store import Store
from iot_handlers.scenic_gate.sync import Pairing
from iot_handlers.scenic_gate.transport import HttpTransport


def load(place: Path, told: dict) -> dict:
    """Sync until the server has no more."""
    pairing = Pairing(told["server"], told["token"], told["box"], told["database"])
    box = GateBox(place, lambda: pairing, HttpTransport())
    exchanges, more, started = 0, True, time.perf_counter()
    while more:
        more = box.sync.once()
        exchanges += 1
        if box.sync.error:
            raise AssertionError(box.sync.error)
    seconds = time.perf_counter() - started
    seen = {"seconds": seconds, "exchanges": exchanges, "tickets": box.engine.snapshot.count()}
    box.stop()
    return seen


def floor(place: Path) -> dict:
    """Put the rows of the last load into an empty database, durable in the same portions."""
    names = "SELECT name FROM pragma_table_info('ticket')"
    old = Store(place / "gate.db", secrets.token_hex)
    columns = [name for (name,) in old.rows(names)]
    rows = old.rows("SELECT * FROM ticket")
    old.close()
    new = place / "floor.db"
    for path in place.glob("floor.db*"):
        path.unlink()
    store = Store(new, secrets.token_hex)
    marks = ", ".join("?" * len(columns))
    started = time.perf_counter()
    for start in range(0, len(rows), CHUNK):
        with store.transaction() as db:
            db.executemany(f"INSERT INTO ticket VALUES ({marks})", rows[start : start + CHUNK])
    seconds = time.perf_counter() - started
    store.close()
    return {"seconds": seconds}


if __name__ == "__main__":
    work, place = sys.argv[1], Path(sys.argv[2])
    print(json.dumps(load(place, json.loads(sys.argv[3])) if work == "load" else floor(place)))
