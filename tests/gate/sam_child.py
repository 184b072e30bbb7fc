"""Runs the ID card driver inside umockdev's world; prints what became of it as JSON."""

import json
import sys
import threading

import serial

sys.path[:0] = sys.argv[2:]

from iot_handlers.scenic_gate.credential import Credentials  # noqa: E402
from iot_handlers.scenic_gate.sam_idcard import SamIdCard  # noqa: E402

# umockdev's lines do not tell how much waits in them
serial.Serial.in_waiting = property(lambda self: 0)
seen, done = [], threading.Event()


def on_scan(scan):
    """Keep what a lane would keep."""
    veiled = Credentials(bytes(range(32))).veil(scan)
    seen.append([scan.kind, len(scan), veiled])
    done.set()


reader = SamIdCard(sys.argv[1], {"poll_ms": 50, "timeout_ms": 20_000})
reader.start(on_scan)
done.wait(60)
health = reader.health()
reader.stop()
sys.stdout.write(json.dumps({"seen": seen, "ok": health.ok, "detail": health.detail}))
