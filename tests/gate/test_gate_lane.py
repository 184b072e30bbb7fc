"""The state machine of a passage, input by input, on a scripted clock."""

from dataclasses import replace

import gate_kit as kit
import pytest
from iot_handlers.scenic_gate.device import Ack, Signal
from iot_handlers.scenic_gate.effects import (
    Close,
    Decide,
    Hold,
    LaneSettings,
    Open,
    Record,
    Result,
    Show,
)
from iot_handlers.scenic_gate.lane import Lane, State
from iot_handlers.scenic_gate.runner import BEHIND_S, LaneRunner

SENSOR = LaneSettings(confirm="sensor", pass_timeout_s=5, settle_s=0.3, quiet_s=3, queue_s=8)
BLIND = replace(SENSOR, confirm="none")
SHOW_OK = Show(True, "OK", 1)


def lane(settings=SENSOR, **fields):
    return Lane(replace(settings, **fields))


def admitted(settings=SENSOR, persons=1, ack=Ack.DONE, **fields):
    """A lane that awaits ``persons`` since t=0."""
    made = lane(settings, **fields)
    assert made.scan("A", 0) == [Decide("A")]
    made.decided("OK", persons, True, 0)
    made.opened(ack, 0)
    return made


def shut(made, at, ack=Ack.DONE):
    """The barrier shuts at ``at``; returns what the end of the passage wants."""
    made.closed(ack, at)
    return made.tick(at + 0.3)


def test_one_visitor_from_scan_to_idle():
    gate = lane()
    assert gate.scan("A", 0) == [Decide("A")]
    assert gate.decided("OK", 1, True, 0) == [Open(1)]
    assert gate.opened(Ack.DONE, 0.1) == [SHOW_OK]
    assert gate.deadline == 5.1
    assert gate.passed(1, 1) == [Record("passed", 1, True), Close()]
    assert gate.closed(Ack.DONE, 1.1) == []
    assert gate.tick(1.3) == []
    assert gate.tick(1.5) == []
    assert gate.state is State.IDLE


def test_a_yes_that_comes_when_the_visitor_has_left_opens_nothing():
    gate = lane()
    gate.scan("A", 0)
    assert gate.decided("OK", 2, True, 8.1) == [
        Show(False, "E_FAULT"),
        Record("released", 2, True, "E_FAULT"),
    ]
    assert gate.state is State.IDLE
    assert gate.late("B", 20) == [Show(False, "E_FAULT"), Record("refused", reason="E_FAULT")]
    assert gate.state is State.IDLE


def test_a_scan_that_waited_for_a_busy_lane_opens_for_nobody(tmp_path):
    engine, clock, barrier = kit.engine(tmp_path), kit.FakeClock(), kit.FakeBarrier()
    runner = LaneRunner(engine.config.lanes["G1"], engine, clock, barrier)
    runner.lane.usable = True
    runner.scan(kit.code(1))
    clock.t += runner.lane.settings.queue_s + 1
    runner.turn(runner._wait())
    assert (barrier.opened, runner.last.reason) == ([], "E_FAULT")
    clock.t += runner.lane.settings.quiet_s
    runner.scan(kit.code(1))
    runner.turn(runner._wait())
    assert barrier.opened == [1]
    engine.store.close()


def test_a_way_out_opens_however_late():
    gate = lane(outward=True)
    gate.scan("A", 0)
    assert gate.decided("OK", 1, False, 60) == [Open(1)]


def test_refusal_opens_nothing():
    gate = lane()
    gate.scan("A", 0)
    assert gate.decided("E_USED", 0, False, 0) == [Show(False, "E_USED")]
    assert gate.state is State.IDLE


def test_same_scan_is_good_news_and_opens_nothing():
    gate = lane()
    gate.scan("A", 0)
    assert gate.decided("SAME_SCAN", 0, False, 0) == [Show(True, "SAME_SCAN")]


def test_nobody_passes_and_the_right_comes_back():
    gate = admitted()
    assert gate.tick(4.9) == []
    assert gate.tick(5.0) == [Close()]
    assert shut(gate, 5.1) == [Record("released", 1, True)]


def test_nobody_passes_and_the_right_stays_consumed_where_the_lane_says_so():
    gate = admitted(on_unconfirmed="consumed")
    gate.tick(5)
    assert shut(gate, 5.1) == [Record("closed", 1, True)]


def test_lane_without_sensor_assumes_the_passage():
    gate = admitted(BLIND)
    assert gate.tick(5) == [Close()]
    assert shut(gate, 5.1) == [Record("closed", 1, True)]


def test_late_pulse_still_belongs_to_the_passage():
    gate = admitted()
    gate.tick(5)
    gate.closed(Ack.DONE, 5.1)
    assert gate.passed(1, 5.2) == [Record("passed", 1, True)]
    assert gate.tick(5.4) == []
    assert gate.state is State.IDLE


def test_order_that_never_left_gives_the_right_back():
    gate = lane()
    gate.scan("A", 0)
    # no green lamp before a door that stays shut
    assert gate.decided("OK", 1, True, 0) == [Open(1)]
    effects = gate.opened(Ack.NOT_SENT, 0)
    assert effects == [Show(False, "E_FAULT"), Record("released", 1, True, "E_FAULT")]
    assert gate.state is State.IDLE


def test_order_without_answer_is_never_given_back():
    gate = admitted(ack=Ack.UNKNOWN)
    gate.tick(5)
    assert shut(gate, 5.1) == [Record("unknown", 1, True), Show(False, "R_UNSEEN")]


def test_who_waits_with_the_next_code_is_not_shown_red_for_the_one_before():
    gate = admitted(ack=Ack.UNKNOWN)
    assert gate.scan("B", 1) == []
    gate.tick(5)
    assert shut(gate, 5.1) == [Record("unknown", 1, True), Decide("B")]


def test_order_without_answer_is_settled_by_the_sensor():
    gate = admitted(ack=Ack.UNKNOWN)
    assert gate.passed(1, 1) == [Record("passed", 1, True), Close()]
    assert shut(gate, 1.1) == []


@pytest.mark.parametrize("blind_at", ["open", "closing"])
def test_barrier_out_of_sight_is_never_given_back(blind_at):
    gate = admitted()
    if blind_at == "open":
        assert gate.available(False, 1) == [Record("fault", reason="E_FAULT")]
        gate.available(True, 2)
    gate.tick(5)
    effects = shut(gate, 5.1, Ack.UNKNOWN if blind_at == "closing" else Ack.DONE)
    assert effects[0] == Record("unknown", 1, True)


def test_group_passes_pulse_by_pulse():
    gate = admitted(persons=3)
    for at in (1, 2):
        assert gate.passed(1, at) == [Record("passed", 1, True), Open(1)]
        gate.opened(Ack.DONE, at)
    assert gate.passed(1, 3) == [Record("passed", 1, True), Close()]
    assert shut(gate, 3.1) == []


def test_group_passes_a_barrier_that_is_held():
    gate = lane(multi="hold_n")
    gate.scan("A", 0)
    assert gate.decided("OK", 3, True, 0) == [Open(3)]
    gate.opened(Ack.DONE, 0)
    assert gate.passed(2, 4) == [Record("passed", 2, True)]
    assert gate.tick(8) == []
    assert gate.tick(9) == [Close()]
    assert shut(gate, 9.1) == [Record("released", 1, True)]


def test_group_without_sensor_gets_its_pulses_by_time():
    gate = admitted(BLIND, persons=2)
    assert gate.tick(5) == [Record("closed", 1, True), Open(1)]
    gate.opened(Ack.DONE, 5)
    assert gate.tick(10) == [Close()]
    assert shut(gate, 10.1) == [Record("closed", 1, True)]


def test_second_pulse_of_a_group_that_never_left_gives_the_rest_back():
    gate = admitted(persons=3)
    gate.passed(1, 1)
    assert Record("released", 2, True, "E_FAULT") in gate.opened(Ack.NOT_SENT, 1)


def test_more_persons_than_granted_are_a_tailgate():
    gate = admitted()
    assert gate.passed(2, 1) == [
        Record("passed", 1, True),
        Record("tailgate", 1, True),
        Close(),
    ]
    gate.closed(Ack.DONE, 1.1)
    assert gate.passed(1, 1.2) == [Record("tailgate", 1, True)]
    gate.tick(1.5)
    assert gate.passed(1, 2) == [Record("forced", 1)]


def test_pulses_of_an_unwatched_lane_mean_nothing():
    assert lane(BLIND).passed(1, 0) == []


def test_walking_back_is_a_fact_in_any_state():
    assert lane().reverse(1, 0) == [Record("reverse", 1)]
    assert admitted().reverse(1, 1) == [Record("reverse", 1)]


def test_code_that_stays_before_the_reader_is_one_scan():
    gate = lane()
    gate.scan("A", 0)
    gate.decided("E_EARLY", 0, False, 0)
    for at in (1, 3, 5, 7):
        assert gate.scan("A", at) == []
    assert gate.scan("A", 10.1) == [Decide("A")]


def test_two_codes_before_the_reader_in_turns_are_two_scans():
    gate = lane()
    for text in "AB":
        assert gate.scan(text, 0) == [Decide(text)]
        gate.decided("E_USED", 0, False, 0)
    for at in (1, 2, 3):
        assert gate.scan("A", at) == gate.scan("B", at) == []


def test_next_visitor_waits_for_the_shut_barrier():
    gate = admitted()
    assert gate.scan("B", 1) == []
    assert gate.scan("C", 1) == []  # one waits, not two
    gate.passed(1, 2)
    gate.closed(Ack.DONE, 2.1)
    assert gate.tick(2.4) == [Decide("B")]


def test_visitor_who_waited_too_long_is_forgotten():
    gate = admitted(pass_timeout_s=20)
    gate.scan("B", 1)
    gate.passed(1, 15)
    assert shut(gate, 15) == []


def test_lane_without_barrier_turns_away_without_touching_a_ticket():
    gate = lane()
    gate.available(False, 0)
    assert gate.scan("A", 0) == [Show(False, "E_FAULT"), Record("refused", reason="E_FAULT")]
    gate.available(True, 4)
    assert gate.scan("A", 4) == [Decide("A")]


def test_emergency_ends_the_passage_counts_and_waits_for_staff():
    gate = admitted()
    assert gate.emergency(True, 1) == [Record("unknown", 1, True), Record("emergency_on")]
    assert gate.passed(5, 2) == []
    assert gate.reverse(2, 2) == []
    assert gate.scan("B", 3)[0] == Show(False, "E_FAULT")
    assert gate.command("reset", 1) == [Result("busy")]  # the panel is still active
    assert gate.emergency(False, 4) == []
    assert gate.state is State.EMERGENCY
    assert gate.command("reset", 1) == [Record("emergency_off", 7), Close(), Result("done")]
    assert shut(gate, 5) == []
    assert gate.scan("C", 6) == [Decide("C")]


def test_emergency_between_decision_and_answer_gives_the_right_back():
    gate = lane()
    gate.scan("A", 0)
    gate.emergency(True, 0)
    assert gate.decided("OK", 2, True, 0) == [Record("released", 2, True, "E_FAULT")]


def test_staff_opens_for_counted_persons():
    gate = lane()
    assert gate.command("open", 2) == [Open(1)]
    assert gate.opened(Ack.DONE, 0) == [Record("opened", 2), Result("done")]
    assert gate.passed(1, 1) == [Record("passed", 1), Open(1)]
    assert gate.opened(Ack.DONE, 1) == []
    gate.tick(6)
    assert shut(gate, 6.1) == []  # nothing was consumed, nothing comes back


def test_staffs_order_that_never_left_is_no_fact():
    gate = lane()
    gate.command("open", 1)
    assert gate.opened(Ack.NOT_SENT, 0) == [Show(False, "E_FAULT"), Result("not_sent")]


def test_reopened_passage_is_recorded_with_its_ticket():
    gate = lane()
    gate.command("reopen", 1)
    assert gate.opened(Ack.UNKNOWN, 0) == [Record("opened", 1, True), Result("unknown")]
    gate.tick(5)
    assert shut(gate, 5) == []


def test_held_lane_counts_and_turns_scans_away():
    gate = lane()
    assert gate.command("hold", 1) == [Hold()]
    assert gate.held(Ack.DONE) == [Record("opened"), Result("done")]
    assert gate.passed(3, 1) == [Record("passed", 3)]
    assert gate.scan("A", 1)[0] == Show(False, "E_FAULT")
    assert gate.command("hold", 1) == [Result("busy")]
    assert gate.command("release", 1) == [Close(), Result("done")]
    assert gate.passed(1, 2) == [Record("passed", 1)]
    assert shut(gate, 2) == []
    assert gate.passed(1, 4) == [Record("forced", 1)]


@pytest.mark.parametrize("action", ["open", "hold", "reopen"])
def test_orders_during_a_passage_are_busy(action):
    assert admitted().command(action, 1) == [Result("busy")]


def test_lane_outside_counts_everybody_and_forces_nobody():
    gate = lane(outward=True)
    assert gate.passed(2, 0) == [Record("passed", 2)]
    gate.scan("A", 1)
    assert gate.decided("OK", 1, False, 1) == [Open(1)]
    gate.opened(Ack.DONE, 1)
    assert gate.passed(2, 2) == [Record("passed", 1, True), Record("passed", 1), Close()]
    assert shut(gate, 2) == []


def test_lane_outside_names_the_ticket_of_who_went_and_of_nobody_else():
    gate = lane(outward=True)
    gate.scan("A", 1)
    gate.decided("OK", 2, False, 1)
    gate.opened(Ack.DONE, 1)
    assert gate.passed(1, 2) == [Record("passed", 1, True), Open(1)]
    gate.opened(Ack.DONE, 2)
    assert gate.tick(9) == [Close()]
    # the second did not go: nothing is said about a ticket that is still inside
    assert shut(gate, 9) == []
    gate.command("open", 1)
    gate.opened(Ack.DONE, 10)
    assert gate.passed(1, 11) == [Record("passed", 1), Close()]


def test_lane_outside_without_a_sensor_assumes_that_they_went():
    gate = lane(outward=True, confirm="none", on_unconfirmed="consumed")
    gate.scan("A", 1)
    gate.decided("OK", 2, False, 1)
    gate.opened(Ack.DONE, 1)
    assert gate.tick(9) == [Record("closed", 1, True), Open(1)]
    gate.opened(Ack.DONE, 9)
    assert gate.tick(20) == [Close()]
    assert shut(gate, 20) == [Record("closed", 1, True)]


def test_no_passage_ends_before_the_sensor_was_looked_at(tmp_path):
    engine, clock, barrier = kit.engine(tmp_path), kit.FakeClock(), kit.FakeBarrier()
    barrier.watched_until = lambda: looked
    runner = LaneRunner(engine.config.lanes["G1"], engine, clock, barrier)
    runner.lane.usable = True
    looked = clock.mono()
    runner.scan(kit.code(1))
    runner.turn(runner._wait())
    assert runner.lane.state is State.AWAIT
    # the host stood still, however long; the visitor went through meanwhile, and the line is read
    # only now
    clock.t += runner.lane.settings.pass_timeout_s + 10 * BEHIND_S
    runner.turn(None)
    assert runner.lane.state is State.AWAIT
    runner.signal(Signal.PASSED, 1)
    looked = clock.mono()
    runner.turn(None)
    assert runner.lane.state is State.AWAIT
    runner.turn(runner._wait())
    assert runner.lane.passage.left == 0
    engine.store.close()


def test_a_sensor_that_is_never_looked_at_holds_no_lane_for_ever(tmp_path):
    engine, clock, barrier = kit.engine(tmp_path), kit.FakeClock(), kit.FakeBarrier()
    barrier.watched_until = lambda: 0.0
    runner = LaneRunner(engine.config.lanes["G1"], engine, clock, barrier)
    runner.lane.usable = True
    runner.scan(kit.code(1))
    runner.turn(runner._wait())
    clock.t += runner.lane.settings.pass_timeout_s
    runner.turn(None)
    assert runner.lane.state is State.AWAIT
    clock.t += BEHIND_S
    runner.turn(None)
    assert runner.lane.state is State.SETTLE
    engine.store.close()
