"""What people are told about a decision: each check, what it compared, which one decided."""

import json
from dataclasses import replace

import pytest
from scenic_rules.check_table import CHECKS
from scenic_rules.passage import decide, explain
from scenic_rules.reason import Reason
from scenic_rules.views import GateView, History, ZoneRule, ZoneUse

NAMES = [check.name for check in CHECKS]


@pytest.fixture
def strict(park):
    """A rule that asks for everything."""
    return replace(
        park.rule,
        risk=1,
        staff_pax=1,
        weekdays=0b0000001,
        blackout=((park.today - 9, park.today - 8), (park.today, park.today)),
        hours=((0, 60),),
        start_days=1,
        use_days=1,
        use_minutes=1,
        uses_total=1,
        uses_day=1,
        interval_s=9 * 86400,
        passback=True,
        checks=15,
        partial=False,
        zones=(
            ZoneRule("CABLE", choice=1),
            ZoneRule("PARK", after="MUSEUM", within_min=1, choice=1),
        ),
    )


def told(checks):
    return {check.name: check.outcome for check in checks}


def test_every_check_is_told_in_the_order_of_the_decision(park):
    checks = explain(park.ticket, park.rule, History(), park.gate, park.noon)
    assert [check.name for check in checks] == NAMES
    assert len(set(NAMES)) == len(NAMES)
    assert not any(check.decided for check in checks)


def test_what_a_rule_does_not_ask_for_is_skipped(park):
    outcomes = told(explain(park.ticket, park.rule, History(), park.gate, park.noon))
    asked = {name for name, outcome in outcomes.items() if outcome == "ok"}
    assert asked == {
        *("site", "product", "state", "until", "clock", "from", "entrance", "zone", "same_scan"),
        *("right", "group", "risk"),
    }
    assert set(outcomes.values()) == {"ok", "skipped"}


def test_everything_that_is_wrong_is_told_at_once(park, strict):
    """A visitor who is sent away once should not be sent away a second time."""
    before = park.noon - 3 * 86400
    cable = ZoneUse(1, before, before, park.today, 1)
    history = History(1, before, "L1", before, "L1", park.today, 1, (("CABLE", cable),))
    ticket = replace(
        park.ticket, pax=2, valid_from=park.today - 5, valid_days=3, rights=(("PARK", 1),),
        slot_start=0, slot_len=4, listed=False, entrances=1, flags=1, state="void",
    )  # fmt: skip
    gate = replace(park.gate, cut_off=True)
    checks = explain(ticket, strict, history, gate, park.noon, wanted=3)
    outcomes = told(checks)
    wrong = {name for name, outcome in outcomes.items() if outcome in ("refuse", "doubt")}
    assert wrong == {
        *("state", "until", "slot", "weekday", "blackout", "hours", "period", "entrance", "live"),
        *("right", "total", "day", "order", "interval", "passback", "id"),
        *("concession", "companion", "holder", "group", "risk"),
    }
    assert [check.name for check in checks if check.decided] == ["state"]
    assert decide(ticket, strict, history, gate, park.noon, wanted=3).reason is Reason.E_REVOKED


def test_without_a_rule_only_the_ticket_is_looked_at(park):
    outcomes = told(explain(park.ticket, None, History(), park.gate, park.noon))
    assert {name for name, outcome in outcomes.items() if outcome != "skipped"} == {
        *("site", "product", "state", "until", "clock", "from", "zone"),
    }
    assert outcomes["product"] == "refuse"


def test_without_a_right_nothing_is_counted(park, strict):
    gate = replace(park.gate, zone="BOAT")
    outcomes = told(explain(park.ticket, strict, History(), gate, park.noon))
    assert outcomes["zone"] == "refuse"
    counted = {check.name for check in CHECKS if check.needs == "right"}
    assert {outcomes[name] for name in counted} == {"skipped"}


def test_the_way_outside_is_not_judged(park):
    gate = replace(park.gate, zone=None)
    checks = explain(replace(park.ticket, state="void"), None, History(), gate, park.noon)
    assert set(told(checks).values()) == {"skipped"}


def test_what_an_attendant_settled_is_told_with_its_reason(park):
    early = replace(park.gate, day=park.today - 1, clock_trusted=False, staff=True)
    checks = explain(park.ticket, park.rule, History(), early, park.noon)
    (settled,) = [check for check in checks if check.reason is not None]
    assert (settled.name, settled.outcome, settled.decided) == ("from", "ok", False)
    doubtful = explain(park.ticket, park.rule, History(), replace(early, staff=False), park.noon)
    (doubt,) = [check for check in doubtful if check.decided]
    assert (doubt.name, doubt.outcome, doubt.reason) == ("from", "doubt", Reason.E_EARLY)


def test_facts_can_be_shown_and_stored(park, strict):
    history = History(0, others=(("CABLE", ZoneUse(1, park.noon, park.noon, park.today, 1)),))
    slot = replace(park.ticket, slot_start=0, slot_len=4, flags=1)
    checks = explain(slot, strict, history, park.gate, park.noon)
    assert json.loads(json.dumps([check.facts for check in checks]))
    facts = {check.name: check.facts for check in checks}
    assert facts["choice"] == {"choice": 1, "pick": 1, "chosen": ["CABLE"]}
    assert facts["order"] == {"after": "MUSEUM", "used": False}
    assert facts["blackout"]["next"] == (park.today, park.today)
    assert facts["right"] == {"right": 1, "used": 0, "left": 1, "wanted": 0}


@pytest.mark.parametrize(
    ("minute", "quarter", "expected"), [(-1, 48, 720), (725, 48, 725), (0, 0, 0)]
)
def test_a_gate_without_a_minute_is_at_the_first_of_its_quarter(park, minute, quarter, expected):
    gate = GateView(7, "PARK", 0, "L1", park.today, quarter, minute=minute)
    assert gate.minute == expected


def test_days_of_use_are_told_without_a_time_zone_too(park):
    """Hand-made gates have none; then a day is 24 hours before midnight."""
    rule = replace(park.rule, use_days=2, rights=(("PARK", 0),))
    ticket = replace(park.ticket, valid_days=9, rights=(("PARK", 0),))
    midnight = park.noon - 12 * 3600
    for first_t, reason in (
        (midnight, Reason.OK),
        (midnight - 1, Reason.OK),
        (midnight - 86400, Reason.OK),
        (midnight - 86401, Reason.E_PERIOD),
    ):
        history = History(1, first_t, "L1", first_t, "L1")
        assert decide(ticket, rule, history, park.gate, park.noon).reason is reason
