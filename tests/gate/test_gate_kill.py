"""`kill -9` in the middle of a burst: a real process, a real disk, nothing lost or doubled."""

import os
import random
import secrets
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import gate_kit as kit
from gate_server import PAIRING, FakeServer
from iot_handlers.scenic_gate import facts
from iot_handlers.scenic_gate.commands import CommandDesk
from iot_handlers.scenic_gate.sync import Sync
from patience import LIMIT_S

BURST = Path(__file__).with_name("gate_burst.py")
TICKETS = 60


def run_burst(folder, kill_after_lines):
    """Run the burst, kill it after some openings; return what its motor did."""
    process = subprocess.Popen(
        [sys.executable, str(BURST), str(folder), "1", str(TICKETS)], stdout=subprocess.PIPE
    )
    lines = []
    for line in process.stdout:
        lines.append(line.decode().split())
        if len(lines) == kill_after_lines:
            os.kill(process.pid, signal.SIGKILL)
    process.stdout.close()
    assert process.wait(LIMIT_S) in (0, -signal.SIGKILL)
    return lines


def test_kill_9_loses_and_doubles_nothing(tmp_path):
    rng, opened, server = random.Random(20), [], FakeServer()
    for _ in range(7):
        # visitors of the last round come back with the same tickets, as people do
        lines = run_burst(tmp_path, rng.randint(2, 25))
        opened += [line[1:] for line in lines if line[0] == "OPEN"]
    lines = run_burst(tmp_path, None)
    opened += [line[1:] for line in lines if line[0] == "OPEN"]
    assert lines[-1][0] == "DONE"

    engine = kit.engine(tmp_path)
    engine.boot(kit.NOW)
    chain = engine.journal.facts(0, 9999)
    assert facts.first_break(chain, facts.genesis(engine.store.epoch)) is None
    reserved = {f["op"]: f for f in chain if f["kind"] == facts.RESERVED}
    # every motor that moved is covered by a fact, and no ticket moved it twice
    assert {op for op, _ in opened} <= set(reserved)
    assert max(Counter(uid for _, uid in opened).values()) == 1
    assert len({fact["uid"] for fact in reserved.values()}) == len(reserved) == TICKETS
    # every passage has one end, also those that the kill cut off
    ended = Counter(f["op"] for f in chain if f["kind"] in facts.ENDINGS)
    assert ended == Counter(dict.fromkeys(reserved, 1))
    assert [r[0] for r in engine.store.rows("PRAGMA integrity_check")] == ["ok"]
    send_all(engine, server)
    assert server.chain(engine.store.epoch) == chain


def send_all(engine, server):
    """Write everything back over a line that loses every second reply."""
    clock = kit.FakeClock()
    desk = CommandDesk(engine.store, clock, lambda: ("", ""), lambda *_: False)
    sync = Sync(engine, desk, clock, server, lambda: PAIRING, lambda: secrets.token_hex(16), dict)
    for _ in range(4):
        server.lose = ["reply"]
        sync.once()
        sync.once()
