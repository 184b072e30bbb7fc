"""Cards, faces and identity cards at a lane: from what a device says to the ticket behind it."""

import json

import gate_kit as kit
import pytest
from gate_kit import DAY, NOW, ticket_row, uid
from hypothesis import given
from hypothesis import strategies as st
from iot_handlers.scenic_gate import credential
from iot_handlers.scenic_gate.credential import Credentials, day_tag, pseudonym
from iot_handlers.scenic_gate.runner import Item, LaneRunner
from iot_handlers.scenic_gate.scan import CARD, FACE, IDCARD, Scan

KEY = bytes(range(32))
DAYS = {DAY: b"a" * 32, DAY + 300: b"b" * 32}
NUMBER = "110101199003078515"
CREDENTIALS = {"key": KEY.hex(), "days": {str(day): key.hex() for day, key in DAYS.items()}}


def tag(kind, value, day=DAY):
    name = pseudonym(KEY, kind, value)
    return (day_tag(DAYS[day], name) if kind == IDCARD else name[:8]).hex()


def row(serial, *tags, **fields):
    return ticket_row(serial, **fields) | {"c": list(tags)}


@pytest.fixture
def engine(tmp_path):
    made = kit.engine(tmp_path, credentials=CREDENTIALS)
    yield made
    made.store.close()


def scan(engine, kind, value, now=NOW, lane="G1"):
    return engine.scan(lane, engine.veil(Scan(value, kind)), now)


@pytest.mark.parametrize(
    ("kind", "stored", "read"),
    [
        (CARD, "04A2BC11", "04:a2:bc:11"),
        (CARD, "0012345678", "12345678"),
        (FACE, "P-7", "P-7"),
        (IDCARD, f"cn_id:{NUMBER[:-1]}x", NUMBER[:-1] + "X"),
    ],
)
def test_a_credential_opens_its_ticket_once(engine, kind, stored, read):
    engine.snapshot.apply([row(1, tag(kind, stored)), row(2)], 2)
    first = scan(engine, kind, read)
    assert (first.reason, first.uid, first.admit) == ("OK", uid(1), 1)
    assert scan(engine, kind, read, NOW + 60).reason == "E_USED"
    assert scan(engine, kind, read + "9").reason == "E_NO_TICKET"


def test_a_pass_that_ends_on_another_day_is_found_by_the_tag_of_that_day(engine):
    engine.snapshot.apply([row(1, tag(IDCARD, NUMBER, DAY + 300), valid_days=301)], 1)
    assert scan(engine, IDCARD, NUMBER).reason == "OK"


def test_of_several_tickets_of_one_person_the_good_one_passes(engine):
    tags = [tag(IDCARD, NUMBER), tag(IDCARD, NUMBER, DAY + 300)]
    rows = [
        row(1, tags[0], state="void"),
        row(2, tags[1], valid_from=DAY + 290, valid_days=11),
        row(3, tags[0]),
        row(4, tags[0]),
    ]
    engine.snapshot.apply(rows, 4)
    assert [scan(engine, IDCARD, NUMBER, NOW + n).uid for n in (0, 9)] == [uid(3), uid(4)]
    third = scan(engine, IDCARD, NUMBER, NOW + 20)
    assert (third.reason, third.uid) == ("E_USED", uid(3))


def test_a_printed_text_is_never_a_credential(engine):
    engine.snapshot.apply([row(1, tag(FACE, "7"))], 1)
    for text in ("face:7", engine.veil(Scan("7", FACE)).upper(), str(engine.veil(Scan("7", FACE)))):
        plain = "".join(text)
        assert engine.scan("G1", engine.veil(plain), NOW).admit == 0


def test_the_document_that_the_machine_read_needs_no_attendant(engine):
    rules = kit.config()["rules"]
    cases = [(1, IDCARD, "OK"), (8, FACE, "OK"), (8, CARD, "R_HOLDER")]
    for serial, (bit, kind, reason) in enumerate(cases, 1):
        with_check = kit.config(rules=[rules[0] | {"checks": bit}], credentials=CREDENTIALS)
        engine.configure(kit.parse(with_check))
        value = f"5{bit}{kind}"
        engine.snapshot.apply([row(serial, tag(kind, value))], 1)
        assert scan(engine, kind, value).reason == reason


def test_nothing_of_the_person_is_kept(engine, tmp_path):
    engine.snapshot.apply([row(1, tag(IDCARD, NUMBER))], 1)
    veiled = engine.veil(Scan(NUMBER, IDCARD))
    assert NUMBER not in veiled
    scan(engine, IDCARD, NUMBER)
    scan(engine, IDCARD, NUMBER, NOW + 60)
    scan(engine, IDCARD, NUMBER.replace("9", "8"))
    engine.journal.flush()
    facts = engine.journal.facts(0, 100)
    assert [fact["kind"] for fact in facts] == ["reserved", "refused", "refused"]
    assert [fact["code"] for fact in facts] == [None] * 3
    engine.store.checkpoint()
    data = b"".join(path.read_bytes() for path in tmp_path.glob("gate.db*"))
    assert NUMBER.encode() not in data
    assert veiled.partition(":")[2] not in json.dumps(facts)


def test_a_box_without_keys_knows_nobody(tmp_path):
    engine = kit.engine(tmp_path)
    engine.snapshot.apply([row(1, tag(FACE, "7"))], 1)
    assert scan(engine, FACE, "7").reason == "E_NO_TICKET"
    engine.store.close()


def test_tags_follow_their_ticket(engine):
    engine.snapshot.apply([row(1, tag(CARD, "AA"))], 1)
    engine.snapshot.apply([row(1, tag(CARD, "BB"))], 2)
    assert scan(engine, CARD, "AA").reason == "E_NO_TICKET"
    assert scan(engine, CARD, "BB").reason == "OK"
    engine.snapshot.prune(DAY + 400, 0)
    assert engine.store.rows("SELECT count(*) FROM credential") == [(0,)]


def test_a_broken_tag_leaves_its_ticket_out(engine):
    engine.snapshot.apply([row(1, "nothex"), row(2, tag(CARD, "AA"))], 2)
    assert engine.snapshot.broken == 1
    assert engine.snapshot.count() == 1


def test_a_lane_that_leads_outside_lets_a_card_go(tmp_path):
    engine = kit.engine(tmp_path, lanes=[kit.lane_config("O1", zone=None)], credentials=CREDENTIALS)
    engine.snapshot.apply([row(1, tag(CARD, "AA"))], 1)
    assert scan(engine, CARD, "AA", lane="O1").reason == "OK"
    engine.store.close()


def test_a_request_that_is_over_is_not_decided(tmp_path):
    class Gone:
        def is_over(self):
            return True

    engine = kit.engine(tmp_path, credentials=CREDENTIALS)
    barrier = kit.FakeBarrier()
    runner = LaneRunner(engine.config.lanes["G1"], engine, kit.FakeClock(), barrier)
    runner.lane.usable = True
    runner.turn(Item("scan", (Scan(kit.code(1), request=Gone()),)))
    assert (barrier.opened, engine.journal.facts(0, 9)) == ([], [])
    runner.turn(Item("scan", (kit.code(2),)))
    assert barrier.opened == [1]
    engine.store.close()


@given(st.text(max_size=300), st.sampled_from([CARD, FACE, IDCARD]))
def test_whatever_a_device_says_has_a_pseudonym_of_one_size(value, kind):
    veiled = Credentials(KEY, DAYS).veil(Scan(value, kind))
    assert len(veiled) == len(kind) + 33
    assert all(len(tag) == 8 for tag in Credentials(KEY, DAYS).tags(veiled))


def test_keys_do_not_show_themselves():
    assert KEY.hex() not in repr(credential.parse(CREDENTIALS))
