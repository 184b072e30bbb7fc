"""The engine of test tickets beside that of the box, and what becomes of its facts."""

import secrets
from contextlib import contextmanager

import gate_kit as kit
import pytest
from gate_kit import NOW
from iot_handlers.scenic_gate import drill_lane
from iot_handlers.scenic_gate.drill_lane import CutLane
from iot_handlers.scenic_gate.store import StoreError

LANE = "G1"


@pytest.fixture
def engine(tmp_path):
    return kit.engine(tmp_path / "box")


@pytest.fixture
def aside(tmp_path):
    return kit.engine(tmp_path / "aside")


def kinds(engine):
    return [fact["kind"] for fact in engine.journal.facts(0, 99)]


def test_passages_under_way_end_in_the_journal_in_which_they_began(engine, aside):
    lane = CutLane(engine, aside, [kit.code(1)])
    for serial in (1, 2):
        assert lane.scan(LANE, kit.code(serial), NOW).op
    assert lane.recover(NOW + 1, LANE) == 2
    assert kinds(engine) == kinds(aside) == ["reserved", "unknown"]


def test_facts_are_given_back_once_and_after_those_that_waited(engine, aside, monkeypatch):
    clock = kit.FakeClock(NOW + 500)
    engine.store.put(drill={"uid": "d" * 32, "state": drill_lane.RUNNING})
    aside.scan(LANE, kit.code(1), NOW)

    @contextmanager
    def full():
        raise StoreError("full")
        yield

    with monkeypatch.context() as broken:
        broken.setattr(engine.store, "transaction", full)
        assert not engine.record("forced", LANE, NOW + 400, pax=1)
    report = drill_lane.write_back(engine, aside, clock, {"uid": "d" * 32, "state": "done"})
    assert kinds(engine) == ["forced", "reserved", "unknown"]
    assert (report["first"], report["last"]) == (1, 3)
    # the newest fact is of an earlier moment: the clock goes on from the latest all the same
    assert engine.store.get("floor") == clock.t
    assert drill_lane.write_back(engine, aside, clock, {"uid": "e" * 32}) == report
    assert len(kinds(engine)) == 3


def test_what_was_damaged_is_put_aside_and_what_cannot_be_read_now_stays(engine, tmp_path):
    (tmp_path / drill_lane.FILE).write_bytes(b"no database" * 999)
    assert drill_lane.left_behind(engine, tmp_path, secrets.token_hex) is None
    assert sorted(path.name for path in tmp_path.glob("*.db")) == ["damaged-drill.db"]
    assert drill_lane.left_behind(engine, tmp_path, secrets.token_hex) is None
    (tmp_path / drill_lane.FILE).mkdir()
    with pytest.raises(StoreError):
        drill_lane.left_behind(engine, tmp_path, secrets.token_hex)


def test_nothing_is_left_of_a_drill(tmp_path):
    for suffix in ("", "-wal", "-shm"):
        (tmp_path / (drill_lane.FILE + suffix)).write_text("x")
    drill_lane.forget(tmp_path)
    drill_lane.forget(tmp_path)
    assert not list(tmp_path.iterdir())
