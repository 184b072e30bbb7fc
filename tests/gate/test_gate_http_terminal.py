"""Terminals that speak HTTP, from the wire to the facts. The device is curl."""

import json
import socket
import threading
import time

import gate_kit as kit
import pytest
from gate_kit import NOW, code, ticket_row
from iot_handlers.scenic_gate import device_http, http_listener, terminal_ask
from iot_handlers.scenic_gate.credential import pseudonym
from patience import LIMIT_S, wait_for
from terminal_kit import Gate, HikDevice, curl

PERSON = pseudonym(bytes(range(32)), "face", "7")[:8].hex()
CARD = pseudonym(bytes(range(32)), "card", "3132321")[:8].hex()
VG = "vgdecoderesult={}&&devicenumber=0&&otherparams="


def connect(gate):
    return socket.create_connection(("127.0.0.1", gate.port), timeout=LIMIT_S)


def blocked(gate):
    """Keep the lane from deciding until this is set; `lane_looks`: it would decide now.

    On a slow machine the time for an answer may be over before the lane looks at all.
    """
    busy, scan = threading.Event(), gate.engine.scan
    busy.lane_looks = threading.Event()
    gate.engine.scan = lambda *args: busy.lane_looks.set() or busy.wait(LIMIT_S) and scan(*args)
    return busy


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


# -------------------------------------------------------------------- ZKTeco


ZK = "time={}\tpin={}\tcardno={}\teventaddr=1\tevent={}\tinoutstatus=0\tverifytype=15\tindex={}"


def zk_time(offset=0):
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(NOW + 8 * 3600 + offset))


@pytest.fixture
def zk(tmp_path):
    gate = Gate(tmp_path, "terminal", profile="zk_push", sn="CKJ1", door=1, seconds=5)
    rows = [ticket_row(1) | {"c": [PERSON]}, ticket_row(2) | {"c": [CARD]}]
    gate.engine.snapshot.apply(rows, 2)
    with gate.at_work():
        greeting = curl(gate.url("/iclock/cdata?SN=CKJ1&options=all"))[1]
        assert greeting.startswith("GET OPTION FROM: CKJ1")
        yield gate.usable()


def push(gate, *values):
    return curl(gate.url("/iclock/cdata?SN=CKJ1&table=rtlog"), data=ZK.format(*values))


def test_a_push_terminal_fetches_the_order_and_confirms_it(zk):
    assert push(zk, zk_time(), 7, 0, 0, 42) == (200, "OK")
    orders = []

    def fetch():
        _status, body = curl(zk.url("/iclock/getrequest?SN=CKJ1"))
        orders.append(body)
        return body != "OK"

    wait_for(fetch)
    number = orders[-1].split(":")[1]
    assert orders[-1] == f"C:{number}:CONTROL DEVICE 01010105"
    assert curl(zk.url("/iclock/getrequest?SN=CKJ1"))[1] == "OK"
    answer = f"ID={number}&Return=0&CMD=CONTROL DEVICE"
    assert curl(zk.url("/iclock/devicecmd?SN=CKJ1"), data=answer) == (200, "OK")
    zk.idle()
    assert zk.facts() == [("reserved", "OK"), ("closed", "OK")]


def test_an_order_that_is_not_fetched_is_withdrawn(zk, monkeypatch):
    monkeypatch.setattr("iot_handlers.scenic_gate.terminal_link.FETCH_S", 0.2)
    push(zk, zk_time(), 7, 0, 0, 42)
    wait_for(lambda: ("released", "E_FAULT") in zk.facts())
    assert curl(zk.url("/iclock/getrequest?SN=CKJ1"))[1] == "OK"


def test_repeated_old_and_other_events_open_nothing(zk):
    assert push(zk, zk_time(), 99, 0, 0, 1)[1] == "OK"
    wait_for(lambda: zk.facts() == [("refused", "E_NO_TICKET")])
    zk.clock.t += 10
    assert push(zk, zk_time(), 7, 0, 0, 1)[1] == "OK"  # the same index again
    assert push(zk, zk_time(-7200), 7, 0, 0, 2)[1] == "OK"  # of two hours ago
    assert push(zk, zk_time(), 7, 0, 200, 3)[1] == "OK"  # a door event
    assert push(zk, zk_time(), 0, 0, 0, 4)[1] == "OK"  # nobody
    assert curl(zk.url("/iclock/cdata?SN=OTHER&table=rtlog"), data="x")[0] == 404
    assert curl(zk.url("/iclock/cdata?SN=CKJ1&table=rtlog"), data="garbage")[0] == 400
    assert curl(zk.url("/iclock/devicecmd?SN=CKJ1"), data="")[0] == 400
    assert zk.facts() == [("refused", "E_NO_TICKET")]
    assert zk.terminal.dropped == 3


# what a question says: the fields of an event without its index
ASK = "time={}\tpin={}\tcardno={}\taddrtype=1\teventaddr=1\tevent=0\tinoutstatus=0\tverifytype=15"


def zk_asking(folder, role="terminal", **options):
    gate = Gate(folder, role, profile="zk_push", sn="CKJ1", seconds=5, auth=True, **options)
    rows = [ticket_row(1) | {"c": [PERSON]}, ticket_row(2) | {"c": [CARD]}]
    gate.engine.snapshot.apply(rows, 2)
    return gate


@pytest.fixture
def asking(tmp_path):
    gate = zk_asking(tmp_path / "asking")
    with gate.at_work():
        curl(gate.url("/iclock/cdata?SN=CKJ1&options=all"))
        yield gate.usable()


def question(gate, *values, path="/iclock/cdata?SN=CKJ1&AuthType=device"):
    return curl(gate.url(path), data=ASK.format(*values) + "\r\n")


def test_a_terminal_that_asks_opens_by_the_answer(asking):
    asked = ASK.format(zk_time(), 7, 0)
    status, body = question(asking, zk_time(), 7, 0)
    assert (status, body) == (200, f"AUTH=SUCCESS\r\n{asked}\r\nCONTROL DEVICE 01010105\r\n")
    asking.idle()
    # that it opened comes as an event too, and is nobody new
    asking.clock.t += 30
    assert push(asking, zk_time(asking.clock.t - NOW), 7, 0, 0, 42) == (200, "OK")
    # somebody else, and the same card once more
    assert question(asking, zk_time(1), 99, 0)[1].startswith("AUTH=FAILED\r\ntime=")
    asking.idle()
    assert "AUTH=SUCCESS" in question(asking, zk_time(2), 0, 3132321)[1]
    asking.idle()
    asking.clock.t += 60
    assert question(asking, zk_time(60), 0, 3132321)[1].startswith("AUTH=FAILED\r\n")
    kinds = [("reserved", "OK"), ("closed", "OK")]
    refusals = [("refused", "E_NO_TICKET"), ("refused", "E_USED")]
    assert sorted(asking.facts()) == sorted([*kinds, *kinds, *refusals])


def test_a_question_that_is_repeated_opens_once(asking):
    moment = zk_time()
    assert question(asking, moment, 7, 0)[1].startswith("AUTH=SUCCESS")
    asking.idle()
    asking.clock.t += 60
    assert question(asking, moment, 7, 0)[1].startswith("AUTH=FAILED")
    assert [kind for kind, _ in asking.facts()].count("reserved") == 1


def test_the_visitor_reads_why_at_a_terminal_that_asks(tmp_path):
    gate = zk_asking(tmp_path)
    with gate.at_work():
        curl(gate.url("/iclock/cdata?SN=CKJ1&options=all"))
        gate.usable()
        text = gate.engine.config.text("E_NO_TICKET", "")
        assert question(gate, zk_time(), 99, 0)[1].endswith(f"\r\nTIPS={text}\r\n")


def test_a_terminal_beside_a_barrier_hears_yes_but_no_order(tmp_path):
    gate = zk_asking(tmp_path, "reader")
    barrier = kit.FakeBarrier()
    with gate.at_work(barrier):
        gate.runner.lane.usable = True
        body = question(gate, zk_time(), 7, 0)[1]
        assert body.startswith("AUTH=SUCCESS")
        assert "CONTROL" not in body
        assert barrier.opened == [1]


def test_a_late_decision_is_a_no_and_uses_no_right(tmp_path, monkeypatch):
    monkeypatch.setattr("iot_handlers.scenic_gate.terminal_link.FETCH_S", 0.2)
    gate = zk_asking(tmp_path, answer_ms=50)
    with gate.at_work():
        curl(gate.url("/iclock/cdata?SN=CKJ1&options=all"))
        gate.usable()
        busy = blocked(gate)

        def too_late():
            gate.clock.t += 60
            moment = zk_time(gate.clock.t - NOW)
            assert question(gate, moment, 7, 0)[1].startswith("AUTH=FAILED")
            return busy.lane_looks.is_set()

        wait_for(too_late)
        busy.set()
        wait_for(lambda: ("released", "E_FAULT") in gate.facts())


def test_questions_of_nobody_and_of_no_asking_terminal_open_nothing(asking, zk):
    assert question(asking, zk_time(), 0, 0)[1].startswith("AUTH=FAILED")
    assert question(asking, "", 7, 0)[1].startswith("AUTH=FAILED")
    path = "/iclock/cdata?SN=CKJ1&AuthType=device"
    for body in ("", "x", "a\nb", ASK.format(zk_time(), 7, 0) + "\n" + ASK.format(1, 2, 3)):
        assert "SUCCESS" not in curl(asking.url(path), data=body)[1]
    assert question(zk, zk_time(), 7, 0)[0] == 400  # it was not told to ask
    assert zk.facts() == asking.facts() == []
    assert zk.terminal.dropped == 1


# ---------------------------------------------------------------- face callback


def test_a_face_that_calls_back_opens_another_barrier_once(tmp_path):
    gate = Gate(tmp_path, "reader", profile="face", path="/face/1", device_key="84E0F42035FF")
    gate.engine.snapshot.apply([ticket_row(1) | {"c": [PERSON]}], 1)
    barrier = kit.FakeBarrier()
    with gate.at_work(barrier):
        gate.runner.lane.usable = True
        moment = int(NOW * 1000)
        body = f"personId=7&deviceKey=84E0F42035FF&ip=10.0.0.8&time={moment}&type=face_0"
        assert curl(gate.url("/face/1"), data=body) == (200, '{"result": 1, "success": true}')
        wait_for(lambda: barrier.opened == [1])
        curl(gate.url("/face/1"), data=body)
        stranger = body.replace("personId=7", "personId=STRANGERBABY").replace("face_0", "face_2")
        assert curl(gate.url("/face/1"), data=stranger)[0] == 200
        assert curl(gate.url("/face/1"), data=body.replace("84E0", "FFFF"))[0] == 400
        gate.idle()
        later = {"personGuid": "99", "time": str(int(gate.clock.t * 1000))}
        curl(gate.url("/face/1"), data=json.dumps(later | {"deviceKey": "84E0F42035FF"}))
        wait_for(lambda: gate.runner.last.reason == "E_NO_TICKET")
        assert barrier.opened == [1]
        assert gate.terminal.dropped == 2


# ------------------------------------------------------------------------ uface


DONE = '{"code": "LAN_SUS-0", "data": "", "msg": "ok", "result": 1, "success": true}'
WRONG = '{"code": "LAN_EXP-1001", "data": "", "msg": "wrong", "result": 1, "success": false}'
SEEN = '{"result": 1, "success": true}'


def seen(person="7", at=0.0, **fields):
    """What a terminal of that kind posts; times are milliseconds, as text."""
    fields = {"type": "face_1", "aliveType": "1", "passTimeType": "2"} | fields
    moment = str(int((NOW + at) * 1000))
    return json.dumps({"personId": person, "deviceKey": "E03C", "time": moment} | fields)


@pytest.fixture
def uface(tmp_path):
    with HikDevice(DONE) as device:
        secret = {"password": "pa&ss", "device_key": "E03C", "speak": True}
        gate = Gate(tmp_path, "terminal", url=device.url, profile="uface", path="/u/1", **secret)
        gate.engine.snapshot.apply([ticket_row(1) | {"c": [PERSON]}, ticket_row(2)], 2)
        gate.device = device
        with gate.at_work():
            yield gate.usable()


def opened(gate):
    return [body for path, body in gate.device.calls if path.endswith("openDoorControl")]


def test_a_face_is_let_in_by_an_order_to_the_terminal(uface):
    uface.terminal._stays._seconds = 3600  # however slow this machine is
    assert curl(uface.url("/u/1"), data=seen()) == (200, SEEN)
    uface.idle(1)
    assert uface.device.calls[0] == ("/device/openDoorControl", "pass=pa%26ss&type=1")
    assert uface.facts() == [("reserved", "OK"), ("closed", "OK")]
    # it goes on telling while he stands there: that is one visit
    for at in (2, 4, 6):
        curl(uface.url("/u/1"), data=seen(at=at))
    assert uface.terminal.dropped == 3
    assert len(uface.facts()) == 2


def test_nobody_is_let_in_by_a_picture_a_stranger_or_an_old_event(uface):
    uface.terminal._stays._seconds = 0
    for body in (
        seen(aliveType="2"),  # a photo held before the camera
        seen("STRANGERBABY", type="face_2"),
        seen("7", type="card_2"),
        seen(at=-7200),
        json.dumps({"deviceKey": "E03C", "personCount": "2", "faceCount": "3", "version": "3.6"}),
    ):
        assert curl(uface.url("/u/1"), data=body) == (200, SEEN)
    assert curl(uface.url("/u/1"), data=seen(deviceKey="FFFF"))[0] == 400
    assert curl(uface.url("/u/1"), data=seen("A" * 100))[0] == 400
    assert uface.terminal.dropped == 2
    curl(uface.url("/u/1"), data=seen("99"))
    wait_for(lambda: uface.facts() == [("refused", "E_NO_TICKET")])
    wait_for(lambda: uface.device.calls)
    assert [body.split("&")[1] for body in opened(uface)] == ["type=4"]  # it says why


def test_a_printed_code_before_its_camera_is_a_ticket(uface):
    body = {"QRdata": code(2), "deviceKey": "E03C", "time": str(int(NOW * 1000))}
    assert curl(uface.url("/u/1"), data=json.dumps(body)) == (200, SEEN)
    uface.idle(1)
    assert uface.facts() == [("reserved", "OK"), ("closed", "OK")]
    assert opened(uface)[0] == "pass=pa%26ss&type=1"
    assert curl(uface.url("/u/1"), data=json.dumps(body | {"QRdata": ""}))[0] == 400


def test_an_order_that_a_face_terminal_refuses_gives_the_right_back(uface):
    uface.device.reply = WRONG
    curl(uface.url("/u/1"), data=seen())
    wait_for(lambda: ("released", "E_FAULT") in uface.facts())
    uface.device.reply = "nonsense"
    assert uface.barrier.open(1) == "not_sent"
    assert uface.barrier.hold() == "not_sent"


def test_heartbeats_keep_a_face_terminal_in_service(tmp_path):
    gate = Gate(tmp_path, "terminal", profile="uface", path="/u/1", heartbeat_s=1.0)
    with gate.at_work():
        assert not gate.terminal.health().ok
        beat = "deviceKey=E03C&time=1700000000000&ip=10.0.0.8&personCount=2"
        assert curl(gate.url("/u/1"), data=beat) == (200, SEEN)
        assert gate.terminal.health().ok
        wait_for(lambda: not gate.terminal.health().ok)
