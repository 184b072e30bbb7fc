"""A real box process without Odoo, told by lines of JSON on stdin, answering on stdout.

Argument: data folder, where `config.json` lies. Its server is away from the beginning.
"""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path += [
    str(ROOT / "scenic_ticketing"),
    str(ROOT / "scenic_gate_iot"),
    str(Path(__file__).parent),
]

import gate_kit as kit  # noqa: E402 (the path comes first)
from iot_handlers.scenic_gate import facts, peer_uses  # noqa: E402
from iot_handlers.scenic_gate.config import parse  # noqa: E402

PATIENT_S = 20.0  # a machine that runs other tests too answers late; the law is not about speed


class Orders:
    """What a test may ask of the box."""

    def __init__(self, home):
        self.box = kit.box(home)
        self.engine = self.box.engine
        self.engine.configure(parse(json.loads((home / "config.json").read_text())))
        self.engine.trusted, self.engine.contact = True, kit.NOW
        # the day of the tickets, for housekeeping too
        self.box.clock.now = lambda: kit.NOW + self.box.clock.mono() % 3600
        self.box.start()

    def scan(self, lane, code, t):
        outcome = self.engine.scan(lane, code, t)
        if outcome.op:
            self.engine.record(facts.PASSED, lane, t, of=outcome, pax=outcome.admit)
        return {"reason": outcome.reason.value, "admit": outcome.admit, "op": outcome.op}

    def release(self, lane, code, t):
        outcome = self.engine.scan(lane, code, t)
        if outcome.op:
            self.engine.record(facts.RELEASED, lane, t, of=outcome, pax=outcome.admit)
        return {"reason": outcome.reason.value}

    def list(self, rows, cursor):
        self.engine.snapshot.apply(rows, cursor)

    def peers(self):
        return self.box.lan.status()

    def settled(self, boxes):
        """Keep what was noticed while this machine stands still: these boxes answer, no others."""
        desk = self.box.lan.desk
        desk.alive = lambda number: number in boxes
        desk.config = replace(self.engine.config.lan, budget_s=PATIENT_S)

    def unsettled(self):
        """Notice again who is there."""
        desk = self.box.lan.desk
        vars(desk).pop("alive", None)
        desk.config = self.engine.config.lan

    def knows(self):
        """Numbers of the newest facts of all boxes, as known here."""
        store = self.engine.store
        known = {str(box): seq for (box, _epoch), seq in peer_uses.seen(store).items()}
        return known | {str(self.engine.config.lan.box): self.engine.journal.seq}

    def facts(self):
        self.engine.journal.flush()
        found, after = [], 0
        while page := self.engine.journal.facts(after, 500):
            found += page
            after = page[-1]["seq"]
        return {"epoch": self.engine.store.epoch, "facts": found}


def main():
    orders = Orders(Path(sys.argv[1]))
    os.write(1, b'"ready"\n')
    for line in sys.stdin:
        name, *values = json.loads(line)
        answer = getattr(orders, name)(*values)
        os.write(1, json.dumps(answer).encode() + b"\n")
    orders.box.stop()


if __name__ == "__main__":
    main()
