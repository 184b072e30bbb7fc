"""A box that is updated keeps what it knows: its file is the one the old version wrote."""

import secrets
import sqlite3
from pathlib import Path

import gate_kit as kit
import pytest
from gate_kit import NOW, ZONE, code, uid
from iot_handlers.scenic_gate import facts
from iot_handlers.scenic_gate.config import parse
from iot_handlers.scenic_gate.engine import Outcome
from iot_handlers.scenic_gate.store import VERSION, Store, StoreError
from iot_handlers.scenic_gate.uses import own_uses

OLD = Path(__file__).with_name("data") / "store_1.sql"


@pytest.fixture
def updated(tmp_path):
    """An engine on a file of schema 1: three tickets, four passages, one of them under way."""
    with sqlite3.connect(tmp_path / "gate.db") as db:
        db.executescript(OLD.read_text())
        db.execute("PRAGMA user_version=1")
    db.close()
    store = Store(tmp_path / "gate.db", kit.secrets.token_hex)
    engine = kit.Engine(store, lambda: kit.secrets.token_hex(16))
    engine.configure(parse(store.get("config")))
    engine.trusted, engine.contact = True, NOW
    yield engine
    store.close()


def test_an_old_file_is_brought_up_to_date_once(updated, tmp_path):
    assert updated.store.rows("PRAGMA user_version") == [(VERSION,)]
    assert updated.store.epoch == "5c" * 8
    updated.store.close()
    again = Store(tmp_path / "gate.db", kit.secrets.token_hex)
    assert again.rows("SELECT count(*) FROM ticket") == [(3,)]
    again.close()


def test_an_updated_file_is_like_a_new_one(updated, tmp_path):
    new = Store(tmp_path / "new.db", kit.secrets.token_hex)
    tables = "SELECT name FROM sqlite_master ORDER BY name"
    assert updated.store.rows(tables) == new.rows(tables)
    for (name,) in new.rows("SELECT name FROM sqlite_master WHERE type = 'table'"):
        columns = "SELECT name, type, pk FROM pragma_table_info(?) ORDER BY name"
        assert updated.store.rows(columns, (name,)) == new.rows(columns, (name,))
    new.close()


def test_what_was_used_stays_used_and_what_was_given_back_is_good(updated):
    assert updated.scan("G1", code(1), NOW + 600).reason == "E_USED"
    assert updated.scan("G1", code(1), NOW + 600).first_use_lane == "G1"
    assert updated.scan("G1", code(2, pax=5), NOW + 600).admit == 2
    assert updated.scan("G1", code(9), NOW + 600).reason == "OK"
    # two here, one elsewhere, three rights
    assert updated.scan("G1", code(3), NOW + 600).reason == "E_USED"


def test_a_passage_under_way_can_still_be_given_back(updated):
    ((op, left),) = updated.store.rows("SELECT op, left FROM passage")
    outcome = Outcome("OK", "GREEN", left, left, op, ZONE, uid(3))
    updated.record(facts.RELEASED, "G2", NOW + 70, of=outcome, pax=left)
    assert own_uses(updated.store, uid(3), updated.config.tz)[ZONE].used == 1
    assert updated.scan("G1", code(3), NOW + 600).reason == "OK"


def test_the_chain_goes_on_and_the_feed_is_read_again(updated):
    updated.boot(NOW + 600)
    chain = updated.journal.facts(0, 99)
    assert facts.first_break(chain, facts.genesis(updated.store.epoch)) is None
    assert [fact["kind"] for fact in chain[-2:]] == ["unknown", "boot"]
    # uses elsewhere get moments and days only from the server
    assert updated.store.get("cursor") == 0
    assert updated.store.get("acked") == 2


def test_a_file_of_a_newer_version_is_left_alone(tmp_path):
    with sqlite3.connect(tmp_path / "gate.db") as db:
        db.execute(f"PRAGMA user_version={VERSION + 1}")
    db.close()
    with pytest.raises(StoreError, match="schema"):
        Store(tmp_path / "gate.db", kit.secrets.token_hex)


def test_a_migration_that_fails_changes_nothing(tmp_path):
    with sqlite3.connect(tmp_path / "gate.db") as db:
        db.executescript(OLD.read_text())
        db.execute("PRAGMA user_version=1")
        db.execute("CREATE TABLE exit (in_the_way)")
    db.close()
    with pytest.raises(StoreError):
        Store(tmp_path / "gate.db", kit.secrets.token_hex)
    db = sqlite3.connect(tmp_path / "gate.db")
    assert db.execute("PRAGMA user_version").fetchone() == (1,)
    assert db.execute("SELECT count(*) FROM use").fetchone() == (4,)
    db.close()


def test_older_code_goes_on_with_a_file_that_newer_code_has_only_added_to(tmp_path):
    path = tmp_path / "gate.db"
    Store(path, secrets.token_hex).close()
    db = sqlite3.connect(path)
    with db:
        db.execute("CREATE TABLE of_tomorrow (x INTEGER)")
        db.execute(f"PRAGMA user_version={VERSION + 1}")
    db.close()
    store = Store(path, secrets.token_hex)
    store.put(contact=1.0)
    store.close()
    db = sqlite3.connect(path)
    assert db.execute("PRAGMA user_version").fetchone() == (VERSION + 1,)
    with db:
        db.execute("UPDATE kv SET v = ? WHERE k = 'readable_by'", (str(VERSION + 1),))
    db.close()
    with pytest.raises(StoreError, match="schema"):
        Store(path, secrets.token_hex)
