import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenic_rules import wire
from scenic_rules.reason import Colour, Reason
from scenic_rules.views import Decision, RuleView, TicketView
from scenic_rules.wire import TicketRow, WireError

u8 = st.integers(0, 0xFF)
u16 = st.integers(0, 0xFFFF)
u31 = st.integers(0, 0x7FFFFFFF)
zone_codes = st.text("ABC_1", min_size=1, max_size=16)
rights = st.dictionaries(zone_codes, u31, max_size=4).map(
    lambda found: tuple(sorted(found.items()))
)
kids = st.integers(1, 0x7FFFFFFF)
rows = st.builds(
    TicketRow,
    ticket=st.builds(
        TicketView,
        uid=st.builds(lambda kid, serial: kid << 32 | serial, kids, kids),
        gen=u8,
        site=st.just(7),
        product=u16,
        valid_from=u16,
        valid_days=u16,
        slot_start=u8,
        slot_len=u8,
        pax=u8,
        entrances=u16,
        flags=u16,
        state=st.sampled_from(["valid", "void", "superseded"]),
        rights=rights,
        iat=st.integers(0, 0xFFFFFFFF),
        listed=st.just(True),
    ),
    alias=st.text(max_size=20),
    elsewhere=st.dictionaries(zone_codes, st.integers(-0x7FFFFFFF, 0x7FFFFFFF), max_size=4),
)
rules = st.builds(
    RuleView,
    product=u16,
    risk=u8,
    staff_pax=u16,
    class_no=st.integers(0, 31),
    entrances=u16,
    rights=rights,
    version=u31,
)
moments = st.none() | st.floats(0, 2**40) | st.integers(0, 2**40)
decisions = st.builds(
    Decision,
    reason=st.sampled_from(Reason),
    colour=st.sampled_from(Colour),
    admit=u16,
    uses=u16,
    rest=st.none() | u31,
    first_use_t=moments,
    first_use_lane=st.text(max_size=20),
    clock_alarm=st.booleans(),
)


def over_the_wire(data):
    """JSON, with its members shuffled as a database of JSON objects does."""
    return json.loads(json.dumps(data), object_pairs_hook=lambda pairs: dict(reversed(pairs)))


@given(row=rows)
def test_a_ticket_arrives_as_it_was_sent(row):
    assert wire.ticket_from_wire(over_the_wire(wire.ticket_to_wire(row)), 7) == row


@given(rule=rules)
def test_a_rule_arrives_as_it_was_sent(rule):
    assert wire.rule_from_wire(over_the_wire(wire.rule_to_wire(rule))) == rule


@given(decision=decisions)
def test_a_decision_arrives_as_it_was_sent(decision):
    assert wire.decision_from_wire(over_the_wire(wire.decision_to_wire(decision))) == decision


def test_roots_arrive_as_they_were_sent(park):
    roots = {1: (1, park.root.public), 2: (1, park.issuer.public)}
    assert wire.roots_from_wire(over_the_wire(wire.roots_to_wire(roots))) == roots


def test_the_spelling_of_a_ticket_is_part_of_the_protocol(park):
    assert wire.ticket_to_wire(TicketRow(park.ticket, "T1", {"PARK": 1})) == {
        "u": "21b2c3d40000002a",
        "g": 0,
        "p": 301,
        "f": park.today,
        "d": 1,
        "s": [255, 0],
        "x": 1,
        "e": 7,
        "fl": 0,
        "st": "valid",
        "r": {"PARK": 1},
        "o": {"PARK": 1},
        "a": "T1",
        "iat": park.code.iat,
    }


def test_members_of_a_newer_server_are_ignored(park):
    row = TicketRow(park.ticket)
    assert wire.ticket_from_wire(wire.ticket_to_wire(row) | {"new": [1]}, 7) == row
    assert wire.rule_from_wire(wire.rule_to_wire(park.rule) | {"new": 1}) == park.rule


def test_a_reason_of_a_newer_server_is_a_fault_that_admits_nobody():
    data = wire.decision_to_wire(Decision(Reason.E_USED, Colour.RED)) | {"reason": "E_MOON"}
    decision = wire.decision_from_wire(data)
    assert (decision.reason, decision.colour, decision.admit) == (Reason.E_FAULT, Colour.RED, 0)


BAD_NUMBERS = [None, True, -1, 1.0, "1", 1 << 40, [], {}]


@pytest.mark.parametrize("name", ["g", "p", "f", "d", "x", "e", "fl", "iat"])
@pytest.mark.parametrize("value", BAD_NUMBERS)
def test_a_ticket_with_a_bad_number_is_named(park, name, value):
    data = wire.ticket_to_wire(TicketRow(park.ticket)) | {name: value}
    with pytest.raises(WireError, match=name):
        wire.ticket_from_wire(data, 7)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("u", "0" * 16),
        ("u", 5),
        ("u", "21b2c3d4"),
        ("s", [255]),
        ("s", [256, 0]),
        ("s", "ab"),
        ("st", "lost"),
        ("st", ["valid"]),
        ("r", [["PARK", 1]]),
        ("r", {"PARK": -1}),
        ("r", {"PARK": True}),
        ("o", None),
        ("a", None),
    ],
)
def test_a_ticket_with_a_bad_member_is_named(park, name, value):
    data = wire.ticket_to_wire(TicketRow(park.ticket)) | {name: value}
    with pytest.raises(WireError, match=f"^{name}"):
        wire.ticket_from_wire(data, 7)


@pytest.mark.parametrize(
    "name", ["product", "risk", "staff_pax", "class_no", "entrances", "version", "rights"]
)
def test_a_rule_with_a_missing_member_is_named(park, name):
    data = wire.rule_to_wire(park.rule)
    del data[name]
    with pytest.raises(WireError, match=name):
        wire.rule_from_wire(data)


def test_a_class_has_a_bit_in_the_mask(park):
    with pytest.raises(WireError, match="class_no"):
        wire.rule_from_wire(wire.rule_to_wire(replace(park.rule, class_no=32)))


@pytest.mark.parametrize(
    "change",
    [{"colour": "BLUE"}, {"colour": 1}, {"reason": None}, {"admit": -1}, {"rest": "2"}]
    + [{"first_use_t": "now"}, {"first_use_t": True}, {"first_use_lane": None}],
)
def test_a_broken_decision_is_refused(change):
    data = wire.decision_to_wire(Decision(Reason.OK, Colour.GREEN, 1, 1)) | change
    with pytest.raises(WireError):
        wire.decision_from_wire(data)


@pytest.mark.parametrize(
    "root",
    [None, {}, {"kid": 1, "alg": 2, "pub": "00" * 33}, {"kid": 1, "alg": 1, "pub": "00"}]
    + [{"kid": 1, "alg": 1, "pub": "x"}, {"kid": "1", "alg": 1, "pub": "00" * 32}],
)
def test_a_broken_root_is_refused(root):
    with pytest.raises(WireError):
        wire.roots_from_wire([root])


@given(
    data=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
        max_leaves=8,
    )
)
def test_any_json_is_understood_or_refused(data):
    for function in (wire.rule_from_wire, wire.decision_from_wire):
        with pytest.raises(WireError):
            function(data)
    with pytest.raises(WireError):
        wire.ticket_from_wire(data, 7)
