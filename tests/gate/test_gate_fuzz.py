"""Whatever comes in at a door of the box: it goes on deciding, and opens for nobody else."""

import importlib
import json
import sys
import types

import gate_kit as kit
import pytest
from fuzzing import examples
from gate_damage import damaged, every
from gate_http import ROOT
from gate_kit import NOW, code, ticket_row
from gate_pair import Box
from gate_server import FakeServer, command
from hypothesis import given, settings
from hypothesis import strategies as st
from iot_handlers.scenic_gate import auth, facts
from iot_handlers.scenic_gate.config import Config, ConfigError, parse
from iot_handlers.scenic_gate.entry import Entry
from iot_handlers.scenic_gate.http_message import Request
from iot_handlers.scenic_gate.terminal_core import PROFILES as PROFILE_CLASSES
from iot_handlers.scenic_rules.ticket_code import MAX_TEXT

CODE = code(1)
CONFIG = kit.config(
    lanes=[
        kit.lane_config(
            "G1",
            devices=[
                {"name": "QR", "role": "reader", "driver": "line_reader", "url": "socket://h:1"},
                {
                    "name": "relay",
                    "role": "barrier",
                    "driver": "modbus_barrier",
                    "url": "tcp://h:502",
                    "options": {"in_entry": 0, "pulse_ms": 500},
                },
            ],
        ),
        kit.lane_config("G2", zone=None, direction="out"),
    ],
    keys=[{"kid": 12, "state": "closed", "last_serial": 7, "serials": []}],
    printers=[{"code": "7", "name": "Window", "url": "tcp://h:9100", "options": {"baud": 9600}}],
    dynamic_key="ab" * 32,
    cut_off_s=600,
)


# ---------------------------------------------------------------------- a reader


@st.composite
def texts(draw):
    """Draw what a scanner may deliver: noise, or a ticket with some of it changed."""
    if draw(st.booleans()):
        return draw(st.text(max_size=600))
    text = list(CODE)
    for _change in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        text[at : at + draw(st.integers(0, 3))] = draw(st.text("ST1ABC234567-= é", max_size=3))
    return "".join(text)


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    made = kit.engine(tmp_path_factory.mktemp("fuzz"))
    made.snapshot.apply([ticket_row(1, state="void"), ticket_row(2)], cursor=1)
    yield made
    made.store.close()


@given(text=texts(), lane=st.sampled_from(["G1", "G2", "", "G9"]))
@settings(max_examples=examples(200))
def test_no_text_at_a_reader_opens_or_stops_a_lane(engine, text, lane):
    before = engine.journal.seq
    outcome = engine.scan(lane, text, NOW)
    assert (outcome.admit, outcome.op) == (0, None)
    # the refusal is counted, and keeps nothing that is no ticket of ours
    engine.journal.flush()
    (fact,) = engine.journal.facts(before, 9)
    assert fact["kind"] == facts.REFUSED
    assert len(fact["code"] or "") <= MAX_TEXT
    if not text.strip().upper().startswith("ST1"):
        assert fact["code"] is None or fact["uid"]


# ------------------------------------------------------------------- the server


def test_each_bad_value_in_a_configuration(engine):
    for data in every(CONFIG):
        _follow(engine, data)


@given(damaged(CONFIG))
@settings(max_examples=examples(100))
def test_a_configuration_is_followed_whole_or_not_at_all(engine, data):
    _follow(engine, data)


def _follow(engine, data):
    try:
        config = parse(data)
    except ConfigError:
        return
    assert isinstance(config, Config)
    old = engine.config
    try:
        # what was taken over must not stop a lane afterwards
        engine.configure(config)
        for lane in (*config.lanes, "G1"):
            assert engine.scan(lane, code(1), NOW).reason
            assert engine.scan(lane, "nothing", NOW).admit == 0
        assert config.text("OK")
    finally:
        engine.configure(old)


REPLY = {
    "v": 1,
    "now": NOW,
    "acked_to": 1,
    "config": None,
    "config_rev": "1",
    "tickets": [ticket_row(5), ticket_row(6, elsewhere={"GATE": 1})],
    "cursor": 2,
    "more": False,
    "commands": [command()],
}


@given(damaged(REPLY | {"config": kit.config()}, most=4))
@settings(max_examples=examples(60))
def test_no_signed_reply_stops_the_box(tmp_path_factory, reply):
    box = Box(tmp_path_factory.mktemp("box"), FakeServer())
    try:
        box.engine.scan("G1", code(1), NOW)
        box.server.tamper = lambda good: reply
        for _turn in range(2):
            box.sync.once()
        assert box.engine.scan("G1", code(2), NOW).admit in (0, 1)
        # an order acts at most once, and only as it was signed
        assert box.orders in ([], ["open"])
        assert box.engine.scan("G1", "forged", NOW).admit == 0
    finally:
        box.engine.store.close()


def test_no_order_acts_but_as_it_was_signed(tmp_path):
    box = Box(tmp_path, FakeServer())
    box.sync.once()
    for number, data in enumerate(every({"order": command()})):
        order, before = data.get("order"), len(box.orders)
        box.desk.accept(order, from_server=bool(number % 2))
        if isinstance(order, dict) and _signed_part(order) == _signed_part(command()):
            assert len(box.orders) <= before + (not before)
        else:
            assert len(box.orders) == before, order
        json.dumps(box.desk.acks()).encode()  # goes over the wire
    box.engine.store.close()


def _signed_part(order):
    try:
        return auth.command_signature(kit.TOKEN, kit.BOX, order)
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


# ------------------------------------------------------------ the server's own door


def _pure(name):
    """Import a file of the addon's tools without Odoo."""
    for package, folder in (("pure_gate", ""), ("pure_gate.tools", "tools")):
        if package not in sys.modules:
            module = types.ModuleType(package)
            module.__path__ = [str(ROOT / "scenic_gate_iot" / folder)]
            sys.modules[package] = module
    return importlib.import_module(f"pure_gate.tools.{name}")


def _fact(box):
    box.scan("G1", code(1), NOW)
    return box.journal.facts(0, 1)[0]


@pytest.fixture(scope="module")
def request_body(tmp_path_factory):
    made = kit.engine(tmp_path_factory.mktemp("request"))
    fact = _fact(made)
    made.store.close()
    return {
        "v": 1,
        "epoch": "ab" * 8,
        "facts": [fact],
        "acks": [{"uid": "a" * 32, "result": "done"}],
        "oldest": 1,
        "config_rev": "",
        "cursor": 0,
        "status": {"version": "1", "lanes": {}},
    }


def test_each_bad_value_in_a_request(request_body):
    for message in every(request_body):
        _ask(json.dumps(message).encode())


def test_a_number_beyond_all_numbers_is_no_status(request_body):
    body = json.dumps(request_body | {"status": {"drift": "HUGE"}}).replace('"HUGE"', "1e999")
    _ask(body.encode())
    assert _pure("sync_request").parse_sync(body.encode()).status == {}


@given(st.data())
@settings(max_examples=examples(100))
def test_the_server_names_the_field_of_any_bad_request(request_body, data):
    body = data.draw(
        damaged(request_body).map(lambda message: json.dumps(message).encode())
        | st.binary(max_size=80)
        | st.just(b"[" * 5000)
    )
    _ask(body)


def _ask(body):
    sync_request = _pure("sync_request")
    message, refusal = None, None
    try:
        message = sync_request.parse_sync(body)
    except sync_request.FieldError as error:
        refusal = error
    if refusal:
        assert refusal.field
        assert refusal.text
        return
    assert len(message.facts) <= auth.MAX_FACTS
    assert all(set(facts.FIELDS) <= set(fact) for fact in message.facts)
    # what it takes can be hashed and stored: no lone surrogates, no NUL, no NaN
    for fact in message.facts:
        facts.fact_hash(fact["prev"], fact)
        assert "\x00" not in json.dumps(fact, ensure_ascii=False)
        json.dumps(fact, ensure_ascii=False, allow_nan=False).encode()
    kept = json.dumps(message.status, allow_nan=False, ensure_ascii=False)
    kept.encode()
    assert "\\u0000" not in kept  # PostgreSQL's jsonb refuses it


@given(
    st.text(st.characters(codec=None), max_size=500), st.text(max_size=90), st.integers(-9, 99_999)
)
@settings(max_examples=examples(60))
def test_whatever_is_written_down_the_server_takes(engine, request_body, text, reason, pax):
    """One fact that it refuses by its form would keep all later ones of the box for ever."""
    engine.journal.flush()
    before = engine.journal.seq
    engine.record(facts.STAFF, "G1", NOW, pax=pax, reason=reason, code=text)
    engine.journal.refuse(Entry(facts.REFUSED, int(NOW * 1000), code=text, reason=reason))
    engine.journal.flush()
    told = engine.journal.facts(before, 10)
    assert [fact["kind"] for fact in told] == [facts.STAFF, facts.REFUSED]
    body = json.dumps(request_body | {"facts": told}).encode()
    assert len(_pure("sync_request").parse_sync(body).facts) == 2


def test_each_bad_value_in_a_question():
    sync_request = _pure("sync_request")
    for message in every({"v": 1, "code": CODE, "lane": "G1", "wanted": 0, "op": "a" * 32}):
        try:
            asked = sync_request.parse_redeem(json.dumps(message).encode())
        except sync_request.FieldError:
            continue
        assert len(asked.code) <= MAX_TEXT
        (asked.code + asked.lane).encode()


# ----------------------------------------------------------------- terminals


PROFILES = {
    "vgdecode": ("/t", b"vgdecoderesult=ABC&&devicenumber=0"),
    "face": ("/t", b"personId=7&deviceKey=84E0&time=1700000000000&type=face_0"),
    "uface": ("/t", b'{"personId": "7", "QRdata": "S1", "time": "1700000000000"}'),
    "zk_push": ("/iclock/cdata", b"time=2026-09-21 21:33:20\tpin=7\tcardno=0\tevent=0\tindex=42"),
    "hik_isapi": ("/t", b'{"AccessControllerEvent": {"serialNo": 7, "subEventType": 75}}'),
}
QUERIES = ({}, {"SN": "1", "table": "rtlog"}, {"SN": "1", "AuthType": "device"})


def _understood(name, body, query, kind=""):
    """Let a profile read a body; whatever it makes of it is a text that a lane can take."""
    options = {"path": "/t", "sn": "1", "auth": "AuthType" in query, "raw": True}
    profile = PROFILE_CLASSES[name](options)
    path = PROFILES[name][0]
    try:
        seen = profile.parse(Request("POST", path, query, {"content-type": kind}, body))
    except ValueError:
        return
    assert seen.text == "".join(char for char in seen.text if char.isprintable())
    assert len(seen.text) <= MAX_TEXT
    for good in (True, False):
        reply = seen.reply or (seen.answer or profile.answer)(good, "no")
        lines = reply.body.split("\r\n")
        # nothing that a stranger wrote becomes a line of ours
        assert good or not any(line.startswith("CONTROL") for line in lines)


@pytest.mark.parametrize("name", PROFILES)
@pytest.mark.parametrize("query", QUERIES, ids=["plain", "event", "question"])
def test_a_request_cut_anywhere_is_read_or_refused(name, query):
    whole = PROFILES[name][1]
    for at in range(len(whole) + 1):
        _understood(name, whole[:at], query)
        _understood(name, whole[at:], query)


@given(
    st.sampled_from(sorted(PROFILES)),
    st.sampled_from(QUERIES),
    st.lists(st.tuples(st.integers(0, 80), st.binary(max_size=12)), max_size=5),
    st.sampled_from(["", "multipart/form-data; boundary=x", "multipart/form-data"]),
)
@settings(max_examples=examples(300))
def test_no_request_of_a_terminal_stops_the_box(name, query, changes, kind):
    body = PROFILES[name][1]
    for at, data in changes:
        body = body[:at] + data + body[at + len(data) // 2 :]
    _understood(name, body, query, kind)
