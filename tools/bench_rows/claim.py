"""claim: a box asks the owner of a ticket over UDP, who decides and writes before it answers."""

import json
import shutil
import sys

from scenic_park.bench import Bench, Row
from scenic_tools import paths, shell

from .box_decision import lay_handlers

ROWS = ("claim", "claim-p99")
FLOOR = "UDP echo of a process that makes one SQLite commit first (WAL, synchronous=FULL)"


def measure(bench: Bench) -> list[Row]:
    place = bench.work / "claim"
    shutil.rmtree(place, ignore_errors=True)
    lay_handlers(place)
    claims = bench.size(2000, 300)
    command = [sys.executable, "-m", "bench_rows.claim_process", "ask", place, claims]
    seen = json.loads(shell.output_of(command, cwd=paths.ROOT / "tools"))
    about = {"floor": FLOOR, "network": "loopback", "unanswered": seen["unanswered"]}
    return [
        Row("claim", "ms", seen["claim_ms"], seen["floor_ms"], 3.0, claims, about),
        Row(
            "claim-p99",
            "ms",
            seen["claim_p99_ms"],
            None,
            25.0,
            claims,
            about | {"floor_p99_ms": seen["floor_p99_ms"]},
        ),
    ]
