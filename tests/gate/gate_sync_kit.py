"""A sync between an engine and the fake server."""

import secrets

import gate_kit as kit
from gate_server import PAIRING
from iot_handlers.scenic_gate.commands import CommandDesk
from iot_handlers.scenic_gate.sync import Sync


def synced(engine, server, clock=None):
    """Return (server, sync); nothing is exchanged yet."""
    clock = clock or kit.FakeClock()
    desk = CommandDesk(engine.store, clock, lambda: (kit.TOKEN, kit.BOX), lambda *_: False)
    return server, Sync(
        engine, desk, clock, server, lambda: PAIRING, lambda: secrets.token_hex(16), dict
    )
