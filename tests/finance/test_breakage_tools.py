"""The arithmetic of breakage: never more than is open, and in the end exactly what expired."""

from decimal import Decimal

import finance_tools
from fuzzing import examples
from hypothesis import given, settings
from hypothesis import strategies as st

breakage = finance_tools.load("breakage")
CENTS = st.integers(0, 10**9).map(lambda cents: Decimal(cents) / 100)
RATES = st.integers(0, 900_000).map(lambda step: Decimal(step) / 10**6)
LIMITS = breakage.Limits(10, 2, Decimal("0.3"))


def month(tickets, used, expired, still_open=0):
    return breakage.Month(tickets, Decimal(used), Decimal(expired), Decimal(still_open))


@given(RATES, CENTS, CENTS, CENTS)
@settings(max_examples=examples(200))
def test_what_is_taken_is_never_more_than_is_open(rate, used, expired, still_open):
    taken = breakage.taken_ahead(rate, used, expired, still_open)
    assert 0 <= taken <= still_open
    # the income so far is at least what expired, and at most what was not used
    assert expired <= expired + taken <= expired + still_open


@given(RATES, CENTS, CENTS)
@settings(max_examples=examples(100))
def test_a_month_that_is_over_has_nothing_ahead(rate, used, expired):
    assert breakage.taken_ahead(rate, used, expired, Decimal(0)) == 0


@given(RATES, CENTS, CENTS, CENTS)
@settings(max_examples=examples(100))
def test_more_uses_never_take_less_while_enough_is_open(rate, used, expired, more):
    enough = Decimal(10**9)
    before = breakage.taken_ahead(rate, used, expired, enough)
    assert breakage.taken_ahead(rate, used + more, expired, enough) >= before


def test_with_the_expected_visitors_it_is_all_earned():
    # 1,000.00 sold, 20 % stay away: when the 800.00 have come, the 200.00 are earned
    assert breakage.taken_ahead(Decimal("0.2"), Decimal(800), Decimal(0), Decimal(200)) == 200
    assert breakage.taken_ahead(Decimal("0.2"), Decimal(400), Decimal(0), Decimal(600)) == 100


def test_a_reversed_month_takes_nothing():
    assert breakage.taken_ahead(Decimal("0.2"), Decimal(-5), Decimal(0), Decimal(9)) == 0


def test_the_lowest_month_counts_and_the_cap():
    history = [month(6, 80, 20), month(6, 90, 10), month(6, 50, 50)]
    found = breakage.estimate(history, LIMITS)
    assert (found.verdict, found.rate, found.lowest) == ("ok", Decimal("0.1"), Decimal("0.1"))
    assert found.average == Decimal("0.266667")
    capped = breakage.estimate([month(6, 50, 50), month(6, 50, 50)], LIMITS)
    assert (capped.verdict, capped.rate) == ("ok", Decimal("0.3"))


def test_small_samples_and_open_months_give_no_rate():
    over, running = month(6, 80, 20), month(60, 70, 20, 10)
    for history, verdict in (
        ([], "months"),
        ([over, running], "months"),
        ([month(4, 80, 20), month(5, 80, 20)], "tickets"),
        ([over, month(6, 100, 0)], "nothing"),
    ):
        found = breakage.estimate(history, LIMITS)
        assert (found.verdict, found.rate) == (verdict, 0), history


def test_a_back_test_never_looks_ahead():
    history = [month(6, 80, 20), month(6, 90, 10), month(6, 75, 25), month(6, 10, 90)]
    told = breakage.back_test(history, LIMITS)
    assert [rate for rate, _value in told] == [0, 0, Decimal("0.1"), Decimal("0.1")]
    changed = [*history[:3], month(6, 99, 1)]
    assert breakage.back_test(changed, LIMITS)[:3] == told[:3]
