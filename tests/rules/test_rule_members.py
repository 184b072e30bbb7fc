"""Members of rules on their way over the wire, and rules that restrict nothing."""

import json
from dataclasses import MISSING, fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenic_rules import passage, wire
from scenic_rules.check_table import CHECKS, PLAIN_CHECKS
from scenic_rules.passage import decide
from scenic_rules.views import History, RuleView, ZoneRule, ZoneUse
from scenic_rules.wire import TicketRow, WireError

# one value that restricts something, for every member that has a default
RESTRICTIONS = {
    "weekdays": 0b11111,
    "blackout": ((2300, 2310), (2400, 2400)),
    "hours": ((540, 720), (780, 1440)),
    "start_days": 3,
    "use_days": 7,
    "use_minutes": 120,
    "uses_total": 5,
    "uses_day": 2,
    "interval_s": 600,
    "passback": True,
    "grace_before_min": 10,
    "slot_zone": "PARK",
    "grace_after_min": 15,
    "checks": 9,
    "partial": False,
    "zones": (ZoneRule("CABLE", after="PARK", within_min=30), ZoneRule("PARK", uses_day=1)),
}
AREA = ZoneRule("CABLE", 2, "PARK", 30, 1, 2, ((600, 960),), 0b111)

u31 = st.integers(0, 0x7FFFFFFF)
spans = st.lists(st.tuples(st.integers(0, 700), st.integers(701, 1440)), max_size=3).map(tuple)
areas = st.builds(
    ZoneRule,
    zone=st.text("ABC_1", min_size=1, max_size=4),
    uses_day=u31,
    after=st.text("ABC_1", max_size=4),
    within_min=u31,
    choice=u31,
    pick=u31,
    hours=spans,
    weekdays=st.integers(0, 127),
)
rules = st.builds(
    RuleView,
    product=st.integers(0, 0xFFFF),
    risk=st.just(0),
    staff_pax=st.just(10),
    class_no=st.just(0),
    entrances=st.just(7),
    rights=st.just((("PARK", 1),)),
    weekdays=st.integers(0, 127),
    blackout=st.lists(st.tuples(st.integers(0, 99), st.integers(99, 999)), max_size=3).map(tuple),
    hours=spans,
    start_days=st.integers(0, 0xFFFF),
    use_days=st.integers(0, 0xFFFF),
    use_minutes=u31,
    uses_total=u31,
    uses_day=u31,
    interval_s=u31,
    passback=st.booleans(),
    grace_before_min=st.integers(0, 1440),
    grace_after_min=st.integers(0, 1440),
    slot_zone=st.text("ABC_1", max_size=4),
    checks=st.integers(0, 0xFFFF),
    partial=st.booleans(),
    zones=st.lists(areas, max_size=3, unique_by=lambda area: area.zone).map(
        lambda found: tuple(sorted(found, key=lambda area: area.zone))
    ),
)
moments = st.none() | st.floats(0, 2**40) | st.integers(0, 2**40)
uses = st.builds(
    ZoneUse,
    used=st.integers(-9, 999),
    first_t=moments,
    last_t=moments,
    last_day=st.integers(-1, 0xFFFF),
    day_used=st.integers(-9, 999),
)


def over_the_wire(data):
    """JSON, with its members shuffled as a database of JSON objects does."""
    return json.loads(json.dumps(data), object_pairs_hook=lambda pairs: dict(reversed(pairs)))


@given(rule=rules)
def test_a_rule_with_restrictions_arrives_as_it_was_sent(rule):
    assert wire.rule_from_wire(over_the_wire(wire.rule_to_wire(rule))) == rule


@given(there=st.dictionaries(st.text("ABC", min_size=1), uses, max_size=3), out_t=moments)
def test_uses_elsewhere_arrive_as_they_were_sent(park, there, out_t):
    row = TicketRow(park.ticket, "", {zone: use.used for zone, use in there.items()}, there, out_t)
    assert wire.ticket_from_wire(over_the_wire(wire.ticket_to_wire(row)), 7) == row


def test_every_member_with_a_default_is_tried(park):
    optional = {f.name for f in fields(RuleView) if f.default is not MISSING} - {"version"}
    assert set(RESTRICTIONS) == optional
    assert all(getattr(park.rule, name) != value for name, value in RESTRICTIONS.items())


@pytest.mark.parametrize("name", RESTRICTIONS)
def test_one_restriction_is_one_member_and_the_rule_is_no_longer_plain(park, name):
    rule = replace(park.rule, **{name: RESTRICTIONS[name]})
    data = wire.rule_to_wire(rule)
    assert set(data) == set(wire.rule_to_wire(park.rule)) | {name}
    assert wire.rule_from_wire(over_the_wire(data)) == rule
    assert (park.rule.plain, rule.plain) == (True, False)


def test_a_rule_says_whether_numbers_of_uses_suffice(park):
    asks = {
        name for name in RESTRICTIONS if replace(park.rule, **{name: RESTRICTIONS[name]}).asks_when
    }
    assert asks == {
        *("start_days", "use_days", "use_minutes", "uses_total", "uses_day", "interval_s"),
        *("passback", "zones"),
    }
    for quiet in (ZoneRule("PARK", hours=((0, 9),)), ZoneRule("PARK", weekdays=1)):
        assert not replace(park.rule, zones=(quiet,)).asks_when


def test_a_rule_of_an_older_server_restricts_nothing(park):
    old = {
        "product": 301,
        "risk": 0,
        "staff_pax": 10,
        "class_no": 2,
        "entrances": 0xFFFF,
        "rights": {"PARK": 1},
        "version": 1,
    }
    assert wire.rule_from_wire(old) == park.rule
    assert wire.rule_to_wire(park.rule) == old


def test_the_spelling_of_restrictions_is_part_of_the_protocol(park):
    data = wire.rule_to_wire(replace(park.rule, zones=(AREA,), blackout=((1, 2),), passback=True))
    assert data["blackout"] == [[1, 2]]
    assert data["passback"] is True
    assert data["zones"] == {
        "CABLE": {
            "uses_day": 2,
            "after": "PARK",
            "within_min": 30,
            "choice": 1,
            "pick": 2,
            "hours": [[600, 960]],
            "weekdays": 7,
        }
    }
    row = TicketRow(park.ticket, "", {"PARK": 1}, {"PARK": ZoneUse(1, 10.5, 11, 2313, 1)}, 12.5)
    sent = wire.ticket_to_wire(row)
    assert (sent["h"], sent["ot"]) == ({"PARK": [1, 10.5, 11, 2313, 1]}, 12.5)
    assert not {"h", "ot"} & set(wire.ticket_to_wire(TicketRow(park.ticket)))


@pytest.mark.parametrize("zone", [("x" * 20), "PARK"])
def test_zones_arrive_in_order(park, zone):
    data = wire.rule_to_wire(park.rule) | {"zones": {zone: {}, "A": {"choice": 1}}}
    assert wire.rule_from_wire(data).zones == (ZoneRule("A", choice=1), ZoneRule(zone))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("weekdays", 128),
        ("weekdays", None),
        ("blackout", [[5, 4]]),
        ("blackout", [[1]]),
        ("blackout", {"1": 2}),
        ("hours", [[600, 600]]),
        ("hours", [[600, 1441]]),
        ("hours", [[-1, 5]]),
        ("hours", None),
        ("start_days", -1),
        ("use_days", 1.5),
        ("use_minutes", "5"),
        ("uses_total", True),
        ("uses_day", []),
        ("interval_s", -1),
        ("passback", 1),
        ("partial", None),
        ("grace_before_min", 1441),
        ("grace_after_min", -1),
        ("slot_zone", 5),
        ("checks", -1),
        ("zones", []),
        ("zones", {"A": None}),
    ],
)
def test_a_bad_restriction_is_named(park, name, value):
    with pytest.raises(WireError, match=name):
        wire.rule_from_wire(wire.rule_to_wire(park.rule) | {name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("uses_day", -1),
        ("after", 5),
        ("within_min", None),
        ("choice", "a"),
        ("pick", -1),
        ("hours", [[2, 1]]),
        ("weekdays", 200),
    ],
)
def test_a_bad_restriction_of_a_zone_is_named(park, name, value):
    with pytest.raises(WireError, match=name):
        wire.rule_from_wire(wire.rule_to_wire(park.rule) | {"zones": {"A": {name: value}}})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("h", []),
        ("h", {"PARK": 1}),
        ("h", {"PARK": [1, 2, 3, 4]}),
        ("h", {"PARK": ["1", 2, 3, 4, 5]}),
        ("h", {"PARK": [1, "2", 3, 4, 5]}),
        ("h", {"PARK": [1, 2, True, 4, 5]}),
        ("h", {"PARK": [1, 2, 3, -2, 5]}),
        ("h", {"PARK": [1, 2, 3, 4, None]}),
        ("ot", "12:00"),
    ],
)
def test_bad_uses_elsewhere_are_named(park, name, value):
    with pytest.raises(WireError, match=f"^{name}"):
        wire.ticket_from_wire(wire.ticket_to_wire(TicketRow(park.ticket)) | {name: value}, 7)


@pytest.mark.parametrize("state", ["valid", "held", "blocked", "void", "superseded"])
def test_every_state_arrives(park, state):
    row = TicketRow(replace(park.ticket, state=state))
    assert wire.ticket_from_wire(wire.ticket_to_wire(row), 7) == row


histories = st.builds(
    History,
    used=st.integers(-2, 5),
    first_t=st.none() | st.just(1746072000.0),
    last_t=st.none() | st.just(1746072000.0),
    last_day=st.integers(-1, 1950),
    day_used=st.integers(-1, 5),
    others=st.just(()) | st.just((("CABLE", ZoneUse(2, 1746072000.0, 1746072000.0, 1947, 2)),)),
    out_t=st.none() | st.just(1746072000.0),
)


@given(history=histories, after=st.integers(-20, 9 * 86400), slot=st.sampled_from([255, 48]))
def test_the_checks_a_plain_rule_leaves_out_have_nothing_to_say(park, history, after, slot):
    """The shorter table is only quicker: a plain rule is judged as by the whole one."""
    ticket = replace(park.ticket, valid_days=9, slot_start=slot)
    question = (ticket, park.rule, history, park.gate, park.noon + after)
    short = decide(*question)
    assert park.rule.plain
    assert len(PLAIN_CHECKS) < len(CHECKS)
    whole, passage.PLAIN_CHECKS = passage.PLAIN_CHECKS, CHECKS
    try:
        assert decide(*question) == short
    finally:
        passage.PLAIN_CHECKS = whole
