"""Terminals that speak HTTP, from the wire to the facts. The device is curl."""

import json
import socket
import threading

import gate_kit as kit
import pytest
from gate_kit import NOW, code, ticket_row
from iot_handlers.scenic_gate import device_http, http_listener, terminal_ask
from patience import LIMIT_S, wait_for
from terminal_kit import PERSON, Gate, HikDevice, blocked, curl

VG = "vgdecoderesult={}&&devicenumber=0&&otherparams="


def connect(gate):
    return socket.create_connection(("127.0.0.1", gate.port), timeout=LIMIT_S)


def hik(serial=7, sub=75, check=True, person="7", **event):
    """An event as Hikvision prints it."""
    return {
        "ipAddress": "10.0.0.8",
        "portNo": 80,
        "protocol": "HTTP",
        "channelID": 1,
        "activePostCount": 1,
        "eventType": "AccessControllerEvent",
        "eventState": "active",
        "eventDescription": "Access Controller Event",
        "AccessControllerEvent": {
            "deviceName": "Access Controller",
            "majorEventType": 5,
            "subEventType": sub,
            "cardReaderNo": 1,
            "employeeNoString": person,
            "serialNo": serial,
            "currentVerifyMode": "cardOrFace",
            "remoteCheck": check,
            **event,
        },
    }


# ------------------------------------------------------------------ QR head


@pytest.fixture
def head(tmp_path):
    gate = Gate(tmp_path, "terminal", profile="vgdecode", path="/vg/1", number="0")
    with gate.at_work():
        yield gate.usable()


def test_a_head_opens_by_the_answer_to_its_own_request(head):
    assert curl(head.url("/vg/1"), data=VG.format(code(1))) == (200, "code=0000")
    head.idle()
    assert head.facts() == [("reserved", "OK"), ("closed", "OK")]
    # a copy, much later
    assert curl(head.url("/vg/1"), data=VG.format(code(1))) == (200, "code=0001")
    assert head.facts()[2:] == [("refused", "E_USED")]


def test_a_head_that_repeats_its_request_opens_once(head):
    body = VG.format(code(1))
    assert curl(head.url("/vg/1"), data=body)[1] == "code=0000"
    head.idle()
    head.clock.t = NOW + 1  # within the quiet time: the lane says nothing, the head gets a no
    head.terminal.answer_s = 0.3
    assert curl(head.url("/vg/1"), data=body)[1] == "code=0001"
    head.terminal.answer_s = 10
    head.clock.t = NOW + 5  # the same scan for the engine: good, but a yes would open once more
    assert curl(head.url("/vg/1"), data=body)[1] == "code=0001"
    assert head.runner.last.reason == "SAME_SCAN"
    assert [kind for kind, _ in head.facts()].count("reserved") == 1


def test_a_head_beside_a_barrier_of_its_own_only_beeps(tmp_path):
    gate = Gate(tmp_path, "reader", profile="vgdecode", path="/vg/1")
    barrier = kit.FakeBarrier()
    with gate.at_work(barrier):
        gate.runner.lane.usable = True
        assert curl(gate.url("/vg/1"), data=VG.format(code(1)))[1] == "code=0000"
        assert barrier.opened == [1]
        gate.terminal.answer_s = 0.3  # somebody is in the way: the lane says nothing
        assert curl(gate.url("/vg/1"), data=VG.format("FOREIGN"))[1] == "code=0001"
        assert barrier.opened == [1]


def test_a_raw_code_is_taken_where_the_head_sends_that(tmp_path):
    gate = Gate(tmp_path, "terminal", profile="vgdecode", path="/vg/1", raw=True)
    with gate.at_work():
        gate.usable()
        assert curl(gate.url("/vg/1"), data=code(1))[1] == "code=0000"


def test_an_answer_that_nobody_reads_leaves_the_passage_unknown(head, monkeypatch):
    monkeypatch.setattr(terminal_ask, "READ_S", 0.5)
    monkeypatch.setattr(http_listener, "READ_S", 0.2)
    with socket.create_connection(("127.0.0.1", head.port)) as line:
        body = VG.format(code(1)).encode()
        line.sendall(b"POST /vg/1 HTTP/1.1\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        # the head keeps the line open: nobody knows whether it will read the yes
        wait_for(lambda: head.runner.lane.state.value == "await")
        head.idle()
    assert head.facts()[0] == ("reserved", "OK")
    assert head.facts()[-1][0] == "unknown"


def test_a_yes_that_comes_too_late_uses_no_right(tmp_path):
    gate = Gate(tmp_path, "terminal", profile="vgdecode", path="/vg/1", answer_ms=50)
    with gate.at_work():
        gate.usable()
        busy = blocked(gate)

        def too_late():
            gate.clock.t += 60
            assert curl(gate.url("/vg/1"), data=VG.format(code(1)))[1] == "code=0001"
            return busy.lane_looks.is_set()

        wait_for(too_late)
        busy.set()
        wait_for(lambda: ("released", "E_FAULT") in gate.facts())
        assert gate.engine.scan("G1", code(1), gate.clock.t + 60).reason == "OK"


# --------------------------------------------------------------- who may call


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/vg/1", "vgdecoderesult=&&devicenumber=0", 400),
        ("/vg/1", "nonsense", 400),
        ("/vg/1", VG.replace("devicenumber=0", "devicenumber=9").format("X"), 400),
        ("/vg/1", VG.format("A" * 600), 400),
        ("/vg/1", "A" * 5000, 413),
        ("/vg/2", VG.format("X"), 404),
        ("/iclock/cdata?SN=1", "x", 404),
    ],
)
def test_a_request_of_another_form_is_refused_and_counted(head, path, body, status):
    before = head.terminal.dropped, sum(head.terminal._listener.counts.values())
    assert curl(head.url(path), data=body)[0] == status
    after = head.terminal.dropped, sum(head.terminal._listener.counts.values())
    assert sum(after) == sum(before) + 1
    assert head.facts() == []


def test_other_addresses_are_not_let_in(tmp_path):
    gate = Gate(tmp_path, "terminal", url="http://10.9.9.9", profile="vgdecode", path="/vg/1")
    with gate.at_work():
        assert curl(gate.url("/vg/1"), data=VG.format(code(1))) == (0, "")
        assert gate.terminal._listener.counts["stranger"] == 1
        assert gate.facts() == []


def test_half_a_request_and_a_slow_one_end_by_themselves(head, monkeypatch):
    monkeypatch.setattr(http_listener, "DEADLINE_S", 0.4)
    for start in (b"POST /vg/1 HTT", b"POST /vg/1 HTTP/1.1\r\nContent-Length: 40\r\n\r\nvgdecode"):
        with connect(head) as line:
            line.sendall(start)
            assert line.recv(100) == b""
        with connect(head) as line:
            line.sendall(start)
            line.shutdown(socket.SHUT_WR)
            assert b" 200 " not in line.recv(100)
    # a byte now and then buys no time
    with connect(head) as line:
        drip, hung_up = threading.Event(), False
        for _ in range(int(LIMIT_S / 0.05)):
            try:
                line.sendall(b"P")
            except OSError:
                hung_up = True
                break
            drip.wait(0.05)  # the pace of the slow device itself
        assert hung_up
    monkeypatch.undo()
    assert curl(head.url("/vg/1"), data=VG.format(code(1)))[1] == "code=0000"


def test_many_connections_leave_room_and_one_address_has_few(head):
    lines = [socket.create_connection(("127.0.0.1", head.port)) for _ in range(20)]
    listener = head.terminal._listener
    wait_for(lambda: listener.counts["crowded"] >= 20 - http_listener.MOST_EACH)
    for line in lines:
        line.close()
    wait_for(lambda: curl(head.url("/vg/1"), data=VG.format(code(1)))[1] == "code=0000")


def test_chunks_and_bad_lengths_are_refused(head):
    for header in (b"Transfer-Encoding: chunked", b"Content-Length: -1", b"Content-Length: 1e3"):
        with connect(head) as line:
            line.sendall(b"POST /vg/1 HTTP/1.1\r\n" + header + b"\r\n\r\n0\r\n\r\n")
            assert line.recv(12) in (b"HTTP/1.1 411", b"HTTP/1.1 400")
    assert head.terminal.dropped == 3


def test_the_port_opens_and_shuts_with_the_configuration(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one = Gate(tmp_path / "a", "terminal", profile="vgdecode", path="/vg/1")
    two = Gate(tmp_path / "b", "terminal", profile="vgdecode", path="/vg/2", port=one.port)
    with one.at_work():
        with two.at_work():
            two.usable()
            assert curl(one.url("/vg/2"), data=VG.format(code(1)))[1] == "code=0000"
            one.terminal.answer_s = 0.3  # of a lane whose barrier is not there yet
            assert curl(one.url("/vg/1"), data=VG.format("X"))[1] == "code=0001"
        assert curl(one.url("/vg/2"), data=VG.format("X"))[0] == 404
        assert curl(one.url("/vg/1"), data=VG.format("X"))[0] == 200
    assert curl(one.url("/vg/1"), data=VG.format("X"))[0] == 0


# ----------------------------------------------------------------- Hikvision


@pytest.fixture
def hik_gate(tmp_path):
    with HikDevice() as device:
        gate = Gate(tmp_path, "terminal", url=device.url, profile="hik_isapi", path="/hik/1")
        gate.engine.snapshot.apply([ticket_row(1) | {"c": [PERSON]}], 1)
        gate.device = device
        with gate.at_work():
            yield gate.usable()


def test_a_face_is_decided_by_the_box_and_the_terminal_is_told(hik_gate):
    gate = hik_gate
    assert curl(gate.url("/hik/1"), data=json.dumps(hik()))[0] == 200
    gate.idle(1)
    assert gate.device.checks() == [{"serialNo": 7, "checkResult": "success"}]
    assert gate.facts() == [("reserved", "OK"), ("closed", "OK")]
    # the same event again says nothing new; another one is refused by the box
    curl(gate.url("/hik/1"), data=json.dumps(hik()))
    curl(gate.url("/hik/1"), data=json.dumps(hik(8)))
    wait_for(lambda: len(gate.device.checks()) == 2)
    assert gate.device.checks()[1] == {"serialNo": 8, "checkResult": "failed"}
    assert gate.terminal.dropped == 1


def test_a_picture_beside_the_event_is_not_looked_at(hik_gate, tmp_path):
    event, picture = tmp_path / "event.json", tmp_path / "face.jpg"
    event.write_text(json.dumps(hik()))
    picture.write_bytes(b"\xff\xd8" + bytes(200_000))
    form = ["-F", f"event_log=@{event};type=application/json", "-F", f"Picture=@{picture}"]
    assert curl(hik_gate.url("/hik/1"), *form)[0] == 200
    wait_for(lambda: hik_gate.device.checks())
    assert hik_gate.device.checks()[0]["checkResult"] == "success"


def test_a_terminal_that_refuses_or_is_silent_is_not_believed(hik_gate, monkeypatch):
    gate = hik_gate
    gate.device.status = 403
    curl(gate.url("/hik/1"), data=json.dumps(hik()))
    wait_for(lambda: ("released", "E_FAULT") in gate.facts())
    assert gate.terminal.health().detail == "HTTP 403"
    gate.device.status, gate.device.delay = 200, 1
    monkeypatch.setattr(device_http, "READ_S", 0.3)
    gate.clock.t += 10
    curl(gate.url("/hik/1"), data=json.dumps(hik(9)))
    wait_for(lambda: gate.runner.lane.state.value == "await")
    gate.idle()
    assert gate.facts()[-1][0] == "unknown"


def test_events_of_a_swing_barrier_reach_the_lane(hik_gate):
    gate = hik_gate
    for number, sub in enumerate((0x85, 0x86, 0x87, 0x88, 0x8C, 0x8D, 0x89), 20):
        curl(gate.url("/hik/1"), data=json.dumps(hik(number, sub, False, "")))
    wait_for(lambda: len(gate.facts()) >= 5)
    kinds = [kind for kind, _ in gate.facts()]
    assert kinds[:4] == ["tailgate", "reverse", "forced", "forced"]
    assert "blocked" in kinds


def test_events_come_by_the_stream_too(tmp_path):
    with HikDevice() as device:
        gate = Gate(tmp_path, "terminal", url=device.url, profile="hik_isapi", stream=True)
        gate.engine.snapshot.apply([ticket_row(1) | {"c": [PERSON]}], 1)
        with gate.at_work():
            gate.usable()
            device.events = [{"eventType": "heartBeat"}, hik()]
            wait_for(lambda: device.checks())
            assert device.checks() == [{"serialNo": 7, "checkResult": "success"}]


def test_staff_open_and_hold_by_the_door_itself(hik_gate):
    wing = hik_gate.barrier
    assert [wing.open(1), wing.hold(), wing.close()] == ["done"] * 3
    said = [body.split("<cmd>")[1].split("<")[0] for _path, body in hik_gate.device.calls]
    assert said == ["open", "alwaysOpen", "close"]
