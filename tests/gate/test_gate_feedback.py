"""A lane at work: what its devices are told, and its rule for a passage nobody saw."""

import gate_kit as kit
import pytest
from gate_kit import code
from iot_handlers.scenic_gate import facts
from iot_handlers.scenic_gate.device import Ack, Feedback, Reader, Signal
from iot_handlers.scenic_gate.runner import Item, LaneRunner
from iot_handlers.scenic_gate.uses import own_uses

TEXTS = {
    "zh_CN": {"OK": "请进", "E_USED": "已使用", "R_UNSEEN": "请找工作人员"},
    "en_US": {"OK": "Welcome", "E_USED": "This ticket has been used"},
}


class Door(kit.FakeBarrier):
    def __init__(self):
        super().__init__()
        self.told = []

    def show(self, feedback):
        self.told.append(feedback)


class Work:
    """One lane, its door and a clock that moves when the test says so."""

    def __init__(self, folder, **lane):
        self.engine = kit.engine(folder, lanes=[kit.lane_config("G1", **lane)], texts=TEXTS)
        self.clock, self.door = kit.FakeClock(), Door()
        config = self.engine.config.lanes["G1"]
        self.runner = LaneRunner(config, self.engine, self.clock, self.door)
        self.signal(Signal.UP, 0)

    def scan(self, serial=1):
        self.runner.turn(Item("scan", (code(serial),)))
        return self.door.told[-1]

    def signal(self, signal, count=1):
        self.runner.signal(signal, count)
        self.runner.turn(self.runner._wait())

    def wait(self, seconds):
        for _ in range(4):
            self.clock.t += seconds / 4
            self.runner.turn(None)

    def kinds(self):
        chain = self.engine.journal.facts(0, 99)
        return [(fact["kind"], fact["pax"], fact["reason"]) for fact in chain]

    def used(self):
        own = own_uses(self.engine.store, kit.uid(1), self.engine.config.tz)
        return own[kit.ZONE].used if own else 0


@pytest.fixture
def work(tmp_path):
    made = []

    def make(**lane):
        made.append(Work(tmp_path, **lane))
        return made[-1]

    yield make
    for one in made:
        one.engine.store.close()


def test_devices_are_told_in_the_language_of_the_lane(work):
    lane = work(lang="en_US", sounds={"good": "hello.wav", "bad": "no.wav", "E_USED": "used.wav"})
    assert lane.scan() == Feedback("good", "OK", "Welcome", 1, "en_US", "hello.wav")
    lane.signal(Signal.PASSED)
    lane.wait(10)
    told = lane.scan()
    assert (told.colour, told.reason, told.sound, told.good) == ("bad", "E_USED", "used.wav", False)
    assert told.text == "This ticket has been used"
    assert (lane.runner.last.colour, lane.runner.last.lang) == ("bad", "en_US")
    assert lane.runner.last.first_use_lane == "G1"


def test_a_lane_without_a_language_speaks_that_of_the_box(work):
    told = work().scan()
    assert (told.text, told.lang, told.sound) == ("请进", "zh_CN", "")


def test_what_an_attendant_can_settle_is_amber(work):
    lane = work()
    lane.engine.trusted = False
    lane.runner.turn(Item("scan", (code(1, valid_from=kit.DAY + 1),)))
    told = lane.door.told[-1]
    assert (told.colour, told.reason) == ("staff", "E_EARLY")
    # a text that was not translated is better than none
    assert told.text == "E_EARLY"


def test_a_lane_that_shows_an_old_driver_what_it_knows(work):
    lane = work()
    told = []

    class Old(Reader):
        def feedback(self, good):
            told.append(good)

    lane.runner.readers.append(Old())
    lane.scan()
    assert told == [True]


UNSEEN = {
    "consumed": ([("unknown", 1, "OK")], 1, 1),
    "staff": ([("unknown", 1, "R_UNSEEN")], 1, 1),
    "released": ([("unknown", 1, "OK"), ("released", 1, "R_UNSEEN")], 0, 0),
}


@pytest.mark.parametrize("rule", UNSEEN)
@pytest.mark.parametrize("how", ["no answer", "power cut", "emergency"])
def test_a_passage_nobody_saw_ends_by_the_rule_of_its_lane(work, tmp_path, rule, how):
    lane = work(on_unknown=rule)
    lane.door.ack = Ack.UNKNOWN if how == "no answer" else Ack.DONE
    lane.scan()
    if how == "no answer":
        lane.wait(8)
        assert lane.door.told[-1] == Feedback("staff", "R_UNSEEN", "请找工作人员", 0, "zh_CN")
    elif how == "emergency":
        lane.signal(Signal.EMERGENCY_ON)
    else:
        lane.engine.store.close()
        lane = work(on_unknown=rule)
        assert lane.engine.boot(kit.NOW + 60) == 1
    ends, used, reopen = UNSEEN[rule]
    found = [fact for fact in lane.kinds() if fact[0] in facts.ENDINGS]
    assert found == ends
    assert lane.used() == used
    op = lane.engine.journal.facts(0, 1)[0]["op"]
    assert (lane.engine.reopen(op, "G1") is not None) == bool(reopen)


def test_signals_of_a_controller_reach_the_lane(work):
    lane = work()
    lane.scan()
    lane.signal(Signal.BLOCKED, 1)
    lane.signal(Signal.TAILGATE, 2)
    lane.signal(Signal.TIMEOUT, 0)
    lane.wait(2)
    assert lane.kinds() == [
        ("reserved", 1, "OK"),
        ("blocked", 0, "OK"),
        ("tailgate", 2, "OK"),
        ("released", 1, "OK"),
    ]
