"""Holding a lane open: what the machine does, and who may do it from the lane page."""

import time

import gate_kit as kit
import page_kit
import pytest
from gate_server import command
from iot_handlers.scenic_gate.device import Ack
from iot_handlers.scenic_gate.effects import Close, Hold, LaneSettings, Record, Result
from iot_handlers.scenic_gate.lane import Lane, State
from iot_handlers.scenic_gate.lane_hold import HOLD_OVER
from patience import wait_for
from test_gate_box import Site, site  # noqa: F401 (a fixture)
from test_gate_lane_page import Browser, facts

PAGE = page_kit.PAGE | {
    "attendants": {
        page_kit.WHO: page_kit.PAGE["attendants"][page_kit.WHO] | {"hold": True},
        "13": page_kit.PAGE["attendants"][page_kit.WHO] | {"name": "Wang"},
    }
}


def held(until=100.0):
    gate = Lane(LaneSettings())
    assert gate.command("hold", 1, until) == [Hold()]
    assert gate.held(Ack.DONE) == [Record("opened"), Result("done")]
    return gate


# ------------------------------------------------------------------------- machine


def test_it_shuts_by_itself_and_says_how_many_came():
    gate = held()
    gate.passed(2, 10)
    gate.tailgate(1, 20)
    assert gate.tick(99.9) == []
    assert gate.tick(100) == [Record("staff", 3, reason=HOLD_OVER), Close()]
    assert gate.state is State.CLOSING


def test_it_is_prolonged_and_ended_by_staff():
    gate = held()
    assert gate.command("prolong", 1, 200) == [Result("done")]
    assert gate.tick(150) == []
    assert gate.command("release", 1) == [Close(), Result("done")]
    assert gate.command("prolong", 1, 300) == [Result("busy")]
    assert gate.command("release", 1) == [Result("busy")]


def test_what_the_back_office_holds_has_no_end_of_its_own():
    gate = held(None)
    assert gate.tick(1e9) == []
    # whoever prolongs it at the lane does not shorten it
    assert gate.command("prolong", 1, 50) == [Result("done")]
    assert gate.tick(1e9) == []


def test_it_is_not_shut_onto_somebody_but_does_not_wait_for_ever():
    gate = held()
    gate.blocked(True, 99)
    assert gate.tick(100) == []
    gate.blocked(True, 105)
    assert Close() in gate.tick(109)


def test_who_prolongs_it_gives_the_next_end_its_own_patience():
    """Prolonged while it waits for somebody in the way: the next end waits for the next one."""
    gate = held()
    gate.blocked(True, 99)
    assert gate.tick(100) == []
    assert gate.command("prolong", 1, 200) == [Result("done")]
    gate.blocked(False, 101)
    gate.blocked(True, 199)
    assert gate.tick(200) == []
    gate.blocked(True, 205)
    assert Close() in gate.tick(209)


def test_each_time_counts_anew():
    gate = held()
    gate.passed(5, 1)
    gate.command("release", 1)
    gate.closed(Ack.DONE, 2)
    gate.tick(3)
    assert gate.state is State.IDLE
    gate.command("hold", 1, 500)
    gate.held(Ack.DONE)
    gate.passed(1, 4)
    assert gate.counted == 1


def test_a_barrier_that_does_not_obey_is_not_held():
    gate = Lane(LaneSettings())
    gate.command("hold", 1, 100)
    assert gate.held(Ack.NOT_SENT) == [Result("not_sent")]
    assert (gate.state, gate.deadline) == (State.IDLE, None)


def test_an_emergency_ends_it_and_time_does_not_shut_that():
    gate = held()
    gate.emergency(True, 50)
    assert gate.tick(1e6) == []
    assert gate.state is State.EMERGENCY


# ---------------------------------------------------------------------------- page


@pytest.fixture
def lane(site):  # noqa: F811
    site.server.config = kit.config(lanes=[site.lane(hold_limit_s=600)], page=PAGE)
    with site.running() as box:
        site.browser = Browser(box)
        yield site


def state(lane):
    return lane.browser.call("state", lane="G1")[1]


def test_an_attendant_holds_open_prolongs_and_ends_it(lane):
    lane.browser.sign_in()
    assert state(lane)["may"] == {"hold": True}
    wish = {"reason": "M_SYSTEM", "note": "wheelchairs"}
    assert lane.browser.act("hold", **wish)[1]["result"] == "reason"  # none of this park
    wish["reason"] = "M_GUEST"
    assert lane.browser.act("hold", **wish)[1]["result"] == "done"
    wait_for(lambda: lane.board.coils()[0])
    told = state(lane)
    assert told["state"] == "held"
    holding = told["holding"]
    assert (holding["by"], holding["persons"]) == ("Li Na", 0)
    assert 500 < holding["until"] - told["now"] < 601
    lane.board.pulse_input(0)
    wait_for(lambda: state(lane)["holding"]["persons"] == 1)
    assert state(lane)["rev"] != told["rev"]
    assert lane.browser.act("prolong")[1]["result"] == "done"
    assert state(lane)["holding"]["until"] > holding["until"]
    assert lane.status()["held"]["by"] == f"@{page_kit.WHO}"
    assert "wheelchairs" not in str(lane.box.status())
    assert lane.browser.act("hold", reason="M_GUEST")[1]["result"] == "busy"
    assert lane.browser.act("release")[1]["result"] == "done"
    wait_for(lambda: lane.status()["state"] == "idle")
    assert state(lane)["holding"] is None
    assert lane.browser.act("prolong")[1]["result"] == "not_held"
    acts = [(f["reason"], f["pax"], f["code"]) for f in facts(lane, "staff")][1:]
    assert acts == [
        ("A_HOLD", 0, f"@{page_kit.WHO} wheelchairs"),
        ("A_PROLONG", 1, f"@{page_kit.WHO}"),
        ("A_RELEASE", 1, f"@{page_kit.WHO}"),
    ]
    (opened,) = facts(lane, "opened")
    assert (opened["reason"], opened["pax"]) == ("M_GUEST", 0)
    assert opened["code"] == f"@{page_kit.WHO} wheelchairs"
    assert [(f["pax"], f["uid"], f["op"]) for f in facts(lane, "passed")] == [(1, None, None)]


def test_who_was_not_given_the_right_holds_nothing_open(lane):
    assert lane.browser.sign_in(who="13").status == 200
    assert state(lane)["may"] == {"hold": False}
    assert lane.browser.act("hold", reason="M_GUEST")[1]["result"] == "not_allowed"
    boss = Browser(lane.box)
    boss.page = lane.browser.page
    boss.sign_in()
    assert boss.act("hold", reason="M_GUEST")[1]["result"] == "done"
    assert lane.browser.act("prolong")[1]["result"] == "not_allowed"
    # shutting it is never a matter of rights
    assert lane.browser.act("release")[1]["result"] == "done"


def test_strangers_hold_nothing_open(lane):
    wish = {"lane": "G1", "act": "hold", "reason": "M_GUEST", "uid": "attack-hold-1"}
    assert lane.browser.call("act", **wish)[0] == 401
    assert lane.browser.sign_in("000000").status == 401
    assert lane.browser.call("act", **wish)[0] == 401
    lane.browser.sign_in()
    assert lane.browser.send("api/act", wish, **{"X-Scenic-Token": "x"}).status == 403
    for bad in ({"lane": "G9"}, {"reason": "OK"}, {"reason": None}, {"uid": "x"}, {"persons": 0}):
        answer = lane.browser.call("act", **wish | {"uid": f"bad-{bad}"} | bad)[1]
        assert answer["result"] in ("no_lane", "reason", "bad_action"), bad
    # how long is no matter of the browser
    extra = lane.browser.call("act", **wish | {"uid": "long-hold", "hold_s": 9e9, "until": 9e9})
    assert extra[1]["result"] == "done"
    assert state(lane)["holding"]["until"] - state(lane)["now"] < 601
    assert not facts(lane, "reserved")


def test_an_order_of_the_office_has_only_what_was_signed(lane):
    """Whoever carries an order through the network cannot add an end to it."""
    order = command("hold", expires=time.time() + 60, hold_s=0.0)
    assert lane.box.desk.accept(order) == "accepted"
    wait_for(lambda: lane.status()["state"] == "held")
    assert lane.status()["held"]["until"] is None
    lane.browser.sign_in()
    assert lane.browser.act("prolong")[1]["result"] == "done"
    assert lane.status()["held"] | {"since": 0} == {
        "since": 0, "persons": 0, "until": None, "reason": "OK", "by": ""
    }  # fmt: skip
    assert lane.browser.act("release")[1]["result"] == "done"


def test_a_disk_that_cannot_write_holds_nothing_open(lane, monkeypatch):
    lane.browser.sign_in()
    monkeypatch.setattr(lane.box.engine.journal, "record", lambda entry: False)
    assert lane.browser.act("hold", reason="M_GUEST")[1]["result"] == "E_STORE"
    assert lane.status()["state"] == "idle"


def test_a_disk_that_cannot_write_keeps_no_lane_open(lane, monkeypatch):
    """Shutting lets nobody in: it is done whether or not it can be written down."""
    lane.browser.sign_in()
    assert lane.browser.act("hold", reason="M_GUEST")[1]["result"] == "done"
    monkeypatch.setattr(lane.box.engine.journal, "record", lambda entry: False)
    assert lane.browser.act("prolong")[1]["result"] == "E_STORE"
    assert lane.browser.act("release")[1]["result"] == "done"
    wait_for(lambda: lane.status()["state"] == "idle")
    assert not any(lane.board.coils())


def test_a_forgotten_lane_shuts_by_itself(site):  # noqa: F811
    site.server.config = kit.config(lanes=[site.lane(hold_limit_s=0.4)], page=PAGE)
    with site.running() as box:
        site.browser = Browser(box)
        site.browser.sign_in()
        assert site.browser.act("hold", reason="M_GUEST")[1]["result"] == "done"
        wait_for(lambda: site.status()["state"] == "idle")
        wait_for(lambda: not site.board.coils()[0])
        over = [f for f in facts(site, "staff") if f["reason"] == HOLD_OVER]
        assert [(f["pax"], f["code"]) for f in over] == [(0, None)]
