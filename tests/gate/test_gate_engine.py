"""One scan in, one durable decision out."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import gate_kit as kit
import pytest
from gate_kit import NOW, ZONE, code, ticket_row, uid
from iot_handlers.scenic_gate import facts
from iot_handlers.scenic_gate.journal import Entry, Journal
from iot_handlers.scenic_gate.judge import Judge
from iot_handlers.scenic_gate.store import Store, StoreError
from iot_handlers.scenic_gate.uses import own_uses


@pytest.fixture
def engine(tmp_path):
    engine = kit.engine(tmp_path)
    yield engine
    engine.store.close()


def kinds(engine):
    return [(f["kind"], f["pax"], f["reason"]) for f in engine.journal.facts(0, 999)]


def test_listed_ticket_is_admitted_once(engine):
    engine.snapshot.apply([ticket_row(1)], cursor=1)
    first = engine.scan("G1", code(1), NOW)
    second = engine.scan("G1", code(1), NOW + 60)
    assert (first.reason, first.admit, first.uses) == ("OK", 1, 1)
    assert (second.reason, second.admit) == ("E_USED", 0)
    assert second.first_use_lane == "G1"
    assert second.first_use_t == NOW


def test_unlisted_ticket_with_a_good_signature_is_admitted_offline_once(engine):
    engine.online = False
    assert engine.scan("G1", code(5), NOW).reason == "OK"
    assert engine.scan("G2", code(5), NOW + 60).reason == "E_USED"
    fact = engine.journal.facts(0, 9)[0]
    assert (fact["code"], fact["mode"]) == (code(5), "offline")


def test_unlisted_ticket_of_a_risky_product_waits_for_staff_when_cut_off(tmp_path):
    config = kit.config()
    config["rules"][0]["risk"] = 1
    engine = kit.engine(tmp_path, rules=config["rules"])
    engine.contact = NOW - 601
    refused = engine.scan("G1", code(5), NOW)
    assert (refused.reason, refused.colour) == ("R_UNLISTED_CUT_OFF", "STAFF")
    engine.contact = NOW - 599
    assert engine.scan("G1", code(5), NOW).reason == "OK"


def test_alias_and_code_are_one_ticket(engine):
    engine.snapshot.apply([ticket_row(3)], cursor=1)
    assert engine.scan("G1", kit.alias(3).lower(), NOW).reason == "OK"
    assert engine.scan("G1", code(3), NOW + 60).reason == "E_USED"
    assert engine.scan("G1", kit.alias(4), NOW).reason == "E_UNKNOWN_ALIAS"


def test_use_elsewhere_counts_and_a_reversal_gives_it_back(engine):
    engine.snapshot.apply([ticket_row(1, elsewhere={ZONE: 1})], cursor=1)
    assert engine.scan("G1", code(1), NOW).reason == "E_USED"
    engine.snapshot.apply([ticket_row(1)], cursor=2)
    assert engine.scan("G1", code(1), NOW).reason == "OK"
    assert engine.scan("G1", code(1), NOW + 60).reason == "E_USED"
    # the server took back the use that this very box had reported
    engine.snapshot.apply([ticket_row(1, elsewhere={ZONE: -1})], cursor=3)
    assert engine.scan("G1", code(1), NOW + 120).reason == "OK"
    assert engine.scan("G1", code(1), NOW + 180).reason == "E_USED"


def test_void_ticket_and_old_copy_are_refused(engine):
    engine.snapshot.apply([ticket_row(1, state="void"), ticket_row(2, gen=1)], cursor=1)
    assert engine.scan("G1", code(1), NOW).reason == "E_REVOKED"
    assert engine.scan("G1", code(2), NOW).reason == "E_SUPERSEDED"
    assert engine.scan("G1", code(2, gen=1), NOW).reason == "OK"


def test_group_is_counted_by_staff_and_the_rest_stays_valid(engine):
    engine.snapshot.apply([ticket_row(1, pax=20)], cursor=1)
    assert engine.scan("G1", code(1, pax=20), NOW).reason == "R_GROUP_COUNT"
    first = engine.scan("G1", code(1, pax=20), NOW, persons=12, staff=True)
    assert (first.reason, first.admit, first.rest) == ("OK", 12, 8)
    assert engine.scan("G1", code(1, pax=20), NOW, persons=9, staff=True).reason == "E_USED"
    assert engine.scan("G1", code(1, pax=20), NOW, persons=8, staff=True).admit == 8


def test_reader_that_fires_twice_admits_once(engine):
    assert engine.scan("G1", code(1), NOW).reason == "OK"
    again = engine.scan("G1", code(1), NOW + 2)
    assert (again.reason, again.admit) == ("SAME_SCAN", 0)
    engine.journal.flush()
    assert kinds(engine) == [("reserved", 1, "OK")]


def test_release_gives_the_right_back(engine):
    outcome = engine.scan("G1", code(1), NOW)
    engine.record(facts.RELEASED, "G1", NOW, of=outcome, pax=1)
    assert engine.scan("G1", code(1), NOW + 20).reason == "OK"


def test_way_outside_uses_no_right(tmp_path):
    lanes = [kit.lane_config("G1"), kit.lane_config("X1", zone=None)]
    engine = kit.engine(tmp_path, lanes=lanes)
    out = engine.scan("X1", code(1), NOW)
    assert (out.reason, out.admit, out.op) == ("OK", 1, None)
    assert engine.scan("G1", code(1), NOW).reason == "OK"


def test_lane_of_no_entrance_takes_tickets_of_any(tmp_path):
    lanes = [kit.lane_config("G1", entrance=3), kit.lane_config("ANY", entrance=None)]
    engine = kit.engine(tmp_path, lanes=lanes)
    assert engine.scan("G1", code(1, entrances=0b100), NOW).reason == "E_ENTRANCE"
    assert engine.scan("ANY", code(1, entrances=0b100), NOW).reason == "OK"
    assert engine.scan("ANY", code(2, entrances=0), NOW).reason == "E_ENTRANCE"


def test_refusals_are_written_in_batches(engine):
    for _ in range(3):
        engine.scan("G1", "PAYMENT", NOW)
    assert engine.journal.seq == 0
    assert engine.journal.flush()
    assert kinds(engine) == [("refused", 0, "E_FOREIGN")] * 3


def test_foreign_texts_are_never_kept(engine):
    # a payment code, an ID number, a web address, half a ticket
    for text in ("134567890123456789", "110105199003071234", "https://x.example", code(1)[:80]):
        engine.scan("G1", text, NOW)
    engine.scan("G1", code(1, site=8), NOW)
    engine.journal.flush()
    found = [f["code"] for f in engine.journal.facts(0, 9)]
    assert found[:4] == [None] * 4
    assert found[4] == code(1, site=8)


def test_full_disk_admits_nobody(engine):
    engine.store.db.execute("PRAGMA query_only=1")
    outcome = engine.scan("G1", code(1), NOW)
    assert (outcome.reason, outcome.colour, outcome.admit) == ("E_STORE", "STAFF", 0)
    assert not engine.journal.flush()
    engine.store.db.execute("PRAGMA query_only=0")
    # nothing was consumed, and the refusal is written as soon as it can be
    assert engine.scan("G1", code(1), NOW).reason == "OK"
    assert engine.journal.flush()
    assert kinds(engine) == [("reserved", 1, "OK"), ("refused", 0, "E_STORE")]


def test_facts_that_meet_a_full_disk_keep_their_order(engine):
    outcome = engine.scan("G1", code(1), NOW)
    engine.store.db.execute("PRAGMA query_only=1")
    assert not engine.record(facts.PASSED, "G1", NOW + 1, of=outcome, pax=1)
    engine.store.db.execute("PRAGMA query_only=0")
    engine.scan("G1", code(2), NOW + 2)
    assert [k for k, _, _ in kinds(engine)] == ["reserved", "passed", "reserved"]


def test_unknown_lane_and_missing_configuration_open_nothing(engine, tmp_path):
    assert engine.scan("NOPE", code(1), NOW).reason == "E_FAULT"
    store = Store(tmp_path / "bare" / "gate.db", kit.secrets.token_hex)
    assert kit.Engine(store, lambda: "0" * 32).scan("G1", code(1), NOW).reason == "E_FAULT"


def test_clock_that_is_not_proven_asks_staff_for_a_ticket_of_tomorrow(engine):
    tomorrow = code(1, valid_from=kit.DAY + 1)
    assert engine.scan("G1", tomorrow, NOW).colour == "RED"
    engine.trusted = False
    assert engine.scan("G1", tomorrow, NOW).colour == "STAFF"


def test_certificate_of_a_stranger_is_left_out(tmp_path):
    other = kit.keys.load(kit.keys.new_key_file(lambda n: bytes(n)))
    blob = other.issue_server_certificate(kit.SITE, 99, kit.EPOCH, kit.EPOCH + 999)
    engine = kit.engine(tmp_path, certificates=[kit.CERTIFICATE.hex(), blob.hex()])
    assert engine.bad_certificates == 1
    assert engine.scan("G1", code(1), NOW).reason == "OK"


def test_sixteen_lanes_admit_one_ticket_once(tmp_path):
    lanes = [kit.lane_config(f"L{i}") for i in range(16)]
    engine = kit.engine(tmp_path, lanes=lanes)
    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(lambda i: engine.scan(f"L{i}", code(9), NOW), range(16)))
    assert sum(outcome.admit for outcome in outcomes) == 1


def test_chain_is_whole_and_a_changed_fact_is_found(engine):
    for serial in range(1, 6):
        engine.scan("G1", code(serial), NOW)
        engine.journal.recover(Entry(facts.UNKNOWN, **engine.stamp("", NOW)))
    chain = engine.journal.facts(0, 99)
    assert chain[0]["prev"] == facts.genesis(engine.store.epoch)
    assert facts.first_break(chain) is None
    for field, value in (("pax", 9), ("t", 1), ("lane", "G9"), ("uid", None), ("reason", "X")):
        forged = [dict(fact) for fact in chain]
        forged[4][field] = value
        assert facts.first_break(forged) == 5
    assert facts.first_break([*chain[:3], *chain[4:]]) == 5
    assert facts.first_break(chain, "0" * 64) == 1


def test_facts_survive_a_restart_and_the_chain_goes_on(tmp_path):
    engine = kit.engine(tmp_path)
    engine.scan("G1", code(1), NOW)
    epoch = engine.store.epoch
    engine.store.close()
    engine = kit.engine(tmp_path)
    assert engine.store.epoch == epoch
    assert engine.boot(NOW) == 1
    assert kinds(engine) == [("reserved", 1, "OK"), ("unknown", 1, "OK"), ("boot", 1, "OK")]
    assert facts.first_break(engine.journal.facts(0, 9)) is None
    assert engine.scan("G1", code(1), NOW + 60).reason == "E_USED"


def test_a_test_reading_is_not_looked_at_in_the_middle_of_a_scan(engine, monkeypatch):
    """Both note the ticket they are at: the scan would count the uses of the other one."""
    held = []
    row_of = engine.row_of
    monkeypatch.setattr(
        engine, "row_of", lambda uid: held.append(engine.store.lock._is_owned()) or row_of(uid)
    )
    engine.look(code(1), NOW)
    assert held
    assert all(held)


def test_a_configuration_is_followed_between_two_scans(engine, monkeypatch):
    held = []
    follow = Judge._follow

    def watch(judge, *parts):
        held.append(engine.store.lock._is_owned())
        follow(judge, *parts)

    monkeypatch.setattr(Judge, "_follow", watch)
    engine.configure(engine.config)
    assert held == [True]


def test_pruned_journal_keeps_its_chain(engine):
    for serial in range(1, 11):
        engine.scan("G1", code(serial), NOW + serial)
        engine.journal.recover(Entry(facts.UNKNOWN, **engine.stamp("", NOW + serial)))
    late = int((NOW + 99) * 1000)
    assert engine.journal.prune(acked=6, before=late) == 6
    assert engine.journal.oldest() == 7
    left = engine.journal.facts(0, 99)
    assert left[0]["seq"] == 7
    assert facts.first_break(left) is None
    # everything acknowledged and old: the newest stays, the next fact follows it
    engine.journal.prune(acked=20, before=late)
    engine.journal = Journal(engine.store)
    assert engine.journal.seq == 20
    engine.scan("G1", code(99), NOW + 100)
    assert facts.first_break(engine.journal.facts(0, 99)) is None


def test_expired_tickets_leave_with_their_uses(engine):
    engine.snapshot.apply([ticket_row(1), ticket_row(2, valid_days=30)], cursor=1)
    engine.scan("G1", code(1), NOW)
    assert engine.snapshot.prune(kit.DAY + 3, before=0) == 0
    assert engine.snapshot.prune(kit.DAY + 4, before=0) == 1
    assert engine.snapshot.count() == 1
    assert own_uses(engine.store, uid(1), engine.config.tz) == {}


def test_broken_ticket_row_does_not_keep_the_others_out(engine):
    bad = ticket_row(1) | {"x": "many"}
    assert engine.snapshot.apply([bad, ticket_row(2), None, {}], cursor=5) == 1
    assert engine.snapshot.broken == 3
    assert engine.store.get("cursor") == 5


def test_passage_nobody_saw_is_opened_again_once_and_at_its_own_lane(engine, tmp_path):
    outcome = engine.scan("G1", code(1), NOW)
    engine.record(facts.UNKNOWN, "G1", NOW + 6, of=outcome, pax=1)
    assert engine.reopen(outcome.op, "G2") is None
    assert engine.reopen(outcome.op, "G1").admit == 1
    assert engine.reopen(outcome.op, "G1") is None
    # nor by whoever starts the box anew
    again = kit.engine(tmp_path)
    assert again.reopen(outcome.op, "G1") is None
    again.store.close()


def test_file_that_is_no_database_is_named(tmp_path):
    (tmp_path / "gate.db").write_bytes(b"this is no database" * 400)
    with pytest.raises(StoreError, match=r"gate\.db") as caught:
        Store(tmp_path / "gate.db", kit.secrets.token_hex)
    assert caught.value.damaged


def test_every_commit_is_flushed_to_disk(engine):
    assert engine.store.db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert engine.store.db.execute("PRAGMA synchronous").fetchone() == (2,)


def test_admission_is_visible_to_a_second_process_when_scan_returns(engine, tmp_path):
    engine.scan("G1", code(1), NOW)
    with sqlite3.connect(tmp_path / "gate.db") as other:
        assert other.execute("SELECT kind FROM fact").fetchall() == [("reserved",)]
        assert other.execute("SELECT uid FROM passage").fetchall() == [(uid(1),)]
