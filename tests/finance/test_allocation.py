"""The parts of a sum are the sum: pure tests of scenic_finance/tools/allocation.py."""

import importlib.util
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

_PATH = Path(__file__).parents[2] / "scenic_finance" / "tools" / "allocation.py"
_SPEC = importlib.util.spec_from_file_location("scenic_allocation", _PATH)
allocation = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(allocation)

totals = st.integers(-(10**12), 10**12)
counts = st.integers(1, 400)
weights = st.lists(
    st.floats(0, 100, allow_nan=False).map(lambda value: round(value, 2)), min_size=1, max_size=12
)


@given(totals, counts)
def test_equal_parts_sum_to_the_whole_and_differ_by_one_unit(total, count):
    parts = allocation.split_evenly(total, count)
    assert sum(parts) == total
    assert len(parts) == count
    assert max(parts) - min(parts) <= 1


@given(totals, weights)
def test_weighted_parts_sum_to_the_whole_and_are_within_one_unit(total, shares):
    parts = allocation.split_by_weight(total, shares)
    assert sum(parts) == total
    whole = sum(shares) or len(shares)
    for part, share in zip(parts, shares, strict=True):
        exact = total * (share if sum(shares) else 1) / whole
        assert abs(part - exact) <= 1 + abs(exact) * 1e-9


@given(totals, st.dictionaries(st.integers(1, 50).map(str), st.integers(0, 100), min_size=1))
def test_zones_sum_to_the_ticket_in_whatever_order_they_are_given(total, shares):
    parts = allocation.split_by_zone(total, shares)
    assert sum(parts.values()) == total
    assert parts == allocation.split_by_zone(total, dict(reversed(shares.items())))


@given(totals, counts, st.randoms(use_true_random=False))
def test_all_uses_release_the_zone_value_in_any_order(total, rights, random):
    numbers = list(range(1, rights + 1))
    random.shuffle(numbers)
    assert sum(allocation.use_value(total, rights, number) for number in numbers) == total


@given(totals, st.integers(1, 50))
def test_an_unlimited_zone_releases_everything_with_its_first_use(total, later):
    assert allocation.use_value(total, 0, 1) == total
    assert allocation.use_value(total, 0, later + 1) == 0


@given(totals, counts, st.integers(1, 10))
def test_a_use_beyond_the_rights_is_worth_nothing_by_itself(total, rights, extra):
    assert allocation.use_value(total, rights, rights + extra) == 0


@given(st.integers(-(10**9), 10**9), st.sampled_from([0.01, 0.05, 1.0, 0.001]))
def test_units_and_amounts_convert_without_loss(units, unit):
    assert allocation.to_units(allocation.from_units(units, unit), unit) == units


@pytest.mark.parametrize(
    ("amount", "unit", "units"),
    [(0.1 + 0.2, 0.01, 30), (169.805, 0.01, 16981), (-169.805, 0.01, -16981), (12.34, 0.05, 247)],
)
def test_amounts_round_half_away_from_zero(amount, unit, units):
    assert allocation.to_units(amount, unit) == units


def test_three_thirds_of_a_ticket():
    assert allocation.split_evenly(50941, 3) == [16980, 16981, 16980]
    assert allocation.split_by_weight(100, [0, 0, 0]) == [33, 34, 33]
    assert allocation.split_by_zone(1000, {"7": 70.0, "5": 30.0}) == {"5": 300, "7": 700}


def test_what_cannot_be_is_refused():
    for call in (
        lambda: allocation.nth_part(100, 3, 4),
        lambda: allocation.nth_part(100, 3, 0),
        lambda: allocation.use_value(100, 3, 0),
        lambda: allocation.split_by_weight(100, [1, -1]),
    ):
        with pytest.raises(ValueError, match=r"."):
            call()
