"""Real sockets between two boxes: the lane that asks hears its answer itself, or is told of it."""

import threading

import pytest
from gate_kit import NOW, code
from iot_handlers.scenic_gate import lan as lan_module
from iot_handlers.scenic_gate import lan_ask, udp
from lan_sockets import free_port, make_box
from patience import LIMIT_S, wait_for
from test_gate_claim import serial_owned_by

ASKER, OWNER = 2, 1
SERIAL = serial_owned_by(OWNER, (1, 2))


@pytest.fixture
def boxes(tmp_path, monkeypatch):
    monkeypatch.setattr(lan_ask, "ALIVE_S", LIMIT_S)
    ports = {1: free_port(), 2: free_port()}
    # no box waits so long for another in a park
    made = {n: make_box(tmp_path / str(n), n, ports, budget_s=LIMIT_S) for n in ports}
    wait_for(lambda: all(box.lan.desk.is_settled for box in made.values()))
    yield made
    for box in made.values():
        box.stop()


@pytest.fixture
def heard_by(boxes, monkeypatch):
    """Names of the threads of the asking box in which answers arrived."""
    names, plain = [], boxes[ASKER].lan.desk._hear_answer

    def hear(packet):
        names.append(threading.current_thread().name)
        plain(packet)

    monkeypatch.setattr(boxes[ASKER].lan.desk, "_hear_answer", hear)
    return names


def ask(boxes, serial=SERIAL):
    """Scan at the box that is not the owner; the mode of the fact: offline, or degraded."""
    engine = boxes[ASKER].engine
    assert engine.scan(f"L{ASKER}", code(serial), NOW + 600).op
    return engine.journal.facts(engine.journal.seq - 1, 1)[0]["mode"]


def test_the_lane_hears_its_answer_itself(boxes, heard_by):
    assert ask(boxes) == "offline"
    assert heard_by == [threading.current_thread().name]


def test_an_answer_to_the_common_port_is_told_to_the_lane(boxes, heard_by, monkeypatch):
    """An owner of an older version answers to the address in its configuration."""
    desk, plain, asked = boxes[OWNER].lan.desk, boxes[OWNER].lan.desk.send, []

    def send(box, datagram, source=None):
        asked.append(source)
        plain(box, datagram)

    monkeypatch.setattr(desk, "send", send)
    assert ask(boxes) == "offline"
    assert heard_by == ["scenic claims"]
    # told, not woken by the end of half of its patience: it would have asked a second time
    assert sum(source is not None for source in asked) == 1


def test_a_firewall_that_knows_one_port_costs_half_of_the_time(boxes, heard_by, monkeypatch):
    lan, listed = boxes[OWNER].lan, boxes[ASKER].engine.config.lan.port
    plain, asker, late = lan._port.send, boxes[ASKER].lan.desk, []
    mono = asker.mono
    monkeypatch.setattr(asker, "mono", lambda: mono() + sum(late))

    def send(address, datagram):
        if address[1] == listed:
            plain(address, datagram)
        else:
            late.append(LIMIT_S / 2)  # half of the time goes by
            plain(address, b"")

    monkeypatch.setattr(lan._port, "send", send)
    assert ask(boxes) == "offline"
    assert heard_by == ["scenic claims"]


def test_answers_go_to_the_host_in_the_configuration_only(boxes, monkeypatch):
    lan, sent = boxes[OWNER].lan, []
    monkeypatch.setattr(lan._port, "send", lambda address, datagram: sent.append(address))
    listed = ("127.0.0.1", boxes[ASKER].engine.config.lan.port)
    lan._send(ASKER, b"", ("127.0.0.1", 5))
    lan._send(ASKER, b"", ("127.0.0.2", 5))
    lan._send(ASKER, b"")
    assert sent[-3:] == [("127.0.0.1", 5), listed, listed]


def test_a_box_that_can_open_no_file_asks_from_the_common_port(boxes, heard_by, monkeypatch):
    def no_port():
        raise OSError("too many open files")

    boxes[ASKER].lan._lines.clear()
    monkeypatch.setattr(lan_module, "OwnLine", lambda *_: no_port())
    assert ask(boxes) == "offline"
    assert heard_by == ["scenic claims"]


def test_a_line_that_is_given_back_after_the_end_is_closed(boxes):
    lan = boxes[ASKER].lan
    line = lan._open_line()
    lan.stop()
    line.close()
    assert line.port._socket.fileno() == -1


def test_a_line_is_used_again_and_what_came_too_late_is_forgotten(boxes):
    assert ask(boxes) == "offline"
    (line,) = boxes[ASKER].lan._lines
    for datagram in (b"", b"noise"):
        boxes[OWNER].lan._port.send(("127.0.0.1", line.port.number), datagram)
    assert ask(boxes, serial_owned_by(OWNER, (1, 2), skip=1)) == "offline"
    assert boxes[ASKER].lan._lines == [line]


def test_who_waits_is_woken_by_another_thread():
    began, heard, done = threading.Event(), [], []
    line = udp.OwnLine(lambda *_: None, lambda *told: heard.append(told), done.append)

    def wait():
        line.open()
        line.tell()  # by itself: nothing is left for the next question
        began.set()
        line.wait(3 * LIMIT_S)

    lane = threading.Thread(target=wait, daemon=True)
    lane.start()
    assert began.wait(LIMIT_S)
    line.tell()
    lane.join(LIMIT_S)
    assert not lane.is_alive()
    assert line.port.hear(0) is None  # neither the empty datagram nor a second one
    assert heard == []
    line.close()
    assert done == [line]
    line.port.close()


def test_what_cannot_be_sent_is_lost_and_nobody_is_told():
    port = udp.Port()
    for place in (("255.255.255.255", 9), ("127.0.0.1", 0)):  # refused by the system
        with pytest.raises(OSError, match=r"\[Errno"):
            port._socket.sendto(b"x", place)
        port.send(place, b"x")
    port.close()
    port.send(("127.0.0.1", port.number), b"x")
