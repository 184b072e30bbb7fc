"""box-decision: scan to durable GREEN with 200,000 tickets aboard; memory, refunds by delta."""

import json
import shutil
import sys

from scenic_park.bench import Bench, Row
from scenic_tools import paths, shell

ROWS = ("box-decision", "box-decision-p99", "box-memory", "box-revocations")
FLOOR = "Ed25519 verify + one SQLite commit (WAL, synchronous=FULL)"


def measure(bench: Bench) -> list[Row]:
    place = bench.work / "box"
    shutil.rmtree(place, ignore_errors=True)
    lay_handlers(place)
    tickets, scans = bench.size(200_000, 20_000), bench.size(2000, 300)
    command = [sys.executable, "-m", "bench_rows.box_process", place, tickets, scans]
    seen = json.loads(shell.output_of(command, cwd=paths.ROOT / "tools"))
    about = {"tickets_aboard": tickets, "floor": FLOOR, "repeats": seen["repeats"]}
    return [
        Row("box-decision", "ms", seen["scan_ms"], seen["floor_ms"], 2.0, scans, about),
        Row("box-decision-p99", "ms", seen["scan_p99_ms"], None, 20.0, scans, about),
        Row(
            "box-memory",
            "MB",
            seen["memory_mb"],
            None,
            120.0,
            tickets,
            {"above": "a bare Python process", "tickets_aboard": tickets},
        ),
        Row(
            "box-revocations",
            "s",
            seen["revoke_s"],
            None,
            10.0,
            seen["revoked"],
            {"tickets_aboard": tickets, "memory_mb_with_the_list_in_hand": seen["revoked_mb"]},
        ),
    ]


def lay_handlers(place) -> None:
    """Lay the two packages side by side, as the box has them after unpacking the handlers."""
    handlers = place / "handlers"
    handlers.mkdir(parents=True)
    for addon, package in (
        ("scenic_ticketing", "scenic_rules"),
        ("scenic_gate_iot", "scenic_gate"),
    ):
        (handlers / package).symlink_to(paths.ROOT / addon / "iot_handlers" / package)
