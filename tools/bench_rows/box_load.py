"""box-load: all tickets of a holiday onto a new box, over the real sync with a real server."""

import json
import shutil
import sys

from scenic_park.bench import Bench, Row, interleaved, median
from scenic_tools import paths, shell

from . import bulk, gate

ROWS = ("box-load",)
FLOOR = "the same rows into the same table of SQLite, in the same portions"
REPEATS = 3
TARGET = 20.0


def measure(bench: Bench) -> list[Row]:
    tickets = bench.size(200_000, 10_000)
    with bench.park() as name:
        with bench.environment(name) as env:
            token = gate.pair(env)
            gate.issue(env, 1)
        bulk.list_tickets(name, tickets - 1)
        with bench.environment(name) as env:
            env["scenic.ticket.change"]._seed()
        with bench.server(name) as (address, _server):
            box = Box(bench.work / "load", f"http://127.0.0.1:{address.http}", token, name)
            box.load()  # the server publishes the changes, and has met the code
            works = {"load": box.load, "floor": box.insert}
            seconds = interleaved(works, REPEATS)
    if box.aboard != tickets:
        raise AssertionError(f"{box.aboard} tickets came aboard, not {tickets}")
    figure, floor = (median(seconds[work]) / tickets * 1e6 for work in ("load", "floor"))
    detail = {
        "tickets_per_s": round(1e6 / figure),
        "seconds": round(median(seconds["load"]), 2),
        "exchanges": box.exchanges,
        "floor": FLOOR,
        "repeats": REPEATS,
    }
    return [Row("box-load", "us a ticket", figure, floor, TARGET, tickets, detail)]


class Box:
    """A box that is made anew for each load, in a process of its own."""

    def __init__(self, place, server: str, token: str, database: str):
        self.place = place
        self.told = {"server": server, "token": token, "database": database}
        self.told |= {"box": gate.IDENTIFIER}
        self.aboard = self.exchanges = 0

    def _run(self, work: str) -> dict:
        command = [sys.executable, "-m", "bench_rows.load_process", work, self.place]
        command.append(json.dumps(self.told))
        return json.loads(shell.output_of(command, cwd=paths.ROOT / "tools"))

    def load(self) -> float:
        shutil.rmtree(self.place, ignore_errors=True)
        seen = self._run("load")
        self.aboard, self.exchanges = seen["tickets"], seen["exchanges"]
        return seen["seconds"]

    def insert(self) -> float:
        return self._run("floor")["seconds"]
