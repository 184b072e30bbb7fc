"""ZKTeco terminals: those that push and fetch orders, and those that ask. The device is curl."""

import time

import gate_kit as kit
import pytest
from gate_kit import NOW, ticket_row
from iot_handlers.scenic_gate.credential import pseudonym
from patience import wait_for
from terminal_kit import PERSON, Gate, blocked, curl

CARD = pseudonym(bytes(range(32)), "card", "3132321")[:8].hex()
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
