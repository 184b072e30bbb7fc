"""The match of a day explains every gap between barrier and ledger, to the person."""

import importlib.util
from pathlib import Path

from fuzzing import examples
from hypothesis import given, settings
from hypothesis import strategies as st

_PATH = Path(__file__).parents[2] / "scenic_finance" / "tools" / "day_match.py"
_SPEC = importlib.util.spec_from_file_location("scenic_day_match", _PATH)
day_match = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(day_match)

NUMBERS = ("reserved", "passed", "closed", "unknown", "tailgate", "forced", "free", "emergency")
few = st.integers(0, 5)
place = st.fixed_dictionaries(
    {
        "site_id": st.integers(1, 2),
        "lane": st.sampled_from(["G1", "G2", "X"]),
        "hour": st.integers(8, 10),
    }
)


def with_numbers(names):
    return st.tuples(place, st.fixed_dictionaries(dict.fromkeys(names, few))).map(
        lambda pair: pair[0] | pair[1]
    )


uses = st.lists(with_numbers(("used", "sold", "paid", "value")), max_size=8)
counts = st.lists(with_numbers(NUMBERS), max_size=8)
lanes = st.fixed_dictionaries(
    {},
    optional={
        (site, lane): st.fixed_dictionaries({"counted": st.booleans()})
        for site in (1, 2)
        for lane in ("G1", "G2")
    },
)


@settings(max_examples=examples(150), deadline=None)
@given(uses, counts, lanes)
def test_the_differences_explain_the_gap_to_the_person(used, counted, known):
    for row in day_match.gates(used, counted, known):
        found = day_match.differences(row)
        assert day_match.explained(found) == day_match.gap(row)
        assert len({code for code, _persons in found}) == len(found)
        assert all(persons > 0 for _code, persons in found)


@settings(max_examples=examples(100), deadline=None)
@given(uses, counts, lanes, st.randoms())
def test_the_order_of_what_comes_in_does_not_matter(used, counted, known, draw):
    straight = day_match.gates(used, counted, known)
    draw.shuffle(used)
    draw.shuffle(counted)
    assert day_match.gates(used, counted, known) == straight


@settings(max_examples=examples(100), deadline=None)
@given(counts)
def test_a_gate_that_did_its_work_has_no_difference(counted):
    good = [
        {name: 0 for name in NUMBERS}
        | {k: row[k] for k in ("site_id", "lane", "hour")}
        | {"reserved": row["passed"], "passed": row["passed"]}
        for row in counted
    ]
    used = [
        {k: row[k] for k in ("site_id", "lane", "hour")}
        | dict.fromkeys(("used", "sold", "paid"), row["passed"])
        for row in good
    ]
    known = {(row["site_id"], row["lane"]): {"counted": True} for row in good}
    rows = day_match.gates(used, good, known)
    assert [day_match.differences(row) for row in rows if day_match.differences(row)] == []
    assert all(day_match.gap(row) == 0 for row in rows)


def test_a_lane_that_sees_nobody_is_taken_at_its_word():
    count = {"site_id": 1, "lane": "G1", "hour": 9, "reserved": 3, "closed": 3}
    use = {"site_id": 1, "lane": "G1", "hour": 9, "used": 3, "sold": 3, "paid": 3, "value": 90}
    [blind] = day_match.gates([use], [count], {(1, "G1"): {"counted": False}})
    assert (day_match.differences(blind), blind["rotations"]) == ([], 3)
    [seeing] = day_match.gates([use], [count], {(1, "G1"): {"counted": True}})
    assert day_match.differences(seeing) == [("scan_without_rotation", 3)]


@settings(max_examples=examples(100), deadline=None)
@given(
    st.dictionaries(few, st.dictionaries(st.sampled_from("ab"), few)),
    st.dictionaries(few, st.dictionaries(st.sampled_from("ab"), few)),
)
def test_what_came_late_added_to_what_was_known_is_what_there_is(now, frozen):
    came = day_match.late(now, frozen)
    for key in {*now, *frozen}:
        for name in "ab":
            total = frozen.get(key, {}).get(name, 0) + came.get(key, {}).get(name, 0)
            assert total == now.get(key, {}).get(name, 0)
