"""Each row of a statement and each of ours gets one answer, and the right one: pure tests."""

import random
from collections import Counter

import finance_tools
import pytest
from fuzzing import examples
from hypothesis import given, settings
from hypothesis import strategies as st

engine = finance_tools.load("statement_match")
Theirs, Ours = engine.Theirs, engine.Ours


def codes(theirs, ours, **options):
    return [found.code for found in engine.match(theirs, ours, **options)]


def sale(number, amount=100, status="used", item="", due=True):
    return Ours(number, item, "sale", amount, status, due)


@pytest.mark.parametrize(
    ("theirs", "ours", "expected"),
    [
        ([Theirs("A", "", "sale", 100)], [sale("A")], ["matched"]),
        ([Theirs("A", "", "sale", 99)], [sale("A")], ["amount"]),
        ([Theirs("A", "", "sale", 100)], [], ["missing_here"]),
        ([], [sale("A")], ["missing_there"]),
        ([], [sale("A", due=False)], []),
        ([Theirs("A", "", "sale", 100)] * 2, [sale("A")], ["matched", "double"]),
        ([Theirs("A", "", "sale", 100, 0, "refunded")], [sale("A")], ["status"]),
        ([Theirs("A", "", "sale", 100, 0, "used")], [sale("A", status="sold")], ["status"]),
        ([Theirs("A", "", "sale", 100)], [sale("A", status="refunded")], ["status"]),
        ([Theirs("A", "", "sale", 0, 0, "refunded")], [sale("A", 100, "refunded")], ["matched"]),
        ([Theirs("A", "", "refund", 100)], [sale("A")], ["late_refund", "missing_there"]),
        (
            [Theirs("A", "", "sale", 100), Theirs("A", "", "refund", 100)],
            [sale("A")],
            ["matched", "late_refund"],
        ),
        # refunded in time: both sides have both rows
        (
            [Theirs("A", "", "sale", 100), Theirs("A", "", "refund", 100)],
            [sale("A", status="refunded"), Ours("A", "", "refund", 100, "refunded")],
            ["matched", "matched"],
        ),
        # refunded by force after the visit: we know, and it is a loss all the same
        (
            [Theirs("A", "", "refund", 100)],
            [Ours("A", "", "refund", 100, "used", False)],
            ["late_refund"],
        ),
        ([Theirs("A", "", "refund", 100)], [sale("A", status="sold", due=False)], ["status"]),
        # one row for an order of three vouchers, of which two were used
        ([Theirs("A", "", "sale", 200)], [sale("A"), sale("A"), sale("A", due=False)], ["matched"]),
        ([Theirs("A", "", "sale", 300)], [sale("A"), sale("A"), sale("A", due=False)], ["matched"]),
        # their voucher codes are not ours: the amount decides
        (
            [Theirs("A", "X", "sale", 50), Theirs("A", "Y", "sale", 100)],
            [sale("A", 100, item="1"), sale("A", 50, item="2")],
            ["matched", "matched"],
        ),
    ],
)
def test_differences_are_named(theirs, ours, expected):
    assert codes(theirs, ours) == expected


def test_a_doubled_row_names_the_row_it_repeats():
    rows = [Theirs("A", "", "sale", 100), Theirs("B", "", "sale", 100), Theirs("A", "", "sale", 90)]
    found = engine.match(rows, [sale("A"), sale("B")])
    assert [(row.code, row.double_of) for row in found] == [
        ("matched", None),
        ("matched", None),
        ("double", 0),
    ]


def test_a_row_of_an_earlier_statement_is_double():
    assert codes([Theirs("A", "", "sale", 1)], [], listed={("A", "", "sale")}) == ["double"]


def test_parts_add_up_and_equal_rows_are_still_doubles():
    rows = [Theirs("A", "", "sale", 60), Theirs("A", "", "sale", 40), Theirs("A", "", "sale", 60)]
    found = engine.match(rows, [sale("A")], add_up=True)
    assert [row.code for row in found] == ["matched", "part", "double"]
    assert [row.difference for row in found] == [0, 0, 60]


def test_the_fee_is_compared():
    def agreed(amount):
        return amount // 10

    assert codes([Theirs("A", "", "sale", 100, 10)], [sale("A")], fee_of=agreed) == ["matched"]
    assert codes([Theirs("A", "", "sale", 100, 12)], [sale("A")], fee_of=agreed) == ["fee"]


def planted(seed, count):
    """Return their rows and ours, equal but for planted errors, and the errors by code."""
    chance = random.Random(seed)
    ours = [sale(f"O{n}", chance.randint(1, 10**5)) for n in range(count)]
    theirs, errors = [], Counter()
    for row in ours:
        good = Theirs(row.order_no, "", "sale", row.amount, 0, chance.choice(["", "used"]))
        error = chance.choice(["matched"] * 8 + list(engine.CODES))
        if error in ("fee", "part"):
            error = "matched"
        if error != "missing_there":
            theirs.append(good)
        if error == "amount":
            theirs[-1] = good._replace(amount=good.amount + 1)
        elif error == "status":
            theirs[-1] = good._replace(status="refunded")
        elif error == "double":
            theirs.append(good)
            errors["matched"] += 1
        elif error == "late_refund":
            theirs.append(good._replace(kind="refund", status="refunded"))
            errors["matched"] += 1
        elif error == "missing_here":
            theirs[-1] = good._replace(order_no=f"X{row.order_no}")
            errors["missing_there"] += 1
        errors[error] += 1
    chance.shuffle(theirs)
    return theirs, ours, errors


@settings(max_examples=examples(60), deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 60))
def test_planted_errors_are_all_found_and_nothing_else(seed, count):
    theirs, ours, errors = planted(seed, count)
    assert Counter(codes(theirs, ours)) == errors


anything = st.lists(
    st.tuples(
        st.sampled_from("ABC"),
        st.sampled_from(["", "1", "2"]),
        st.sampled_from(["sale", "refund"]),
        st.integers(0, 3),
        st.sampled_from(["", "sold", "used", "refunded", "cancelled", "exchanged", "expired"]),
        st.booleans(),
    ),
    max_size=12,
)


@settings(max_examples=examples(200), deadline=None)
@given(anything, anything, st.booleans())
def test_every_row_is_answered_once_and_the_amounts_add_up(left, right, add_up):
    theirs = [Theirs(o, i, k, a, 0, s) for o, i, k, a, s, _due in left]
    ours = [Ours(*row) for row in right]
    found = engine.match(theirs, ours, add_up=add_up)
    assert [row.theirs for row in found[: len(theirs)]] == list(range(len(theirs)))
    assert all(row.theirs is None for row in found[len(theirs) :])
    used = [place for row in found for place in row.ours]
    assert len(used) == len(set(used))
    assert {place for place, row in enumerate(ours) if row.due} <= set(used)

    def total(rows):
        return sum(-row.amount if row.kind == "refund" else row.amount for row in rows)

    assert sum(row.their_amount for row in found) == total(theirs)
    parts = sum(row.our_amount for row in found)
    assert parts == total(ours[place] for place in used)
    assert sum(row.difference for row in found) == total(theirs) - parts
