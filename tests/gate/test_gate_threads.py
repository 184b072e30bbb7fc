"""No thread of a box ends by a mistake: whatever broke once, the lane goes on afterwards."""

import logging
import select
import socket

import gate_kit as kit
import pytest
from free_ports import free_port
from iot_handlers.scenic_gate import bus as gate_bus
from iot_handlers.scenic_gate import house as gate_house
from iot_handlers.scenic_gate import sync as gate_sync
from iot_handlers.scenic_gate import terminal_core
from iot_handlers.scenic_gate import updates as gate_updates
from iot_handlers.scenic_gate.complaints import Complaints
from iot_handlers.scenic_gate.config import parse
from iot_handlers.scenic_gate.line_reader import LineReader
from iot_handlers.scenic_gate.modbus_barrier import ModbusBarrier
from iot_handlers.scenic_gate.modbus_bus import ModbusBus
from iot_handlers.scenic_gate.runner import MOST_WAITING, LaneRunner
from iot_handlers.scenic_gate.store import StoreError
from iot_handlers.scenic_gate.terminal_core import Core
from iot_handlers.scenic_gate.updates import Updates
from lan_kit import lan_config
from modbus_board import tcp_board
from patience import LIMIT_S, wait_for
from test_gate_box import site  # noqa: F401 (a fixture)


class Once:
    """Stands before a function and breaks its first call."""

    def __init__(self, function):
        self._function, self.broken = function, 0

    def __call__(self, *args):
        if not self.broken:
            self.broken = 1
            raise RuntimeError("broken once")
        return self._function(*args)


def test_a_lane_that_broke_is_served_again(site, monkeypatch):  # noqa: F811
    """While it is put together, while it runs, and while it cleans up after that."""
    with site.running():
        build = Once(site.box.devices.build)
        monkeypatch.setattr(site.box.devices, "build", build)
        give_up = Once(LaneRunner._give_up)
        monkeypatch.setattr(LaneRunner, "_give_up", lambda runner: give_up(runner))
        turn = Once(LaneRunner.turn)
        monkeypatch.setattr(LaneRunner, "turn", lambda runner, item: turn(runner, item))
        wait_for(lambda: turn.broken and give_up.broken and build.broken)
        wait_for(lambda: site.status().get("usable"))
        site.reader, _ = site.scanner.accept()
        wait_for(site.listens)
        site.scan(site.code(1))
        wait_for(lambda: "reserved" in site.kinds())


def test_a_device_that_does_not_start_leaves_no_other_on(site, monkeypatch):  # noqa: F811
    start = Once(ModbusBarrier.start)
    monkeypatch.setattr(ModbusBarrier, "start", lambda barrier, tell: start(barrier, tell))
    with site.running(ready=False):
        wait_for(lambda: start.broken)
        wait_for(lambda: site.status().get("usable"))
        # the reader of the first try has hung up, if it ever got through; the last one reads
        wait_for(site.listens)
        readers = [site.scanner.accept()[0]]
        while select.select([site.scanner], [], [], 0)[0]:
            readers.append(site.scanner.accept()[0])
        site.reader = readers[-1]
        site.scan(site.code(1))
        wait_for(lambda: "reserved" in site.kinds())


def test_a_reader_that_stumbles_reads_on(monkeypatch):
    texts, listener = [], socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    reader = LineReader(f"socket://127.0.0.1:{port}", {})
    take = Once(texts.append)
    reader.start(take)
    try:
        with listener:
            listener.settimeout(LIMIT_S)
            first, _ = listener.accept()
            wait_for(lambda: reader.health().ok)  # what comes before is thrown away
            first.sendall(b"ONE\r\n")
            again, _ = listener.accept()
            wait_for(lambda: reader.health().ok)
            again.sendall(b"TWO\r\n")
            wait_for(lambda: texts == ["TWO"])
    finally:
        reader.stop()


@pytest.mark.parametrize("where", ["open_port", "_opened", "lost"])
def test_a_line_that_stumbles_comes_back(monkeypatch, where):
    port = free_port()
    line = ModbusBus(f"tcp://127.0.0.1:{port}", {})
    barrier = ModbusBarrier(line, {"in_entry": 0})
    target = gate_bus if where == "open_port" else barrier if where == "lost" else line
    once = Once(getattr(target, where))
    monkeypatch.setattr(target, where, once)
    barrier.start(lambda signal, count: None)
    try:
        if where == "lost":
            wait_for(lambda: once.broken)
        with tcp_board(port):
            wait_for(lambda: barrier.health().ok)
            assert once.broken
    finally:
        barrier.stop()


def test_a_terminal_that_stumbles_is_watched_on(monkeypatch):
    told = []
    alive = Once(lambda: told.append(1) or False)
    monkeypatch.setattr(Core, "is_alive", lambda core: alive())
    options = {"profile": "vgdecode", "path": "/gate/1", "port": free_port()}
    core = Core("http://127.0.0.1", options, opens=False)
    core.attach()
    try:
        wait_for(lambda: len(told) > 1)
    finally:
        core.detach()


def test_a_scanner_that_floods_takes_no_memory(tmp_path):
    """A line at full speed brings thousands of texts a second, more than any lane looks at."""
    box = kit.box(tmp_path)
    runner = LaneRunner(parse(kit.config()).lanes["G1"], box.engine, box.clock, None)
    for number in range(MOST_WAITING * 3):
        runner.scan(f"noise {number}")
    assert runner._inbox.qsize() == MOST_WAITING
    assert runner.tally.status(box.clock.mono())["lost"] == MOST_WAITING * 2
    box.stop()


def test_a_port_that_was_taken_is_asked_for_again(tmp_path, monkeypatch):
    """Previously boxes never talked to each other if another program had it at the start."""
    monkeypatch.setattr(gate_house, "CHECKPOINT_S", 0.1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("", 0))
        port = other.getsockname()[1]
        box = kit.box(tmp_path)
        box.engine.configure(parse(kit.config(lan=lan_config(1, {1: 1, 2: 1}, port))))
        box.start()
        assert str(port) in box.status()["claims"]["error"]
    try:
        wait_for(lambda: not box.status()["claims"]["error"])
    finally:
        box.stop()


def test_handlers_that_cannot_be_swapped_leave_no_dead_box(tmp_path):
    """The box stops before the guard writes: a full disk then, and nobody would begin anew."""

    class Guard:
        restarts = 0

        def live_hash(self):
            return "old"

        def swap(self, *args):
            raise OSError(28, "No space left on device")

        def _restart(self):
            self.restarts += 1

    guard, box = Guard(), kit.box(tmp_path)
    updates = Updates(box, guard)
    updates._swap("new")
    assert guard.restarts == 1
    assert box.stopping.is_set()


def test_nothing_is_swapped_where_there_is_no_room(tmp_path, monkeypatch):
    box = kit.box(tmp_path)
    monkeypatch.setattr(gate_updates, "ROOM", 1 << 60)
    updates = Updates(box, None)
    updates._swap("new")
    assert (updates.error, box.stopping.is_set()) == ("disk", False)
    box.stop()


def test_what_breaks_again_and_again_is_logged_once_in_a_while(caplog):
    """A disk that is full, and a log on it that gets a traceback twice a second."""
    now = [0.0]
    complaints = Complaints(logging.getLogger("gate.test"), lambda: now[0])

    def broken(text):
        try:
            raise OSError(text)
        except OSError:
            complaints.say("housekeeping")

    for _ in range(500):
        broken("full")
    broken("gone")
    assert len(caplog.records) == 2
    now[0] = 601.0
    broken("full")
    assert len(caplog.records) == 3
    for number in range(200):
        broken(f"cause {number}")
    assert len(complaints._told) <= 64


def test_housekeeping_that_fails_all_the_time_says_so_once(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(gate_house, "FLUSH_S", 0.01)
    box, tries = kit.box(tmp_path), []

    def full():
        tries.append(1)
        raise StoreError("the disk is full")

    monkeypatch.setattr(box.store, "checkpoint", full)
    box.start()
    try:
        wait_for(lambda: len(tries) > 20)
    finally:
        box.stop()
    assert len([record for record in caplog.records if record.exc_info]) == 1


def always(error):
    """A function that breaks in the same way whenever it is called; ``tries`` counts."""

    def broken(*_args):
        broken.tries += 1
        raise RuntimeError(error)

    broken.tries = 0
    return broken


def complaints(caplog):
    return [record for record in caplog.records if record.exc_info]


def test_an_exchange_that_breaks_all_the_time_is_logged_once(tmp_path, monkeypatch, caplog):
    box, once = kit.box(tmp_path), always("exchange")
    monkeypatch.setattr(gate_sync.Sync, "once", lambda sync: once())
    monkeypatch.setattr(gate_sync, "BACKOFF_S", (0.005,))
    box.start()
    try:
        wait_for(lambda: once.tries > 20)
    finally:
        box.stop()
    assert len(complaints(caplog)) == 1


def test_a_lane_that_breaks_with_each_turn_is_logged_once(tmp_path, monkeypatch, caplog):
    box, tick = kit.box(tmp_path), always("turn")
    runner = LaneRunner(parse(kit.config()).lanes["G1"], box.engine, box.clock, None)
    monkeypatch.setattr(runner.test, "tick", tick)
    for _turn in range(20):
        runner.turn(None)
    box.stop()
    assert tick.tries == 20
    assert len(complaints(caplog)) == 1


def test_a_port_that_stays_taken_is_logged_once(tmp_path, caplog):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("", 0))
        box = kit.box(tmp_path)
        port = other.getsockname()[1]
        box.engine.configure(parse(kit.config(lan=lan_config(1, {1: 1, 2: 1}, port))))
        for _again in range(5):
            box._follow_lan(box.engine.config)
        box.stop()
    assert len([record for record in caplog.records if str(port) in record.getMessage()]) == 1


def test_a_line_that_breaks_in_a_new_way_all_the_time_is_logged_once(monkeypatch, caplog):
    opening = always("library")
    monkeypatch.setattr(gate_bus, "open_port", opening)
    monkeypatch.setattr(gate_bus, "RETRY_S", (0.005,))
    barrier = ModbusBarrier(ModbusBus("tcp://127.0.0.1:1", {}), {})
    barrier.start(lambda signal, count: None)
    try:
        wait_for(lambda: opening.tries > 10)
    finally:
        barrier.stop()
    assert len(complaints(caplog)) == 1


def test_a_terminal_that_breaks_all_the_time_is_logged_once(monkeypatch, caplog):
    alive = always("watch")
    monkeypatch.setattr(Core, "is_alive", lambda core: alive())
    monkeypatch.setattr(terminal_core, "WATCH_S", 0.005)
    options = {"profile": "vgdecode", "path": "/gate/1", "port": free_port()}
    core = Core("http://127.0.0.1", options, opens=False)
    core.attach()
    try:
        wait_for(lambda: alive.tries > 10)
    finally:
        core.detach()
    assert len(complaints(caplog)) == 1
