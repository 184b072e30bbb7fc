"""Who shares in a passage, and how it is rounded: pure tests of tools/share_rules.py."""

from datetime import date
from fractions import Fraction

import finance_tools
import pytest
from hypothesis import given
from hypothesis import strategies as st

share_rules = finance_tools.load("share_rules")

A, B = date(2026, 1, 1), date(2026, 6, 1)


def rule(key, beneficiary="x", percent=0, **vals):
    vals = {"start": A, "percent": Fraction(str(percent)), **vals}
    return share_rules.Rule(key=key, beneficiary=beneficiary, **vals)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({}, {}, True),
        ({"zone": 1}, {}, True),
        ({"zone": 1}, {"zone": 2}, False),
        ({"zone": 1}, {"product": 2}, True),
        ({"channel": 1}, {"channel": 2}, False),
        ({"end": date(2026, 5, 31)}, {"start": B}, False),
        ({"end": B}, {"start": B}, True),
    ],
)
def test_shares_meet_when_one_passage_can_belong_to_both(one, other, expected):
    assert share_rules.meet(rule(1, **one), rule(2, **other)) is expected
    assert share_rules.meet(rule(2, **other), rule(1, **one)) is expected


def test_the_same_beneficiary_is_not_paid_twice():
    first, second = rule(1, zone=1), rule(2, product=7)
    assert share_rules.clash(second, [first, second]) is first
    assert share_rules.clash(second, [rule(1, "y"), second]) is None


def test_shares_exceed_the_whole_only_where_they_all_meet():
    rules = [rule(1, "x", 60, zone=1), rule(2, "y", 50, zone=2), rule(3, "z", 40)]
    assert share_rules.excess(rules[2], rules) is None
    rules.append(rule(4, "w", 0.01, zone=1, product=9))
    found = share_rules.excess(rules[3], rules)
    assert {one.key for one in found.rules} == {1, 3, 4}
    assert found.percent == Fraction("100.01")


def test_a_later_share_exceeds_what_an_earlier_one_left():
    rules = [rule(1, "x", 60), rule(2, "y", 50, start=B), rule(3, "z", 40, end=date(2026, 5, 31))]
    assert share_rules.excess(rules[2], rules) is None
    assert share_rules.excess(rules[1], rules).percent == 110


def test_a_fixed_amount_beside_shares_of_everything_is_an_excess():
    rules = [rule(1, "x", 100), rule(2, "y", fixed=100)]
    assert share_rules.excess(rules[1], rules).percent == 100


_percents = st.lists(st.integers(1, 10_000), min_size=1, max_size=5).filter(
    lambda parts: sum(parts) <= 10_000
)
_values = st.lists(st.integers(0, 100_000), min_size=1, max_size=20)


@given(_values, _percents)
def test_the_day_gets_the_percentage_of_the_day(values, percents):
    rules = [rule(n, n, Fraction(p, 100)) for n, p in enumerate(percents)]
    rows = share_rules.parts(values, rules)
    for n, one in enumerate(rules):
        got = sum(row[n][0] for row in rows)
        exact = sum(values) * one.percent / 100
        assert abs(got - exact) <= 1
    for row, value in zip(rows, values, strict=True):
        assert 0 <= sum(part for part, _cut in row) <= value


@given(_values, st.integers(1, 99))
def test_shares_of_everything_give_everything(values, percent):
    rows = share_rules.parts(values, [rule(1, 1, percent), rule(2, 2, 100 - percent)])
    assert [sum(part for part, _cut in row) for row in rows] == values


@given(_values, st.integers(1, 100), st.lists(st.integers(1, 5000), min_size=1, max_size=3))
def test_fixed_amounts_take_what_percentages_leave(values, percent, fixed):
    rules = [rule(0, 0, percent), *(rule(n, n, fixed=f) for n, f in enumerate(fixed, 1))]
    for row, value in zip(share_rules.parts(values, rules), values, strict=True):
        assert sum(part for part, _cut in row) <= value
        assert [part + cut for part, cut in row[1:]] == fixed
        assert all(part >= 0 and cut >= 0 for part, cut in row[1:])
        if any(cut for _part, cut in row):
            assert sum(part for part, _cut in row) == value
