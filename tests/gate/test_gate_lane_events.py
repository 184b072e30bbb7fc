"""What a controller reports by itself: too many, shut by itself, somebody in the way."""

from iot_handlers.scenic_gate.device import Ack
from iot_handlers.scenic_gate.effects import Close, Decide, Open, Record, Result, Show
from iot_handlers.scenic_gate.lane import State
from test_gate_lane import BLIND, admitted, lane, shut

IN_THE_WAY = Show(False, "R_BLOCKED")
REPORTED = Record("blocked")


def test_tailgate_of_the_controller_touches_no_ticket():
    gate = admitted()
    assert gate.tailgate(2, 1) == [Record("tailgate", 2, True)]
    assert gate.passed(1, 1) == [Record("passed", 1, True), Close()]
    assert shut(gate, 2) == []
    assert gate.tailgate(1, 5) == [Record("tailgate", 1)]


def test_nobody_is_too_many_where_everybody_may_pass():
    assert lane(outward=True).tailgate(1, 0) == [Record("passed", 1)]
    held = lane()
    held.command("hold", 1)
    held.held(Ack.DONE)
    assert held.tailgate(2, 1) == [Record("passed", 2)]
    alarm = lane()
    alarm.emergency(True, 0)
    assert alarm.tailgate(3, 1) == []
    alarm.emergency(False, 2)
    assert alarm.command("reset", 1)[0] == Record("emergency_off", 3)


def test_a_panel_that_nobody_hears_any_more_leaves_the_end_to_staff():
    gate = lane()
    assert gate.panel_lost() == []
    assert gate.panel is False  # no emergency: nothing to be unsure of
    gate.emergency(True, 0)
    assert gate.command("reset", 1) == [Result("busy")]
    assert gate.panel_lost() == []
    assert (gate.state, gate.panel) == (State.EMERGENCY, None)
    assert gate.emergency(True, 1) == []  # it still burns
    assert gate.command("reset", 1) == [Result("busy")]
    gate.panel_lost()
    assert gate.command("reset", 1)[0] == Record("emergency_off", 0)


def test_controller_that_shuts_by_itself_ends_the_window():
    gate = admitted()
    assert gate.timeout(1) == [Close()]
    assert shut(gate, 1.1) == [Record("released", 1, True)]
    assert gate.timeout(9) == []  # nothing is open


def test_controller_without_a_sensor_ends_one_pulse_of_a_group():
    gate = admitted(BLIND, persons=2)
    assert gate.timeout(2) == [Record("closed", 1, True), Open(1)]
    gate.opened(Ack.DONE, 2)
    assert gate.timeout(4) == [Close()]
    assert shut(gate, 4.1) == [Record("closed", 1, True)]


def test_a_blocked_passage_is_one_fact_however_often_it_is_reported():
    gate = lane()
    assert gate.blocked(True, 0) == [REPORTED]
    assert gate.blocked(True, 1) == gate.blocked(True, 9) == []
    assert gate.blocked(False, 12) == []
    assert gate.blocked(True, 13) == [REPORTED]


def test_nothing_opens_onto_somebody_and_who_waits_is_let_in_then():
    gate = lane()
    gate.blocked(True, 0)
    assert gate.scan("A", 1) == [IN_THE_WAY]
    assert gate.scan("B", 2) == [IN_THE_WAY]  # one waits, not two
    assert gate.tick(3) == []
    assert gate.blocked(False, 4) == [Decide("A")]


def test_a_blockage_that_nobody_takes_back_ends_by_itself():
    gate = lane()
    gate.blocked(True, 0)
    gate.scan("A", 5)
    assert gate.deadline == 10
    assert gate.tick(10) == [Decide("A")]


def test_somebody_who_moves_on_was_the_blockage():
    gate = lane()
    gate.blocked(True, 0)
    gate.scan("A", 1)
    assert gate.reverse(1, 2) == [Record("reverse", 1)]
    assert gate.tick(2) == [Decide("A")]


def test_staff_declares_the_passage_clear():
    gate = lane()
    gate.blocked(True, 0)
    gate.scan("A", 1)
    assert gate.command("reset", 1) == [Result("done")]
    assert gate.tick(2) == [Decide("A")]
    assert gate.command("reset", 1) == [Result("busy")]


def test_nothing_is_shut_onto_somebody_once():
    gate = admitted()
    assert gate.blocked(True, 4) == [Record("blocked", 0, True)]
    assert gate.tick(5) == []
    gate.blocked(True, 13)  # and still
    assert gate.tick(14) == [Close()]
    # somebody stood there: nobody knows where that person went
    assert shut(gate, 14.1) == [Record("unknown", 1, True), Show(False, "R_UNSEEN")]
    assert gate.state is State.IDLE


def test_whoever_stood_there_may_still_walk_in_or_back():
    walks_in = admitted()
    walks_in.blocked(True, 4)
    walks_in.tick(5)
    assert walks_in.passed(1, 7) == [Record("passed", 1, True), Close()]
    walks_back = admitted()
    walks_back.blocked(True, 4)
    walks_back.tick(5)
    assert walks_back.blocked(False, 6) == []
    assert walks_back.tick(10.9) == []
    assert walks_back.tick(11) == [Close()]
    assert shut(walks_back, 11.1) == [Record("released", 1, True)]


def test_orders_of_staff_leave_no_time_behind():
    gate = lane()
    gate.blocked(True, 0)
    gate.scan("A", 1)
    gate.command("hold", 1)
    assert gate.deadline is None
    assert gate.tick(30) == []
