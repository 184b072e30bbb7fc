"""Heads that connect to the box by TCP. The head is socat; hostile ones are sockets."""

import selectors
import socket
import subprocess
import threading
from contextlib import contextmanager, suppress

import gate_kit as kit
import pytest
from free_ports import free_port
from fuzzing import examples
from gate_kit import code
from hypothesis import given, settings
from hypothesis import strategies as st
from iot_handlers.scenic_gate import head_listener
from iot_handlers.scenic_gate.device import Ack, DeviceError
from iot_handlers.scenic_gate.devices import Devices
from iot_handlers.scenic_gate.driver_specs import problems
from iot_handlers.scenic_gate.head_listener import Line
from iot_handlers.scenic_gate.tcp_head import HeadCore, TcpHead
from patience import LIMIT_S, wait_for
from terminal_kit import Gate

GOOD, BAD = b"\x06OPEN", b"\x15NO"
ANSWERS = {"good": GOOD.hex(), "bad": BAD.hex()}


class Head:
    """socat between this test and the box, as a head with a TCP client has it."""

    def __init__(self, port):
        self.process = subprocess.Popen(
            ["socat", "-t0.1", "STDIO", f"TCP:127.0.0.1:{port}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )
        self.heard = b""
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while data := self.process.stdout.read(100):
            self.heard += data

    def say(self, data):
        self.process.stdin.write(data if isinstance(data, bytes) else data.encode())

    def close(self):
        with suppress(OSError):
            self.process.stdin.close()
        self.process.wait(LIMIT_S)
        self.process.stdout.close()


@contextmanager
def head(gate):
    made = Head(gate.port)
    try:
        wait_for(lambda: gate.terminal.line)
        yield made
    finally:
        made.close()


@pytest.fixture
def gate(tmp_path):
    # half a line is a code only after a silence that no slow machine makes
    gate = Gate(tmp_path, "terminal", url="tcp://127.0.0.1", gap_ms=20_000, **ANSWERS)
    with gate.at_work():
        yield gate


@pytest.fixture
def beside(tmp_path):
    """A head that only reads, beside another barrier."""
    gate = Gate(tmp_path, "reader", url="tcp://127.0.0.1", **ANSWERS)
    gate.other = kit.FakeBarrier()
    with gate.at_work(gate.other):
        gate.runner.lane.usable = True
        yield gate


def test_a_head_opens_by_the_answer_to_its_code(gate):
    with head(gate) as device:
        gate.usable().idle()
        device.say(code(1) + "\r\n")
        wait_for(lambda: device.heard == GOOD)
        gate.idle()
        assert gate.facts() == [("reserved", "OK"), ("closed", "OK")]
        gate.clock.t += 60
        device.say(code(1) + "\r\n")
        wait_for(lambda: device.heard == GOOD + BAD)
        assert gate.facts()[2:] == [("refused", "E_USED")]
        assert gate.barrier.open(1) is Ack.DONE  # by order of staff
        wait_for(lambda: device.heard == GOOD + BAD + GOOD)
    wait_for(lambda: not gate.runner.lane.usable)
    assert gate.barrier.open(1) is Ack.NOT_SENT


def test_a_head_beside_a_barrier_of_its_own_only_beeps(beside):
    with head(beside) as device:
        device.say(code(1))  # silence ends it
        wait_for(lambda: beside.other.opened == [1])
        wait_for(lambda: device.heard == GOOD)
        beside.idle()
        device.say(b"FOREIGN\n")
        wait_for(lambda: device.heard == GOOD + BAD)
    assert beside.other.opened == [1]


def test_what_frames_a_code_is_told_by_options(tmp_path):
    frame = {"prefix": "vgdecoderesult=", "suffix": "&&"}
    gate = Gate(tmp_path, "terminal", url="tcp://127.0.0.1", **ANSWERS, **frame)
    with gate.at_work(), head(gate) as device:
        gate.usable()
        device.say(f"{code(1)}\r\nvgdecoderesult=&&\r\n")
        wait_for(lambda: gate.terminal.health().dropped == 2)
        device.say(f"vgdecoderesult={code(1)}&&devicenumber=0\r\n")
        wait_for(lambda: device.heard == GOOD)


def test_a_late_answer_opens_nothing_and_uses_no_right(tmp_path):
    gate = Gate(tmp_path, "terminal", url="tcp://127.0.0.1", answer_ms=50, **ANSWERS)
    with gate.at_work(), head(gate) as device:
        gate.usable()
        looks, busy = threading.Event(), threading.Event()
        scan = gate.engine.scan
        gate.engine.scan = lambda *args: looks.set() or busy.wait(LIMIT_S) and scan(*args)

        def too_late():
            if not looks.wait(0.2):  # this machine was so slow that the lane did not even look
                gate.clock.t += 60
                device.say(code(1) + "\r")
            return looks.is_set() and gate.terminal.at.is_over()

        wait_for(too_late)
        busy.set()
        wait_for(lambda: ("released", "E_FAULT") in gate.facts())
        assert GOOD not in device.heard


def test_an_answer_that_does_not_arrive_leaves_the_passage_unknown(gate, monkeypatch):
    with head(gate) as device:
        gate.usable()
        monkeypatch.setattr(Line, "has_arrived", lambda line, seconds: False)
        device.say(code(1) + "\r")
        wait_for(lambda: gate.runner.lane.state.value == "await")
        gate.idle()
        assert [kind for kind, _ in gate.facts()] == ["reserved", "unknown"]


def test_heartbeats_are_answered_and_are_no_code(tmp_path):
    beat = {"heartbeat": "HB", "heartbeat_reply": "4F4B", "heartbeat_s": 0.4}
    gate = Gate(tmp_path, "terminal", url="tcp://127.0.0.1", **ANSWERS, **beat)
    with gate.at_work(), head(gate) as device:
        device.say(b"HB 1\r\n")
        wait_for(lambda: device.heard == b"OK")
        assert gate.facts() == []
        # silence: it is away, and its plug may have been pulled
        wait_for(lambda: not gate.terminal.health().ok)
        assert device.process.wait(LIMIT_S) == 0


# ------------------------------------------------------------------ hostile ones


def connect(gate):
    return socket.create_connection(("127.0.0.1", gate.port), timeout=LIMIT_S)


def test_other_addresses_get_nothing(tmp_path):
    gate = Gate(tmp_path, "terminal", url="tcp://10.9.9.9", **ANSWERS)
    with gate.at_work(), connect(gate) as line:
        with suppress(OSError):
            line.sendall(code(1).encode() + b"\r\n")
            assert line.recv(100) == b""
        assert gate.terminal.listener.counts["stranger"] == 1
        assert gate.facts() == []
        assert not gate.terminal.health().ok


def test_a_head_that_connects_again_takes_its_own_place(gate):
    with connect(gate) as first:
        wait_for(lambda: gate.terminal.line)
        before = gate.terminal.line
        first.sendall(b"half a co")
        with connect(gate) as second:
            wait_for(lambda: gate.terminal.line not in (None, before))
            assert first.recv(10) == b""
            gate.usable()
            second.sendall(code(1).encode() + b"\r")
            assert second.recv(100) == GOOD
            assert gate.terminal.health().ok
    assert gate.terminal.listener.counts["replaced"] == 1


def test_crowds_leave_the_port_open_for_the_head(gate):
    # ever new connections, each with half a line that never ends
    lines = []
    for _ in range(head_listener.MOST * 2):
        lines.append(connect(gate))
        lines[-1].sendall(b"x")
    with head(gate) as device:
        wait_for(lambda: gate.terminal.listener.counts["replaced"] == len(lines))
        gate.usable()
        device.say(code(1) + "\r\n")
        wait_for(lambda: device.heard == GOOD)
    for line in lines:
        line.close()


def test_long_lines_and_floods_are_dropped_and_counted(gate):
    with connect(gate) as line:
        wait_for(lambda: gate.terminal.line)
        gate.usable()
        line.sendall(b"A" * 100_000 + b"\r")
        wait_for(lambda: gate.terminal.health().dropped == 1)
        line.sendall(b"A\r" * 500)
        wait_for(lambda: gate.terminal.health().dropped > 400)
        gate.idle()
        gate.clock.t += 10
        gate.terminal._second = 0.0
        line.sendall(code(1).encode() + b"\r")
        wait_for(lambda: ("reserved", "OK") in gate.facts())


def test_the_port_opens_and_shuts_with_the_configuration(tmp_path):
    one, again = (Gate(tmp_path / name, "reader", url="tcp://127.0.0.1") for name in "ac")
    two = Gate(tmp_path / "b", "reader", url="tcp://10.9.9.9", port=one.port)
    again.terminal.listener = one.terminal.listener
    with two.at_work(kit.FakeBarrier()):
        with one.at_work(kit.FakeBarrier()), connect(one):
            wait_for(lambda: one.terminal.line)
        with connect(one) as line:
            assert line.recv(10) == b""
    wait_for(lambda: _is_refused(one))
    with again.at_work(kit.FakeBarrier()), connect(one):
        wait_for(lambda: again.terminal.health().ok)


def _is_refused(gate):
    try:
        connect(gate).close()
    except ConnectionRefusedError:
        return True
    return False


def test_a_port_that_is_taken_is_told_and_tried_again(tmp_path):
    gate = Gate(tmp_path, "terminal", url="tcp://127.0.0.1", **ANSWERS)
    with socket.create_server(("127.0.0.1", gate.port)):
        gate.terminal.attach()
        wait_for(lambda: gate.terminal.health().detail.startswith(f"port {gate.port}"))
    wait_for(lambda: gate.terminal._bound)
    gate.terminal.detach()


# ----------------------------------------------------------------------- bytes


class Sent(Line):
    """A connection without a wire."""

    def __init__(self, core):
        super().__init__(None, "127.0.0.1", core)
        self.sent = []

    def send(self, data):
        self.sent.append(data)
        return True


@given(st.lists(st.binary(max_size=80), max_size=20), st.sampled_from(["", "HB", "{"]))
@settings(max_examples=examples(200))
def test_any_bytes_give_short_printable_codes_or_nothing(chunks, sign):
    options = {"max_chars": 64, "prefix": sign, "suffix": "}", "heartbeat": "HB", **ANSWERS}
    core, texts = HeadCore("tcp://127.0.0.1", options, opens=True), []
    core.on_scan = texts.append
    line = Sent(core)
    for at, data in enumerate(chunks):
        for text in line.splitter.feed(data, at / 10):
            core.said(line, text)
    for text in texts:
        assert text
        assert len(text) <= 64
        assert text.isprintable()
        assert "}" not in text
    assert line.sent == []


@pytest.mark.parametrize(
    ("options", "role", "option", "problem"),
    [
        ({}, "terminal", "good", "missing"),
        ({"good": "0x"}, "terminal", "good", "hex"),
        ({"allowed_ips": "gate"}, "reader", "allowed_ips", "text"),
        ({"port": 80}, "reader", "port", "whole"),
        ({"sn": "1"}, "reader", "sn", "unknown"),
    ],
)
def test_option_that_no_head_follows_is_named(options, role, option, problem):
    assert [(p.option, p.code) for p in problems("tcp_head", options, role)] == [(option, problem)]


def test_a_head_that_cannot_open_is_no_terminal():
    with pytest.raises(DeviceError, match="good"):
        TcpHead("tcp://127.0.0.1", {})
    assert problems("tcp_head", ANSWERS, "terminal") == problems("tcp_head", {}, "reader") == []
    lane = kit.lane_config(
        devices=[{"name": "H", "role": "terminal", "driver": "tcp_head", "url": "tcp://h"}]
    )
    with pytest.raises(DeviceError):
        Devices().build(kit.parse(kit.config(lanes=[lane])).lanes["G1"])


class HalfLine:
    """A connection on which only a part of what was sent has left."""

    open = True

    def send(self, data):
        return False

    def has_arrived(self, seconds):
        return True


def test_half_an_answer_that_arrived_is_no_opening_that_is_known():
    core = TcpHead("tcp://127.0.0.1", {"port": free_port()} | ANSWERS).core
    core.line = HalfLine()
    assert core.open() is Ack.UNKNOWN


@pytest.mark.parametrize("crowd", [0, head_listener.MOST])
def test_a_connection_is_looked_after_and_one_too_many_is_hung_up_on(crowd):
    core = TcpHead("tcp://127.0.0.1", {"port": free_port()} | ANSWERS).core
    made, lines = head_listener.HeadListener(0), [None] * crowd
    made._heads = [core]
    with (
        socket.create_server(("127.0.0.1", 0)) as door,
        socket.create_connection(door.getsockname()) as device,
        selectors.DefaultSelector() as selector,
    ):
        made._accept(door, selector, lines)
        if crowd:
            assert made.counts["crowded"] == 1
            assert device.recv(1) == b""
            return
        (line,) = lines
        # a head whose plug was pulled is noticed
        assert line.link.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert line.link.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) <= 10
        line.close()
