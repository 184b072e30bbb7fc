"""Test orders of staff: devices are looked at, no right is used."""

import gate_kit as kit
import pytest
from gate_kit import FakeBarrier, FakeClock, code, ticket_row
from iot_handlers.scenic_gate import facts
from iot_handlers.scenic_gate.device import Health, Reader, Signal
from iot_handlers.scenic_gate.lane_test import LAMP_PAUSE_S
from iot_handlers.scenic_gate.runner import Item, LaneRunner
from iot_handlers.scenic_gate.scan import Scan


class FakeReader(Reader):
    """Shows what lamp it was told to light."""

    ok = True

    def __init__(self):
        self.lamps = []

    def start(self, on_scan):
        self.on_scan = on_scan

    def stop(self):
        """Nothing to close."""

    def health(self):
        return Health(self.ok)

    def feedback(self, good):
        self.lamps.append(good)


class Bench:
    """One lane, driven turn by turn."""

    def __init__(self, folder):
        self.engine = kit.engine(folder)
        self.engine.snapshot.apply([ticket_row(1)], 1)
        self.clock, self.barrier, self.reader = FakeClock(), FakeBarrier(), FakeReader()
        lane = self.engine.config.lanes["G1"]
        self.runner = LaneRunner(lane, self.engine, self.clock, self.barrier, [self.reader])
        self.answers = []
        self.give(Signal.UP.value, 0)

    def give(self, kind, *values):
        self.runner.turn(Item(kind, values))

    def order(self, action, **fields):
        command = {"action": action, "n": 1, "expires": int(self.clock.now()) + 20, **fields}
        self.runner.turn(Item("command", (command,), self.answers.append))

    def later(self, seconds):
        self.clock.t += seconds
        self.runner.turn(None)

    def kinds(self):
        return [fact["kind"] for fact in self.engine.journal.facts(0, 100)]


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path)
    yield bench
    bench.engine.store.close()


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (code(1), "read:ticket:{}:OK"),
        (code(1)[:-1] + ("A" if code(1)[-1] != "A" else "B"), "read:ticket:{}:E_SIG"),
        (kit.alias(1), "read:number:{}:OK"),
        ("4006381333931", "read:foreign:{}:E_FOREIGN"),
    ],
    ids=["ticket", "forged", "number", "foreign"],
)
def test_a_test_scan_is_described_and_uses_nothing(bench, text, answer):
    bench.order("test_read")
    assert bench.answers == []
    bench.give("scan", text)
    assert bench.answers == [answer.format(len(text))]
    assert text not in bench.answers[0]
    bench.engine.journal.flush()
    assert bench.kinds() == []
    assert bench.barrier.opened == []
    assert bench.runner.tally.scans == 0


def test_the_code_that_stays_before_the_reader_is_no_visitor(bench):
    bench.order("test_read")
    bench.give("scan", code(1))
    bench.give("scan", code(1))
    assert bench.barrier.opened == []
    bench.later(4)
    bench.give("scan", code(1))
    assert bench.barrier.opened == [1], "the ticket is as good as before the test"


def test_a_reading_test_ends_with_its_order(bench):
    bench.order("test_read")
    bench.later(19)
    assert bench.answers == []
    bench.later(2)
    assert bench.answers == ["nothing_read"]
    bench.give("scan", code(1))
    assert bench.barrier.opened == [1], "the next visitor is served"


def test_a_dead_reader_is_told_at_once(bench):
    bench.reader.ok = False
    bench.order("test_read")
    assert bench.answers == ["no_reader"]


def test_lamps_show_green_and_then_red(bench):
    bench.order("test_lamp")
    assert (bench.answers, bench.reader.lamps) == (["done"], [True])
    bench.later(LAMP_PAUSE_S)
    assert bench.reader.lamps == [True, False]
    assert bench.kinds() == []


def test_a_tested_barrier_is_a_fact_and_its_passages_are_counted(bench):
    bench.order("test_open")
    assert (bench.answers, bench.barrier.opened) == (["done"], [1])
    bench.give(Signal.PASSED.value, 1)
    assert bench.kinds() == [facts.OPENED, facts.PASSED]


@pytest.mark.parametrize("action", ["test_open", "test_lamp", "test_read"])
def test_a_lane_at_work_is_not_tested(bench, action):
    bench.give("scan", code(1))
    bench.order(action)
    assert bench.answers == ["busy"]
    assert bench.barrier.opened == [1]


def test_counters_tell_what_a_lane_does(bench):
    bench.give("scan", code(1))
    bench.give(Signal.PASSED.value, 1)
    bench.later(10)
    bench.give("scan", code(1)[:-1] + ("A" if code(1)[-1] != "A" else "B"))
    counts = bench.runner.tally.status(bench.clock.mono())
    assert counts == {"minute": 2, "scans": 2, "refused": 1, "forged": 1, "lost": 0}
    bench.later(61)
    assert bench.runner.tally.status(bench.clock.mono())["minute"] == 0


def test_a_card_is_told_as_a_card_and_a_terminal_is_never_told_to_open(bench):
    bench.order("test_read")
    bench.runner.scan(Scan("04a1b2c3", "card"))
    bench.runner.turn(bench.runner._wait())
    assert bench.answers == ["read:card:0:"]
    assert True not in bench.reader.lamps
