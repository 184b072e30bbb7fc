"""What a box knows of the past: exact after give-backs, short after a year of passages."""

from collections import Counter

import gate_kit as kit
import pytest
from decision_vectors import Past
from fuzzing import examples
from gate_kit import NOW, ZONE, code, uid
from hypothesis import given, settings
from hypothesis import strategies as st
from iot_handlers.scenic_gate import facts, peer_uses, uses
from iot_handlers.scenic_gate.entry import Entry
from iot_handlers.scenic_gate.store import SWEEP, Store
from iot_handlers.scenic_rules.views import History, ZoneUse
from iot_handlers.scenic_rules.wire import TicketRow, ticket_from_wire

DAY_S = 86400


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "gate.db", kit.secrets.token_hex)
    yield store
    store.close()


@pytest.fixture
def tz():
    return kit.parse(kit.config()).tz


def row(there=None, out_t=None):
    ticket = ticket_from_wire(kit.ticket_row(1), kit.SITE).ticket
    there = {zone: ZoneUse(*values) for zone, values in (there or {}).items()}
    return TicketRow(ticket, "", {zone: use.used for zone, use in there.items()}, there, out_t)


def passage(store, zone, persons, t, lane="G1", op=None):
    op = op or kit.secrets.token_hex(16)
    with store.transaction() as db:
        uses.reserve(db, 1, zone, op, persons, int(t * 1000), lane)
    return op


@settings(max_examples=examples(150), deadline=None)
@given(
    here=st.lists(
        st.tuples(st.sampled_from("AB"), st.integers(1, 4), st.integers(0, 300), st.integers(0, 4)),
        max_size=8,
    ),
    there=st.lists(
        st.tuples(st.sampled_from("AB"), st.integers(1, 4), st.integers(0, 300)), max_size=5
    ),
)
def test_here_and_there_add_up_to_the_whole_story(tmp_path_factory, here, there):
    """In quarters of a day: own passages with give-backs, passages elsewhere, both at once."""
    tz = kit.parse(kit.config()).tz
    store = Store(tmp_path_factory.mktemp("uses") / "gate.db", kit.secrets.token_hex)
    story, told = Past(tz), Past(tz)
    when = Counter()
    for zone, persons, at, back in here:
        when[at] += 1
        t = NOW + at * DAY_S / 4 + when[at]  # no two at the same moment
        op = passage(store, zone, persons, t)
        use = story.use(zone, "G1", t, persons)
        with store.transaction() as db:
            uses.give_back(db, 1, zone, op, min(back, persons))
        story.give_back(use, min(back, persons))
    for zone, persons, at in there:
        when[at] += 1
        t = NOW + at * DAY_S / 4 + when[at]
        for past in (story, told):
            past.use(zone, "G9", t, persons)
    listed = row(told.zones())
    for zone in "AB":
        found = uses.history(store, listed, 1, zone, tz, with_exit=False)
        moments, _lanes = story.in_zone(zone)
        assert moments == (
            found.used, found.first_t, found.last_t, found.last_day, found.day_used,
        )  # fmt: skip
        others = {name: ZoneUse(*values) for name, values in story.zones(but=zone).items()}
        assert dict(found.others) == others
    store.close()


def test_a_long_story_is_told_in_short_and_says_the_same(store, tz):
    for day in range(40):
        passage(store, ZONE, 1, NOW + day * DAY_S, lane=f"G{day}")
    passage(store, "OTHER", 1, NOW)
    before = uses.history(store, None, 1, ZONE, tz, with_exit=False)
    cut = int((NOW + 36.5 * DAY_S) * 1000)
    assert uses.fold(store, cut) == 1
    assert store.rows("SELECT count(*) FROM use WHERE zone = ?", (ZONE,)) == [(4,)]
    assert uses.history(store, None, 1, ZONE, tz, with_exit=False) == before
    assert before.first_lane == "G0"
    # a second time there is nothing to fold, later the rest is
    assert uses.fold(store, cut) == 0


def test_few_passages_are_not_folded(store):
    for day in range(uses.FOLD_ABOVE):
        passage(store, ZONE, 1, NOW + day * DAY_S)
    assert uses.fold(store, int((NOW + 99 * DAY_S) * 1000)) == 0


def test_a_box_shortens_long_stories_when_it_keeps_house(tmp_path):
    box = kit.box(tmp_path)
    now = box.clock.now()
    for day in range(1, 31):
        passage(box.store, ZONE, 1, now - day * DAY_S)
    box.house.prune(kit.DAY)
    assert box.store.rows("SELECT used FROM use ORDER BY last_t") == [(28,), (1,), (1,)]
    box.stop()


def test_a_reversal_on_the_server_takes_the_moments_along(store, tz):
    passage(store, ZONE, 1, NOW)
    taken_back = row({ZONE: (-1, None, None, -1, 0)})
    assert uses.history(store, taken_back, 1, ZONE, tz, with_exit=False) == History()


def test_a_day_that_the_server_corrects_counts_as_it_says(store, tz):
    passage(store, ZONE, 2, NOW)
    day = uses.history(store, None, 1, ZONE, tz, with_exit=False).last_day
    corrected = row({ZONE: (-1, None, None, day, -1)})
    found = uses.history(store, corrected, 1, ZONE, tz, with_exit=False)
    assert (found.used, found.day_used, found.last_day) == (1, 1, day)


def test_an_older_server_tells_numbers_only(store, tz):
    listed = TicketRow(row().ticket, "", {ZONE: 2, "OTHER": 1})
    found = uses.history(store, listed, 1, ZONE, tz, with_exit=False)
    assert found == History(used=2, others=(("OTHER", ZoneUse(1)),))


def exits(engine):
    return engine.store.rows("SELECT uid, t FROM exit")


@pytest.fixture
def engine(tmp_path):
    lanes = [kit.lane_config("G1"), kit.lane_config("X1", zone=None)]
    config = kit.config()
    config["rules"][0] |= {"passback": True, "rights": {ZONE: 0}}
    engine = kit.engine(tmp_path, lanes=lanes, rules=config["rules"])
    yield engine
    engine.store.close()


def test_who_was_seen_to_leave_may_enter_again(engine):
    assert engine.scan("G1", code(1), NOW).reason == "OK"
    assert engine.scan("G1", code(1), NOW + 60).reason == "E_PASSBACK"
    out = engine.scan("X1", code(1), NOW + 100)
    # the lane opened, but nobody went
    assert engine.scan("G1", code(1), NOW + 110).reason == "E_PASSBACK"
    engine.record(facts.PASSED, "X1", NOW + 120, of=out, pax=1)
    assert exits(engine) == [(uid(1), int((NOW + 120) * 1000))]
    assert engine.scan("G1", code(1), NOW + 130).reason == "OK"


def test_the_fact_of_an_exit_names_the_ticket_and_no_passage(engine):
    out = engine.scan("X1", code(1), NOW)
    engine.record(facts.PASSED, "X1", NOW, of=out, pax=1)
    engine.record(facts.PASSED, "X1", NOW, pax=1)  # somebody without a ticket
    first, second = engine.journal.facts(0, 9)
    assert (first["uid"], first["op"], first["zone"]) == (f"{uid(1):016x}", None, None)
    assert (second["uid"], second["op"], second["zone"]) == (None, None, None)
    assert len(exits(engine)) == 1


def test_an_exit_that_is_told_late_does_not_undo_a_later_one(engine):
    out = engine.scan("X1", code(1), NOW)
    engine.record(facts.PASSED, "X1", NOW + 50, of=out, pax=1)
    engine.record(facts.PASSED, "X1", NOW + 20, of=out, pax=1)
    assert exits(engine) == [(uid(1), int((NOW + 50) * 1000))]


def test_exits_leave_with_their_tickets(engine):
    engine.snapshot.apply([kit.ticket_row(1)], cursor=1)
    for serial in (1, 2):
        out = engine.scan("X1", code(serial), NOW)
        engine.record(facts.PASSED, "X1", NOW, of=out, pax=1)
    engine.snapshot.prune(kit.DAY + 99, before=0)
    assert [number for number, _ in exits(engine)] == [uid(2)]
    engine.snapshot.prune(kit.DAY + 99, before=int(NOW * 1000) + 1)
    assert exits(engine) == []


def test_housekeeping_lets_scans_in_all_the_time(tmp_path, monkeypatch):
    """A site with hundreds of thousands of tickets, midnight, and a park that never closes."""
    box = kit.box(tmp_path)
    now, many = box.clock.now(), 5 * SWEEP
    long_ago = int((now - 500 * DAY_S) * 1000)
    with box.store.transaction() as db:
        for n in range(many):
            uses.reserve(db, n, ZONE, f"{n:032x}", 1, long_ago, "G1")
            db.execute("INSERT INTO exit VALUES (?, ?)", (n, long_ago))
            db.execute("INSERT INTO state_news VALUES (?, 0, 'void', 1, 0)", (n,))
            claim = (n, ZONE, 1, long_ago, "L2")
            peer_uses.claim(db, f"{n:032x}", 2, "e" * 16, b"run", 1, claim)
        db.execute("UPDATE fact SET t = ?", (long_ago,))
    for _n in range(many):
        box.engine.journal.refuse(Entry(facts.REFUSED, long_ago, "G1"))
    box.engine.journal.flush()
    box.engine.record(facts.BOOT, "", now)
    box.store.put(acked=box.engine.journal.seq)
    most, before = [], box.store.db.total_changes

    def let_in():
        nonlocal before
        most.append(box.store.db.total_changes - before)
        before = box.store.db.total_changes

    monkeypatch.setattr(box.house, "pause", let_in)
    box.house.prune(kit.DAY)
    names = ("use", "exit", "state_news", "peer_use")
    assert [box.store.rows(f"SELECT count(*) FROM {name}")[0][0] for name in names] == [0] * 4
    assert box.engine.journal.oldest() > many
    assert len(most) >= 20
    assert max(most) <= 2 * SWEEP
    box.stop()
