"""Each check of the random day can fail: one small lie for each, and the truth without any."""

from dataclasses import replace

import day_truth
import pytest
from day_lanes import Visit
from day_truth import Evidence

UID, RIGHTS = "ab" * 8, 1
EXCESS = {
    "uid": UID,
    "kind": "excess",
    "persons": 1,
    "amount": 120.0,
    "facts": "A1, B1",
    "owner": 2,
}


def fact(box, seq, kind, **values):
    lane = "A1" if box == 1 else "B1"
    made = {"box": box, "epoch": "e", "seq": seq, "kind": kind, "uid": UID, "pax": 1, "op": "p"}
    return made | {"lane": lane, "hash": f"{box}-{seq}", "mode": "online"} | values


def visit(lane, at, walked=1, **values):
    made = Visit(lane, UID, "ST1", [True], "new", "good", 1, walked, at, at + 0.1)
    return replace(made, **values)


def day():
    """Two boxes cut off each other let the same ticket in; the second is an incident."""
    facts = [
        fact(box, seq, kind) for box in (1, 2) for seq, kind in ((1, "reserved"), (2, "passed"))
    ]
    return Evidence(
        visits=[visit("A1", 100.0), visit("B1", 110.0)],
        box_of={"A1": 1, "B1": 2},
        rights={UID: RIGHTS},
        quiet=[(90.0, 200.0)],
        journals=facts,
        stored=[dict(one) for one in facts],
        ledger=day_truth.Counter({UID: 1}),
        state={UID: "used"},
        value={UID: 120.0},
        incidents=[dict(EXCESS)],
    )


def test_the_truth_is_found_good():
    assert day_truth.problems(day()) == {}


LIES = {
    "facts": [
        lambda e: e.stored.pop(),
        lambda e: e.stored.append(dict(e.stored[0])),
        lambda e: e.stored.append(fact(1, 9, "boot")),
        lambda e: e.stored[0].update(hash="other"),
    ],
    "shut": [lambda e: e.visits.append(visit("A1", 120.0, 0, uid=None, kind="forged"))],
    "truth": [
        lambda e: setattr(e.visits[0], "walked", 0),
        lambda e: setattr(e.visits[0], "walked", 2),
    ],
    "in a box": [lambda e: e.journals.append(fact(1, 3, "reserved", op="q"))],
    "between boxes": [lambda e: e.quiet.clear()],
    "ledger": [
        lambda e: e.ledger.clear(),
        lambda e: e.ledger.update({UID: 1}),
    ],
    "incidents": [
        lambda e: e.incidents.clear(),
        lambda e: e.incidents.append(dict(EXCESS)),
        lambda e: e.incidents[0].update(persons=2),
        lambda e: e.incidents[0].update(amount=0),
        lambda e: e.incidents[0].update(owner=None),
        lambda e: e.incidents[0].update(facts="A1"),
    ],
    "orphans": [lambda e: setattr(e, "waiting", 1), lambda e: e.state.clear()],
    "books": [lambda e: e.differences.append("120.00 that nothing explains")],
    "answers": [lambda e: setattr(e.visits[0], "lamp", "silent")],
}


def test_a_box_that_was_alone_excuses_the_next_for_seconds_only():
    evidence = day()
    evidence.quiet.clear()
    evidence.journals[0]["mode"] = "degraded"
    assert "between boxes" in day_truth.problems(evidence)
    evidence.visits[1] = visit("B1", 100.5)
    assert "between boxes" not in day_truth.problems(evidence)


@pytest.mark.parametrize(
    ("check", "lie"), [(check, lie) for check, lies in LIES.items() for lie in lies]
)
def test_a_lie_is_found_by_its_check(check, lie):
    evidence = day()
    lie(evidence)
    assert check in day_truth.problems(evidence)


def test_a_box_that_says_it_was_alone_explains_a_second_use():
    evidence = day()
    evidence.quiet.clear()
    for one in evidence.journals[2:]:
        one["mode"] = "degraded"
    assert day_truth.problems(evidence) == {}


@pytest.mark.parametrize(("later", "wrong"), [(0.1, False), (60.0, True)])
def test_an_owner_that_was_not_asked_lets_a_twin_in_but_nobody_later(later, wrong):
    evidence = day()
    evidence.quiet.clear()
    for one in evidence.journals[:2]:
        one["mode"] = "degraded"
    evidence.visits[1] = visit("B1", 100.0 + later)
    assert ("between boxes" in day_truth.problems(evidence)) == wrong


def test_a_void_ticket_owes_the_ledger_nothing():
    evidence = day()
    evidence.state[UID] = "void"
    evidence.ledger.clear()
    evidence.incidents[0].update(kind="after_void", persons=2)
    assert day_truth.problems(evidence) == {}
