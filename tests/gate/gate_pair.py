"""Engine, command desk and sync of one box, against a scripted server, without threads."""

import gate_kit as kit
from gate_kit import NOW
from gate_server import PAIRING
from iot_handlers.scenic_gate.clock import Clock
from iot_handlers.scenic_gate.commands import CommandDesk
from iot_handlers.scenic_gate.sync import Sync


class Box:
    """Engine, desk and sync of a box, with a lane that obeys at once."""

    def __init__(self, folder, server):
        self.engine = kit.engine(folder)
        self.engine.online = False
        self.server, self.orders = server, []
        self.clock = Clock(0, lambda: NOW, lambda: 0.0)
        self.desk = CommandDesk(
            self.engine.store, self.clock, lambda: (kit.TOKEN, kit.BOX), self.obey
        )
        self.pairing = PAIRING
        self.sync = Sync(
            self.engine,
            self.desk,
            self.clock,
            server,
            lambda: self.pairing,
            lambda: kit.secrets.token_hex(16),
            lambda: {"version": "test"},
        )

    def obey(self, order, answer):
        if order["lane"] != "G1":
            return False
        self.orders.append(order["action"])
        answer("done")
        return True

    def get(self, key):
        return self.engine.store.get(key)
