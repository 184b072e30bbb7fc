"""A handheld in a process of its own, told by lines of JSON on stdin, answering on stdout.

Argument: {box: address} as JSON. Its server is away from the beginning.
"""

import http.client
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path += [
    str(ROOT / "scenic_ticketing"),
    str(ROOT / "scenic_gate_iot"),
    str(Path(__file__).parent),
]

from gate_kit import NOW  # noqa: E402 (the path comes first)
from hand_kit import Hand  # noqa: E402
from iot_handlers.scenic_gate import hand_wire  # noqa: E402

PORT = 7469
# a machine that runs other tests too answers late; the law is not about speed
SETTLED_S, LIMIT_S = 20, 3  # where all that are reached are there, and where some may be cut off
BEAT_S = 0.5


class Phone:
    """What a test may ask of the handheld."""

    def __init__(self, addresses):
        self.addresses = {int(box): address for box, address in addresses.items()}
        self.limit, self.reached = BEAT_S, set()
        self.patience = LIMIT_S
        masks = {box: 1 << box for box in self.addresses}
        self.hand = Hand(91, masks, self.carry)

    def carry(self, box, body):
        line = http.client.HTTPConnection(self.addresses[box], PORT, timeout=self.limit)
        try:
            line.request("POST", hand_wire.PATH, body)
            reply = line.getresponse()
            return reply.read() if reply.status == 200 else None
        except OSError:
            self.reached.discard(box)  # not asked again before the next beat
            return None
        finally:
            line.close()

    def beat(self):
        """Tell each box what it does not know; returns those that answered."""
        self.limit = BEAT_S
        with ThreadPoolExecutor() as pool:
            heard = list(pool.map(self.tell, self.hand.talks))
        self.reached = {box for box in heard if box}
        return sorted(self.reached)

    def tell(self, box):
        talk, seq = self.hand.talks[box], len(self.hand.facts)
        told = talk.say(e=self.hand.epoch, **self.hand.news(talk))
        while told and talk.known < seq:
            told = talk.say(e=self.hand.epoch, **self.hand.news(talk))
        return box if told else None

    def scan(self, serial, t):
        self.limit = self.patience
        told = self.hand.scan(serial, t - NOW, boxes=self.reached)
        return {"reason": told.reason, "admit": told.admit, "op": told.op}

    def settled(self, _boxes):
        self.patience = SETTLED_S

    def unsettled(self):
        self.patience = LIMIT_S

    def facts(self):
        return {"epoch": self.hand.epoch, "facts": self.hand.facts}


def main():
    phone = Phone(json.loads(sys.argv[1]))
    os.write(1, b'"ready"\n')
    for line in sys.stdin:
        name, *values = json.loads(line)
        answer = getattr(phone, name)(*values)
        os.write(1, json.dumps(answer).encode() + b"\n")


if __name__ == "__main__":
    main()
