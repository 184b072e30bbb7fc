"""The price of a visit day: properties of scenic_ticketing/tools/pricing.py, without Odoo."""

import importlib
import importlib.util
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from fuzzing import examples
from hypothesis import given, settings
from hypothesis import strategies as st

_TOOLS = Path(__file__).parents[2] / "scenic_ticketing" / "tools"
_SPEC = importlib.util.spec_from_file_location(
    "scenic_price_tools", _TOOLS / "__init__.py", submodule_search_locations=[str(_TOOLS)]
)
sys.modules["scenic_price_tools"] = importlib.util.module_from_spec(_SPEC)
pricing = importlib.import_module("scenic_price_tools.pricing")
checks = importlib.import_module("scenic_price_tools.pricing_checks")

START = date(2026, 1, 1)
# small enough that seasons, steps and questions meet each other often
SPAN = 30
PRODUCTS = (1, 2)
CHANNELS = (0, 1)

days = st.integers(0, SPAN - 1).map(lambda n: START + timedelta(n))
ranges = st.tuples(days, st.integers(0, 20)).map(lambda r: (r[0], r[0] + timedelta(r[1])))
seasons = st.builds(
    pricing.Season,
    id=st.just(0),
    priority=st.integers(0, 3),
    ranges=st.just(()) | st.lists(ranges, max_size=2).map(tuple),
    weekdays=st.just(127) | st.integers(1, 127),
    skip_closed=st.booleans(),
)
lines = st.builds(
    pricing.Line,
    id=st.just(0),
    season=st.integers(1, 3),
    product=st.sampled_from(PRODUCTS),
    amount=st.integers(0, 100_000),
    channel=st.sampled_from(CHANNELS),
    min_quantity=st.sampled_from((1, 5, 10, 30)),
    early_days=st.sampled_from((0, 3, 14)),
)
# what parks write: a base and steps of any price beside it
ladders = st.tuples(lines, st.lists(lines, max_size=4)).map(
    lambda ladder: [
        ladder[0]._replace(min_quantity=1, early_days=0),
        *(
            step._replace(
                season=ladder[0].season, product=ladder[0].product, channel=ladder[0].channel
            )
            for step in ladder[1]
        ),
    ]
)


@st.composite
def tariffs(draw):
    found = draw(st.lists(seasons, min_size=1, max_size=3))
    rows = [row for ladder in draw(st.lists(ladders, min_size=1, max_size=6)) for row in ladder]
    rows += draw(st.lists(lines, max_size=3))
    return pricing.Tariff(
        version=draw(st.integers(1, 9)),
        seasons=tuple(season._replace(id=k) for k, season in enumerate(found, 1)),
        lines=tuple(row._replace(id=k) for k, row in enumerate(rows, 1)),
        first=draw(st.none() | st.none() | st.none() | days),
        last=draw(st.none() | st.none() | st.none() | days),
    )


asks = st.tuples(
    st.sampled_from(PRODUCTS),
    days,
    st.sampled_from(CHANNELS),
    st.sampled_from((1, 1, 4, 5, 12, 40)),
    st.sampled_from((0, 0, 3, 20)),
)


def line_of(tariff, number):
    return next(line for line in tariff.lines if line.id == number)


@given(tariffs(), asks, st.randoms())
def test_order_in_which_lines_are_stored_does_not_matter(tariff, ask, random):
    shuffled = [list(tariff.seasons), list(tariff.lines)]
    for rows in shuffled:
        random.shuffle(rows)
    again = pricing.Tariff(tariff.version, *map(tuple, shuffled), tariff.first, tariff.last)
    assert again.quote(*ask) == tariff.quote(*ask)


@given(tariffs(), asks)
def test_one_line_wins_or_a_reason_is_given(tariff, ask):
    product, day, channel, quantity, lead = ask
    quote = tariff.quote(*ask)
    assert (quote.amount is None) == bool(quote.problem)
    if quote.amount is None:
        return
    line = line_of(tariff, quote.line)
    season = next(season for season in tariff.seasons if season.id == line.season)
    assert (line.product, line.amount, quote.season) == (product, quote.amount, season.id)
    assert line.channel in (channel, pricing.ANY_CHANNEL)
    assert season.covers(day)
    assert line.min_quantity <= quantity
    assert line.early_days <= lead


@given(tariffs(), asks, st.sampled_from((0, 4, 9, 29)), st.sampled_from((0, 3, 14)))
def test_more_tickets_or_an_earlier_sale_never_cost_more_each(tariff, ask, more, earlier):
    product, day, channel, quantity, lead = ask
    price = tariff.quote(*ask)
    better = tariff.quote(product, day, channel, quantity + more, lead + earlier)
    # whether there is a price depends on neither
    assert (price.amount is None) == (better.amount is None)
    if price.amount is not None:
        assert better.amount <= price.amount


@given(tariffs(), asks)
def test_a_stronger_season_that_prices_the_product_wins(tariff, ask):
    product, day, channel, _quantity, _lead = ask
    quote = tariff.quote(*ask)
    if quote.amount is None:
        return
    winner = next(season for season in tariff.seasons if season.id == quote.season)
    for season in tariff.seasons:
        if season.covers(day) and season.priority > winner.priority:
            assert not tariff.ladder(product, channel, (season.id,))


@settings(max_examples=examples(60))
@given(tariffs(), st.sampled_from(CHANNELS), st.sets(days, max_size=20), st.data())
def test_the_window_table_holds_the_same_prices(tariff, channel, closed, data):
    table = pricing.price_table(tariff, PRODUCTS, channel, START, SPAN, closed)
    for _i in range(20):
        product, day, _channel, quantity, lead = data.draw(asks)
        quote = tariff.quote(product, day, channel, quantity, lead)
        offset = (day - START).days
        found = table["days"][offset]
        if day in closed:
            assert found == -1
            continue
        amount = line = None
        rows = table["products"].get(str(product))
        for steps in [row for least, row in (rows[found] if rows else []) if least <= lead][-1:]:
            _least, amount, line = [step for step in steps if step[0] <= quantity][-1]
        assert (amount, line or 0) == (quote.amount, quote.line)


@given(tariffs(), st.sets(days, max_size=20))
def test_without_findings_each_open_day_has_exactly_one_season(tariff, closed):
    """What publishing demands: no equal claims, and no day without a winner."""
    horizon = checks.days_between(START, START + timedelta(SPAN))
    contested = {
        day for *_pair, shared in checks.overlaps(tariff, horizon, closed) for day in shared
    }
    for product in PRODUCTS:
        missing = set(checks.gaps(tariff, product, horizon, closed))
        for day in set(horizon) - closed:
            if day in contested or product not in tariff.products:
                continue
            names = tariff.seasons_of(day)
            priorities = [season.priority for season in tariff.seasons if season.id in names]
            assert len(set(priorities)) == len(priorities)
            quotes = [tariff.quote(product, day, c).amount for c in CHANNELS]
            if day not in missing:
                assert any(amount is not None for amount in quotes)


def small(*rows, seasons=None, **limits):
    """A tariff of one base season (1) and a weekend season (2), priced by ``rows``."""
    seasons = seasons or (
        pricing.Season(1, 0),
        pricing.Season(2, 10, weekdays=0b1100000),
    )
    return pricing.Tariff(
        1, seasons, tuple(pricing.Line(k, *row) for k, row in enumerate(rows, 1)), **limits
    )


MONDAY, SATURDAY = date(2026, 5, 4), date(2026, 5, 9)


@pytest.mark.parametrize(
    ("ask", "amount"),
    [
        ((1, MONDAY), 8000),
        ((1, SATURDAY), 10000),
        ((1, SATURDAY, 7), 9500),
        ((1, MONDAY, 7), 8000),  # the channel has no price of its own on weekdays
        ((1, MONDAY, 0, 9), 8000),
        ((1, MONDAY, 0, 10), 7000),
        ((1, MONDAY, 0, 1, 13), 8000),
        ((1, MONDAY, 0, 1, 14), 7500),
        ((1, MONDAY, 0, 10, 14), 7000),  # both steps are reached: the cheaper one
        ((2, SATURDAY), 500),  # not in the weekend season: the base price
    ],
)
def test_example_prices(ask, amount):
    tariff = small(
        (1, 1, 8000),
        (1, 1, 7000, 0, 10),
        (1, 1, 7500, 0, 1, 14),
        (2, 1, 10000),
        (2, 1, 9500, 7),
        (1, 2, 500),
    )
    assert tariff.quote(*ask).amount == amount


def test_reasons_without_a_price():
    tariff = small((2, 1, 10000), last=date(2026, 5, 31))
    assert tariff.quote(1, MONDAY).problem == pricing.NO_PRICE
    assert tariff.quote(9, MONDAY).problem == pricing.NO_TARIFF
    assert tariff.quote(1, SATURDAY, lead=-1).problem == pricing.PAST
    assert tariff.quote(1, date(2026, 6, 6)).problem == pricing.NO_PRICE


def test_a_step_without_a_first_step_is_found_and_never_sold():
    tariff = small((1, 1, 8000), (2, 1, 100, 0, 10))
    assert [line.id for line in checks.baseless(tariff)] == [2]
    assert tariff.quote(1, SATURDAY, 0, 20).amount == 8000


def test_a_step_that_costs_more_than_a_lower_one_is_found():
    tariff = small((1, 1, 8000), (1, 1, 8500, 0, 10), (1, 1, 7000, 0, 20))
    assert [line.id for line in checks.useless_steps(tariff)] == [2]


def test_seasons_with_the_same_priority_on_the_same_day_are_found():
    may = (date(2026, 5, 1), date(2026, 5, 5))
    seasons = (
        pricing.Season(1, 0),
        pricing.Season(2, 10, weekdays=0b1100000),
        pricing.Season(3, 10, ranges=(may,)),
    )
    tariff = small((1, 1, 8000), seasons=seasons)
    found = checks.overlaps(tariff, checks.days_between(date(2026, 4, 1), date(2026, 6, 30)))
    assert found == [(2, 3, [date(2026, 5, 2), date(2026, 5, 3)])]


def test_closed_days_that_a_season_still_prices_are_found():
    week = checks.days_between(MONDAY, SATURDAY)
    open_all = small((1, 1, 8000))
    assert checks.priced_closed_days(open_all, week, {MONDAY}) == {1: [MONDAY]}
    careful = small((1, 1, 8000), seasons=(pricing.Season(1, 0, skip_closed=True),))
    assert checks.priced_closed_days(careful, week, {MONDAY}) == {}
    assert checks.gaps(careful, 1, week, {MONDAY}) == []
