"""No thread of a box ends by a mistake: whatever broke once, the lane goes on afterwards."""

import socket

import pytest
from iot_handlers.scenic_gate import bus as gate_bus
from iot_handlers.scenic_gate.line_reader import LineReader
from iot_handlers.scenic_gate.modbus_barrier import ModbusBarrier
from iot_handlers.scenic_gate.modbus_bus import ModbusBus
from iot_handlers.scenic_gate.runner import LaneRunner
from iot_handlers.scenic_gate.terminal_core import Core
from modbus_board import tcp_board, wait_for
from test_gate_box import free_port, site  # noqa: F401 (a fixture)


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
        # the first one has hung up, the second one reads
        readers = [site.scanner.accept()[0] for _ in range(2)]
        site.reader = readers[-1]
        wait_for(site.listens)
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
            first, _ = listener.accept()
            first.sendall(b"ONE\r\n")
            again, _ = listener.accept()
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
