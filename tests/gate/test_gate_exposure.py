"""A box that has let in much by itself asks staff, in steps; nothing of it is forgotten."""

import random

import gate_kit as kit
import pytest
from gate_kit import NOW, code, ticket_row
from gate_server import FakeServer
from gate_sync_kit import synced
from iot_handlers.scenic_gate import claiming, exposure, facts
from iot_handlers.scenic_gate.claim import Answer
from iot_handlers.scenic_gate.config import ConfigError, parse

RISKY = 102
LIMIT = {"limit_cents": 1000, "values": {"101": 100, "102": 100}}


def rules():
    plain = kit.config()["rules"][0]
    return [plain, plain | {"product": RISKY, "risk": 1}]


@pytest.fixture
def engine(tmp_path):
    made = kit.engine(tmp_path, rules=rules(), exposure=LIMIT)
    yield made
    made.store.close()


def scan(engine, serial, **fields):
    outcome = engine.scan("G1", code(serial, **fields), NOW)
    if outcome.op:
        engine.record(facts.PASSED, "G1", NOW, of=outcome, pax=outcome.uses)
    return outcome.reason.value


def test_it_narrows_step_by_step(engine):
    assert [scan(engine, serial) for serial in range(41, 46)] == ["OK"] * 5
    # at half of the limit: risky products first
    assert scan(engine, 10, product=RISKY) == "R_EXPOSURE"
    assert [scan(engine, serial) for serial in (5, 6, 7)] == ["OK"] * 3
    # at 80 percent: every ticket that the server has not listed
    assert scan(engine, 8) == "R_EXPOSURE"
    engine.snapshot.apply([ticket_row(8), ticket_row(9)], cursor=1)
    assert scan(engine, 8) == "OK"
    assert engine.exposed == 800


def test_staff_may_admit_and_that_counts_too(engine):
    for serial in range(41, 49):
        scan(engine, serial)
    assert engine.scan("G1", code(8), NOW, staff=True).reason == "OK"
    assert engine.exposed == 900
    # more than the limit: listed tickets wait at a gate that is cut off, and only there
    for serial in (20, 21):
        engine.scan("G2", code(serial), NOW, staff=True)
    engine.snapshot.apply([ticket_row(30), ticket_row(31)], cursor=1)
    engine.contact = NOW - 3600
    assert scan(engine, 30) == "R_EXPOSURE"
    engine.contact = NOW
    assert scan(engine, 30) == "OK"
    # nobody is turned away for good
    engine.contact = NOW - 3600
    assert engine.scan("G1", code(31), NOW, staff=True).reason == "OK"


def test_a_listed_ticket_counts_a_part_when_cut_off(engine):
    engine.snapshot.apply([ticket_row(1), ticket_row(2)], cursor=1)
    assert scan(engine, 1) == "OK"
    assert engine.exposed == 0
    engine.contact = NOW - 3600
    assert scan(engine, 2) == "OK"
    assert engine.exposed == 5


def test_a_group_does_not_jump_over_the_limit(engine):
    assert scan(engine, 1, pax=9) == "R_EXPOSURE"
    assert scan(engine, 1, pax=8) == "OK"


def test_who_did_not_pass_does_not_count(engine):
    outcome = engine.scan("G1", code(1, pax=4), NOW)
    engine.record(facts.PASSED, "G1", NOW, of=outcome, pax=1)
    engine.record(facts.RELEASED, "G1", NOW, of=outcome, pax=3)
    assert engine.exposed == 100
    assert engine.store.rows(exposure.TOTAL)[0][0] == 100


def test_it_outlives_the_power_and_ends_with_the_acknowledgement(engine, tmp_path):
    for serial in range(41, 49):
        scan(engine, serial)
    engine.store.close()
    again = kit.engine(tmp_path, rules=rules(), exposure=LIMIT)
    assert again.exposed == 800
    assert scan(again, 9) == "R_EXPOSURE"
    server, sync = synced(again, FakeServer())
    server.lose = ["reply"]
    sync.once()
    assert again.exposed == 800, "the server has it, but the box does not know"
    sync.once()
    assert again.exposed == 0
    assert scan(again, 9) == "OK"
    again.store.close()


def test_a_disk_that_refuses_lets_nothing_in_and_counts_nothing(engine):
    engine.store.db.execute("PRAGMA query_only=1")
    assert scan(engine, 1) == "E_STORE"
    engine.store.db.execute("PRAGMA query_only=0")
    assert engine.exposed == 0


def test_without_a_limit_a_box_alone_admits_as_ever(tmp_path):
    engine = kit.engine(tmp_path)
    assert all(scan(engine, serial) == "OK" for serial in range(1, 31))
    assert (engine.exposed, engine.store.rows("SELECT * FROM exposure")) == (0, [])
    engine.store.close()


def test_a_limit_that_cannot_be_read_keeps_the_old_configuration():
    with pytest.raises(ConfigError):
        parse(kit.config(exposure={"limit_cents": -5}))


def test_the_machine_alone_never_passes_the_limit(tmp_path):
    draw = random.Random(5)
    engine = kit.engine(tmp_path, rules=rules(), exposure=LIMIT)
    server, sync = synced(engine, FakeServer())
    server.now = NOW
    for serial in range(1, 401):
        if draw.random() < 0.02:
            sync.once()
        engine.contact = NOW - draw.choice([0, 3600])
        if draw.random() < 0.3:
            engine.snapshot.apply([ticket_row(serial, pax=3)], cursor=serial)
        outcome = engine.scan("G1", code(serial, pax=3, product=draw.choice([101, RISKY])), NOW)
        back = draw.randint(0, outcome.uses)
        if outcome.uses - back:
            engine.record(facts.PASSED, "G1", NOW, of=outcome, pax=outcome.uses - back)
        if back:
            engine.record(facts.RELEASED, "G1", NOW, of=outcome, pax=back)
        assert 0 <= engine.exposed <= 1000
        assert engine.exposed == engine.store.rows(exposure.TOTAL)[0][0]
    engine.store.close()


class Peers:
    """Other boxes of the site: the owner of every ticket is another one."""

    def __init__(self, owner_answers):
        self.owner_answers = owner_answers

    def plan(self, reading, decision):
        return claiming.Plan(2, (2,), False)

    def is_busy(self, uid):
        return False

    def begin(self, *_passage):
        """Nothing to note."""

    end = begin

    def ask(self, plan, question):
        return (Answer("OK", question.persons), True) if self.owner_answers else (None, False)


@pytest.mark.parametrize(("answers", "cents"), [(True, 100), (False, 105)])
def test_the_owner_of_a_listed_ticket_vouches_for_it(engine, answers, cents):
    engine.peers, engine.contact = Peers(answers), NOW - 3600
    engine.snapshot.apply([ticket_row(1)], cursor=1)
    assert [scan(engine, serial) for serial in (1, 2)] == ["OK", "OK"]
    assert engine.exposed == cents
