from dataclasses import replace

import pytest
from fuzzing import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from scenic_rules.allowance import granted, left, right_in, uses_byte
from scenic_rules.passage import decide
from scenic_rules.reason import COLOUR, Colour, Reason
from scenic_rules.ticket_code import EPOCH, FLAG_DYNAMIC
from scenic_rules.views import (
    Decision,
    GateView,
    History,
    RuleView,
    TicketView,
    ZoneUse,
    ticket_from_code,
    ticket_from_row,
)


def _minute(gate):
    """The minute follows the quarter, unless the test says which."""
    return {"minute": -1} | gate if "quarter" in gate else gate


@pytest.fixture(scope="session")
def ask(park):
    """Decide on the park's good ticket, with changes: ask(ticket={...}, gate={...}, ...)."""

    def ask(ticket=(), rule=(), gate=(), history=None, now=park.noon, **more):
        return decide(
            replace(park.ticket, **dict(ticket)),
            None if rule is None else replace(park.rule, **dict(rule)),
            history or History(),
            replace(park.gate, **_minute(dict(gate))),
            now,
            **more,
        )

    return ask


GROUP = {"pax": 30, "rights": (("PARK", 30),)}
TWICE = {"rights": (("PARK", 2),)}
ENDLESS = {"rights": (("PARK", 0),)}


def used(number, t, lane="L1"):
    return History(number, t, lane, t, lane)


def test_a_good_ticket_passes_once_and_leaves_nothing(ask):
    assert ask() == Decision(Reason.OK, Colour.GREEN, admit=1, uses=1, rest=0)


@pytest.mark.parametrize(
    ("ticket", "rule", "gate", "reason"),
    [
        ({"site": 8}, {}, {}, Reason.E_SITE),
        ({}, None, {}, Reason.E_PRODUCT),
        ({}, {"product": 999}, {}, Reason.E_PRODUCT),
        ({"state": "void"}, {}, {}, Reason.E_REVOKED),
        ({"state": "lost"}, {}, {}, Reason.E_REVOKED),  # a state this box does not know yet
        ({"state": "blocked"}, {}, {}, Reason.E_BLOCKED),
        ({"state": "held"}, {}, {}, Reason.E_HELD),
        ({"state": "superseded"}, {}, {}, Reason.E_SUPERSEDED),
        ({"entrances": 0b101}, {}, {}, Reason.E_ENTRANCE),
        ({}, {"entrances": 0b101}, {}, Reason.E_ENTRANCE),
        ({}, {}, {"entrance": 3}, Reason.E_ENTRANCE),
        ({"entrances": 0}, {}, {}, Reason.E_ENTRANCE),
        ({"flags": FLAG_DYNAMIC}, {}, {}, Reason.E_DYNAMIC),
        ({"flags": FLAG_DYNAMIC}, {}, {"staff": True}, Reason.E_DYNAMIC),
        ({}, {}, {"zone": "CABLE"}, Reason.E_ZONE),
        ({}, {}, {"zone": ""}, Reason.E_ZONE),
        ({"rights": ()}, {}, {}, Reason.E_ZONE),
        (GROUP, {}, {}, Reason.R_GROUP_COUNT),
        (GROUP, {}, {"staff": True}, Reason.R_GROUP_COUNT),  # nobody has counted
        ({"listed": False}, {"risk": 1}, {"cut_off": True}, Reason.R_UNLISTED_CUT_OFF),
        ({"listed": False}, {"risk": 0}, {"cut_off": True}, Reason.OK),
        ({"listed": False}, {"risk": 1}, {}, Reason.OK),
        ({"listed": True}, {"risk": 1}, {"cut_off": True}, Reason.OK),
        ({"listed": False}, {"risk": 1}, {"cut_off": True, "staff": True}, Reason.OK),
        ({"pax": 10, "rights": (("PARK", 10),)}, {}, {}, Reason.OK),
    ],
)
def test_each_rule_alone_refuses(ask, ticket, rule, gate, reason):
    decision = ask(ticket, rule, gate)
    assert (decision.reason, decision.colour) == (reason, COLOUR[reason])
    assert (decision.admit > 0) is (reason is Reason.OK)


@pytest.mark.parametrize(
    ("days", "day", "reason"),
    [
        (1, -1, Reason.E_EARLY),
        (1, 0, Reason.OK),
        (1, 1, Reason.E_EXPIRED),
        (3, 2, Reason.OK),
        (3, 3, Reason.E_EXPIRED),
        (0, 0, Reason.E_EXPIRED),
    ],
)
def test_a_ticket_is_good_on_its_days(park, ask, days, day, reason):
    assert ask({"valid_days": days}, gate={"day": park.today + day}).reason is reason


@pytest.mark.parametrize(
    ("slot", "quarter", "reason"),
    [
        ((36, 8), 35, Reason.E_SLOT),
        ((36, 8), 36, Reason.OK),
        ((36, 8), 43, Reason.OK),
        ((36, 8), 44, Reason.E_SLOT),
        ((36, 0), 95, Reason.OK),
        ((36, 0), 35, Reason.E_SLOT),
        ((0, 1), 0, Reason.OK),
        ((0, 1), 1, Reason.E_SLOT),
        ((255, 0), 0, Reason.OK),
        ((255, 8), 95, Reason.OK),
    ],
)
def test_a_ticket_is_good_in_its_slot(ask, slot, quarter, reason):
    ticket = {"slot_start": slot[0], "slot_len": slot[1]}
    assert ask(ticket, gate={"quarter": quarter}).reason is reason


SLOT = {"slot_start": 44, "slot_len": 8}


@pytest.mark.parametrize(
    ("ticket", "day", "quarter", "reason", "certain"),
    [
        ({}, -1, 48, Reason.E_EARLY, False),
        ({}, 1, 48, Reason.E_EXPIRED, True),
        (SLOT, 0, 43, Reason.E_SLOT, False),
        (SLOT, 0, 52, Reason.E_SLOT, True),
        (SLOT | {"valid_days": 2}, 0, 52, Reason.E_SLOT, False),
        (SLOT | {"valid_days": 2}, 1, 52, Reason.E_SLOT, True),
        ({"iat": 7 * 3600}, 0, 48, Reason.E_CLOCK, False),
        ({"iat": 7 * 3600}, 1, 48, Reason.E_EXPIRED, True),
    ],
)
def test_a_clock_that_may_be_behind_asks_the_attendant(
    park, ask, ticket, day, quarter, reason, certain
):
    if "iat" in ticket:
        ticket = ticket | {"iat": park.noon - EPOCH + ticket["iat"]}
    gate = {"day": park.today + day, "quarter": quarter}
    trusted = ask(ticket, gate=gate)
    doubtful = ask(ticket, gate=gate | {"clock_trusted": False})
    settled = ask(ticket, gate=gate | {"clock_trusted": False, "staff": True})
    overruled = ask(ticket, gate=gate | {"staff": True})
    assert (trusted.reason, trusted.colour) == (reason, COLOUR[reason])
    assert (overruled.reason, overruled.admit) == (reason, 0)
    assert doubtful.reason is reason
    assert doubtful.colour is (COLOUR[reason] if certain else Colour.STAFF)
    assert settled.reason is (reason if certain else Reason.OK)


def test_a_doubt_never_hides_what_is_certain(park, ask):
    early = {"day": park.today - 1, "clock_trusted": False}
    assert ask(gate=early, history=used(1, 0)).reason is Reason.E_USED
    assert ask({"entrances": 0}, gate=early).reason is Reason.E_ENTRANCE
    assert ask(gate=early | {"zone": "CABLE"}).reason is Reason.E_ZONE


@pytest.mark.parametrize(
    ("ahead", "reason", "alarm"),
    [
        (600, Reason.OK, False),
        (601, Reason.OK, True),
        (6 * 3600, Reason.OK, True),
        (6 * 3600 + 1, Reason.E_CLOCK, True),
    ],
)
def test_a_ticket_from_the_future_questions_the_clock(park, ask, ahead, reason, alarm):
    decision = ask({"iat": park.noon - EPOCH + ahead})
    assert (decision.reason, decision.clock_alarm) == (reason, alarm)
    assert decision.colour is COLOUR[reason]


def test_a_used_ticket_tells_when_and_where_it_was_first_used(park, ask):
    history = History(2, park.noon - 100, "L3", park.noon - 50, "L4")
    decision = ask(TWICE, history=history)
    assert decision == Decision(
        Reason.E_USED,
        Colour.RED,
        rest=0,
        first_use_t=park.noon - 100,
        first_use_lane="L3",
    )


@pytest.mark.parametrize(
    ("others", "first_t", "lane"),
    [((), 7200, "L3"), ((("CABLE", ZoneUse(1, 9000)),), 9000, "")],
)
def test_a_period_that_is_over_tells_when_it_began(park, ask, others, first_t, lane):
    others = tuple((zone, ZoneUse(use.used, park.noon - use.first_t)) for zone, use in others)
    history = History(1, park.noon - 7200, "L3", park.noon - 7200, "L3", others=others)
    decision = ask(TWICE, {"use_minutes": 60}, history=history)
    assert decision == Decision(
        Reason.E_PERIOD, Colour.RED, first_use_t=park.noon - first_t, first_use_lane=lane
    )


@pytest.mark.parametrize(
    ("ticket", "lane", "after", "used_before", "reason"),
    [
        ({}, "L1", 0, 1, Reason.SAME_SCAN),
        ({}, "L1", 7.9, 1, Reason.SAME_SCAN),
        ({}, "L1", -1, 1, Reason.SAME_SCAN),  # moments are rounded on their way
        ({}, "L1", 8, 1, Reason.E_USED),
        ({}, "L2", 1, 1, Reason.E_USED),
        (TWICE, "L1", 1, 1, Reason.SAME_SCAN),
        (TWICE, "L1", 9, 1, Reason.OK),
        (TWICE, "L2", 1, 1, Reason.OK),
        (ENDLESS, "L1", 1, 5, Reason.SAME_SCAN),
        ({"pax": 2, "rights": (("PARK", 4),)}, "L1", 1, 2, Reason.OK),
        ({}, "L1", 1, 0, Reason.OK),  # the first use was released
    ],
)
def test_one_presentation_is_one_scan(park, ask, ticket, lane, after, used_before, reason):
    history = used(used_before, park.noon, "L1")
    decision = ask(ticket, gate={"lane": lane}, history=history, now=park.noon + after)
    assert decision.reason is reason
    if reason is Reason.SAME_SCAN:
        assert (decision.colour, decision.admit, decision.uses) == (Colour.GREEN, 0, 0)


@pytest.mark.parametrize(
    ("ticket", "used_before", "wanted", "admit", "rest", "reason"),
    [
        (TWICE, 0, 0, 1, 1, Reason.OK),
        (TWICE, 1, 0, 1, 0, Reason.OK),
        (TWICE, 2, 0, 0, 0, Reason.E_USED),
        (TWICE, 5, 0, 0, 0, Reason.E_USED),
        (TWICE, -5, 0, 1, 1, Reason.OK),
        (TWICE, 0, 2, 0, 2, Reason.R_GROUP_COUNT),  # a ticket for one does not take two along
        (ENDLESS, 10**6, 0, 1, None, Reason.OK),
        (GROUP, 0, 30, 30, 0, Reason.OK),
        (GROUP, 0, 28, 28, 2, Reason.OK),
        (GROUP, 28, 2, 2, 0, Reason.OK),
        (GROUP, 28, 3, 0, 2, Reason.E_USED),
        (GROUP, 28, 0, 0, 2, Reason.R_GROUP_COUNT),
        (GROUP, 0, 31, 0, 30, Reason.E_USED),
        (GROUP, 30, 0, 0, 0, Reason.E_USED),
        ({"pax": 4, "rights": (("PARK", 4),)}, 0, 0, 4, 0, Reason.OK),
        ({"pax": 4, "rights": (("PARK", 4),)}, 3, 0, 1, 0, Reason.OK),
        ({"pax": 4, "rights": (("PARK", 4),)}, 1, 2, 2, 1, Reason.OK),
        ({"pax": 2, "rights": (("PARK", 6),)}, 0, 0, 2, 4, Reason.OK),
        ({"pax": 30, "rights": (("PARK", 0),)}, 0, 12, 12, None, Reason.OK),
        ({"pax": 30, "rights": (("PARK", 0),)}, 0, 31, 0, None, Reason.R_GROUP_COUNT),
    ],
)
def test_staff_admits_as_many_as_are_left(ask, ticket, used_before, wanted, admit, rest, reason):
    decision = ask(ticket, gate={"staff": True}, history=History(used=used_before), wanted=wanted)
    assert (decision.reason, decision.admit, decision.rest) == (reason, admit, rest)
    assert decision.uses == admit


def test_without_staff_a_number_does_not_make_a_group(ask):
    assert ask(GROUP, wanted=5).reason is Reason.R_GROUP_COUNT


def test_a_negative_number_of_persons_is_a_fault(ask):
    with pytest.raises(ValueError, match="persons"):
        ask(wanted=-1)


def test_each_zone_of_a_combo_has_its_own_rights(ask):
    combo = {"rights": (("CABLE", 1), ("PARK", 1))}
    assert ask(combo, gate={"zone": "CABLE"}, history=History(0)).reason is Reason.OK
    assert ask(combo, gate={"zone": "PARK"}, history=History(1)).reason is Reason.E_USED


@pytest.mark.parametrize(
    "ticket", [{}, {"state": "void"}, {"valid_from": 0}, {"rights": ()}, {"entrances": 0}]
)
def test_whoever_is_inside_may_leave_and_uses_nothing(ask, ticket):
    decision = ask(ticket, None, {"zone": None}, history=History(used=9))
    assert decision == Decision(Reason.OK, Colour.GREEN, admit=1)
    assert ask(GROUP, None, {"zone": None}).admit == 30


def test_a_live_code_passes_where_a_screenshot_does_not(ask):
    dynamic = {"flags": FLAG_DYNAMIC}
    assert ask(dynamic, live=True).reason is Reason.OK
    assert ask(dynamic, live=False).reason is Reason.E_DYNAMIC


def test_the_order_of_checks_is_fixed(park, ask):
    """Everything is wrong at once; then one thing after the other is put right."""
    wrong = {
        "ticket": {
            "site": 8,
            "state": "void",
            "valid_from": 0,
            "entrances": 0,
            "flags": FLAG_DYNAMIC,
            "rights": (),
            "listed": False,
        },
        "rule": {"product": 9, "risk": 1, "staff_pax": 0},
        "gate": {"cut_off": True},
    }
    order = [
        ("ticket", "site", park.site, Reason.E_SITE),
        ("rule", "product", park.rule.product, Reason.E_PRODUCT),
        ("ticket", "state", "valid", Reason.E_REVOKED),
        ("ticket", "valid_from", park.today, Reason.E_EXPIRED),
        ("ticket", "entrances", 2, Reason.E_ENTRANCE),
        ("ticket", "flags", 0, Reason.E_DYNAMIC),
        ("ticket", "rights", (("PARK", 1),), Reason.E_ZONE),
        ("rule", "staff_pax", 1, Reason.R_GROUP_COUNT),
        ("gate", "cut_off", False, Reason.R_UNLISTED_CUT_OFF),
    ]
    for part, name, good, reason in order:
        assert ask(**wrong).reason is reason
        wrong[part][name] = good
    assert ask(**wrong).reason is Reason.OK


# --- views ------------------------------------------------------------------------------------


def test_a_ticket_known_from_its_code_has_the_rights_of_its_product(park):
    rule = replace(park.rule, rights=(("CABLE", 1), ("PARK", 3), ("SHOW", 0)))
    code = replace(park.code, pax=2, uses=0)
    ticket = ticket_from_code(code, rule)
    assert ticket.rights == (("CABLE", 2), ("PARK", 6), ("SHOW", 0))
    assert not ticket.listed
    assert ticket_from_code(replace(code, uses=2), rule).rights == (
        ("CABLE", 2),
        ("PARK", 4),
        ("SHOW", 4),
    )
    assert ticket_from_code(code, None).rights == ()


def test_a_ticket_known_from_its_code_equals_its_row(park):
    row = replace(park.ticket, listed=False)
    assert ticket_from_code(park.code, park.rule) == row


@pytest.mark.parametrize(
    ("state", "row_gen", "gen", "expected"),
    [
        ("valid", 1, 1, "valid"),
        ("valid", 1, 0, "superseded"),
        ("valid", 1, 2, "valid"),
        ("void", 1, 0, "void"),
        ("superseded", 1, 1, "superseded"),
    ],
)
def test_an_older_copy_is_superseded(park, state, row_gen, gen, expected):
    row = replace(park.ticket, state=state, gen=row_gen)
    assert ticket_from_row(row, gen).state == expected


def test_a_lane_knows_the_day_of_its_site(park):
    gate = GateView.at(park.noon, park.tz, site=7, zone="PARK", entrance=1, lane="L1")
    assert gate == park.gate


@given(
    rights=st.dictionaries(st.text("ABC", min_size=1, max_size=2), st.integers(0, 300), max_size=4),
    pax=st.integers(1, 255),
    uses=st.integers(0, 255),
)
def test_a_code_narrows_the_rights_of_its_product_and_never_widens_them(rights, pax, uses):
    pairs = tuple(sorted(rights.items()))
    full, narrowed = dict(granted(pairs, pax)), dict(granted(pairs, pax, uses))
    assert full == {zone: pax * number for zone, number in rights.items()}
    for zone, number in narrowed.items():
        assert number == full[zone] or (number == pax * uses and number < (full[zone] or 10**9))
        assert right_in(granted(pairs, pax, uses), zone) == number
    assert granted(pairs, pax, uses_byte(rights.values())) == granted(pairs, pax)


def test_what_is_left_is_never_negative():
    assert [left(2, n) for n in (-1, 0, 1, 2, 3)] == [2, 2, 1, 0, 0]
    assert left(0, 10**9) is None


# --- properties -------------------------------------------------------------------------------

numbers = st.integers(-3, 300) | st.integers()
zones = st.sampled_from(["PARK", "CABLE", ""])
rights = st.dictionaries(zones, st.integers(-2, 40), max_size=3).map(lambda r: tuple(r.items()))
any_ticket = st.builds(
    TicketView,
    uid=numbers,
    gen=numbers,
    site=st.sampled_from([7, 8]),
    product=st.sampled_from([301, 302]),
    valid_from=st.integers(1940, 1950),
    valid_days=st.integers(0, 10),
    slot_start=st.sampled_from([255, 0, 40, 48, 95, 200]),
    slot_len=st.sampled_from([0, 1, 8, 255]),
    pax=st.integers(1, 255),
    entrances=st.integers(0, 0xFFFF),
    flags=st.integers(0, 0xFFFF),
    state=st.sampled_from(["valid", "valid", "valid", "void", "superseded", "?"]),
    rights=rights,
    iat=st.integers(0, 0xFFFFFFFF) | st.just(168000000),
    listed=st.booleans(),
)
any_rule = st.none() | st.builds(
    RuleView,
    product=st.just(301),
    risk=st.integers(0, 3),
    staff_pax=st.integers(0, 255),
    class_no=st.integers(0, 31),
    entrances=st.integers(0, 0xFFFF),
    rights=rights,
)
any_gate = st.builds(
    GateView,
    site=st.just(7),
    zone=st.none() | zones,
    entrance=st.integers(0, 15),
    lane=st.sampled_from(["L1", "L2"]),
    day=st.integers(1940, 1950),
    quarter=st.integers(0, 95),
    cut_off=st.booleans(),
    staff=st.booleans(),
    clock_trusted=st.booleans(),
)
any_history = st.builds(
    History,
    used=st.integers(-3, 40),
    last_t=st.none() | st.integers(1746072000 - 20, 1746072000 + 20),
    last_lane=st.sampled_from(["", "L1", "L2"]),
)


@settings(max_examples=examples(400))
@given(any_ticket, any_rule, any_history, any_gate, st.integers(0, 60), st.booleans())
def test_every_question_has_one_answer(ticket, rule, history, gate, wanted, live):
    now = 1746072000
    answer = decide(ticket, rule, history, gate, now, wanted, live)
    assert answer == decide(ticket, rule, history, gate, now, wanted, live)
    assert (answer.admit > 0) is (answer.reason is Reason.OK)
    assert answer.uses == (0 if gate.zone is None else answer.admit)
    assert answer.colour in (COLOUR[answer.reason], Colour.STAFF)
    assert answer.rest is None or answer.rest >= 0
    if answer.uses:
        number = dict(ticket.rights)[gate.zone]
        assert number == 0 or max(0, history.used) + answer.uses <= number
        assert answer.admit <= ticket.pax
        assert ticket.state == "valid"
        assert gate.day < ticket.valid_from + ticket.valid_days
        assert gate.day >= ticket.valid_from or (gate.staff and not gate.clock_trusted)
