"""Face terminals that call back, from the wire to the facts. The device is curl."""

import json

import gate_kit as kit
import pytest
from gate_kit import NOW, code, ticket_row
from patience import wait_for
from terminal_kit import PERSON, Gate, HikDevice, curl

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
