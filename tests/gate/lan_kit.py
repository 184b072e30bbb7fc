"""Boxes of one site in one process, on a network that does what the test says."""

import secrets
from pathlib import Path

import gate_kit as kit
from gate_kit import NOW, ZONE
from hand_kit import Hand, door, hands
from iot_handlers.scenic_gate import facts
from iot_handlers.scenic_gate.config import parse
from iot_handlers.scenic_gate.engine import Engine
from iot_handlers.scenic_gate.lan_desk import LanDesk
from iot_handlers.scenic_gate.store import Store

KEY = "5a" * 32
EVERYWHERE = 0xFFFF
HANDHELDS = (91, 92)


def lan_config(box, boxes, port=7469, budget_ms=25, **hosts):
    """Member `lan` of the configuration of `box`; `boxes`: {number: entrances}."""
    return {
        "key": KEY,
        "box": box,
        "port": port,
        "entrances": boxes[box],
        "budget_ms": budget_ms,
        "peers": [
            {"box": number, "name": f"Box {number}", "host": hosts.get(f"b{number}", "127.0.0.1"),
             "port": port, "entrances": mask}
            for number, mask in boxes.items()
            if number != box
        ],
    }  # fmt: skip


class Box:
    """Engine and desk of one box on a `Net`."""

    def __init__(self, net, number, path=":memory:"):
        self.net, self.number = net, number
        self.boxes = net.boxes
        self.store = Store(Path(path), secrets.token_hex)
        self.boot()

    def boot(self):
        """Start, or start again with the same database."""
        self.engine = Engine(self.store, lambda: secrets.token_hex(16))
        self.lane = f"L{self.number}"
        self.engine.configure(self.config())
        self.engine.trusted = self.engine.online = True
        self.engine.contact = NOW
        self.engine.recover(NOW)
        self.desk = LanDesk(
            self.engine, secrets.token_bytes(8), lambda: NOW + self.net.t, lambda: self.net.t,
            lambda box, data, _source=None: self.net.send(self.number, box, data),
        )  # fmt: skip
        self.desk.open_line = lambda: NetLine(self.net, self.number)
        self.desk.configure(self.engine.config.lan)
        self.door = door(self)

    def config(self):
        lan = lan_config(self.number, self.boxes) | {"hands": hands(*HANDHELDS)}
        return parse(kit.config(lanes=[kit.lane_config(self.lane)], lan=lan))

    def follow(self, boxes):
        """Get another list of boxes from the server, {number: entrances}."""
        self.boxes = boxes
        config = self.config()
        self.desk.configure(config.lan)
        self.engine.configure(config)

    def scan(self, serial=1, at=600.0, **fields):
        return self.engine.scan(self.lane, kit.code(serial, **fields), NOW + at)

    def release(self, outcome, pax=1, at=601.0):
        self.engine.record(facts.RELEASED, self.lane, NOW + at, of=outcome, pax=pax)

    def list(self, *rows, cursor=1):
        self.engine.snapshot.apply(rows, cursor)

    def modes(self):
        return [f["mode"] for f in self.engine.journal.facts(0, 999) if f["kind"] == "reserved"]

    def used(self, serial=1):
        """Persons this box thinks have used a ticket."""
        with self.store.lock:
            self.engine._row = self.engine.row_of(kit.uid(serial))
            return self.engine.past_of(kit.uid(serial), ZONE, False).used


class NetLine:
    """Where a lane waits: the world goes on meanwhile."""

    def __init__(self, net, number):
        self.net, self.number, self.told = net, number, False

    def send(self, box, data):
        self.net.send(self.number, box, data)

    def wait(self, seconds):
        self.told = False
        self.net.wait(self, seconds)

    def tell(self):
        self.told = True

    def close(self):
        pass


class Net:
    """A LAN. `fate(sender, receiver, data)`: the delays (in turns) of the copies to deliver."""

    def __init__(self, boxes, path=lambda number: ":memory:"):
        self.boxes = boxes if isinstance(boxes, dict) else dict.fromkeys(boxes, EVERYWHERE)
        self.t, self.turn = 0.0, 0
        self.fate = lambda sender, receiver, data: (0,)
        self.meanwhile = lambda: None  # what else happens while a box waits
        self.cut = set()  # {(sender, receiver)} that do not reach each other
        self.log, self._wire = [], []
        self.box = {number: Box(self, number, path(number)) for number in self.boxes}

    def hand(self, device=HANDHELDS[0]):
        """A handheld that reaches the boxes which `cut` does not keep it from."""

        def carry(box, body):
            if (device, box) in self.cut:
                return None
            return self.box[box].door.handle_bytes(body)

        return Hand(device, self.boxes, carry)

    def __getitem__(self, number):
        return self.box[number]

    def isolate(self, *groups):
        """Leave only these groups of boxes connected."""
        self.cut = {
            (a, b)
            for a in (*self.boxes, *HANDHELDS)
            for b in (*self.boxes, *HANDHELDS)
            if not any(a in group and b in group for group in groups)
        }

    def send(self, sender, receiver, data):
        self.log.append((sender, receiver, data))
        if (sender, receiver) not in self.cut:
            for delay in self.fate(sender, receiver, data):
                self._wire.append((self.turn + delay, receiver, data))

    def deliver(self):
        """Hand over what is due; True when there was something."""
        self.turn += 1
        due = [item for item in self._wire if item[0] < self.turn]
        self._wire = [item for item in self._wire if item[0] >= self.turn]
        for _turn, receiver, data in due:
            self.box[receiver].desk.handle(data)
        for box in self.box.values():
            box.desk.listen()
        return bool(due or self._wire)

    def wait(self, line, seconds):
        """Stands in for the waiting of a lane: the world goes on, then time does."""
        self.meanwhile()
        self.deliver()
        if not line.told:
            self.t += min(seconds, 0.004)

    def settle(self):
        """Let everybody tell and hear everything."""
        for _ in range(4):
            for box in self.box.values():
                box.desk.tell()
            for _ in range(200):
                if not self.deliver():
                    break

    def pass_time(self, seconds):
        self.t += seconds
