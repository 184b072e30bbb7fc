"""A box process that admits a burst of visitors and says so on stdout; to be killed.

Arguments: data folder, first serial, number of tickets. Each line "OPEN op uid" is written where
the motor would move: after the decision, straight to the pipe.
"""

import os
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path += [
    str(ROOT / "scenic_ticketing"),
    str(ROOT / "scenic_gate_iot"),
    str(Path(__file__).parent),
]

import gate_kit as kit  # noqa: E402 (the path comes first)
from iot_handlers.scenic_gate import facts  # noqa: E402


def say(text):
    os.write(1, text.encode() + b"\n")


def visitors(engine, lane, serials):
    for serial in serials:
        outcome = engine.scan(lane, kit.code(serial), kit.NOW)
        if outcome.op:
            say(f"OPEN {outcome.op} {outcome.uid}")
            if serial % 3:
                engine.record(facts.PASSED, lane, kit.NOW, of=outcome, pax=1)
        else:
            say(f"SHUT {outcome.reason} {serial}")


def main():
    folder, first, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    engine = kit.engine(folder, lanes=[kit.lane_config(f"L{i}") for i in range(4)])
    say(f"BOOT {engine.boot(kit.NOW)} -")
    lanes = [
        threading.Thread(
            target=visitors, args=(engine, f"L{i}", range(first + i, first + count, 4)), daemon=True
        )
        for i in range(4)
    ]
    for lane in lanes:
        lane.start()
    while any(lane.is_alive() for lane in lanes):
        engine.journal.flush()
        time.sleep(0.01)
    say("DONE - -")


if __name__ == "__main__":
    main()
