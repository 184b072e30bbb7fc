"""How much a gate may let in without the server: stages, weights, and what is read of them."""

import pytest
from scenic_rules.exposure import (
    FREE,
    RISKY,
    UNCONFIRMED,
    UNLISTED,
    ExposureLimit,
    limit_from_wire,
    values_from_wire,
)

LIMIT = ExposureLimit(1000)


@pytest.mark.parametrize(
    ("cents", "stage"),
    [(0, FREE), (500, FREE), (501, RISKY), (800, RISKY), (801, UNLISTED), (1000, UNLISTED),
     (1001, UNCONFIRMED)],
)  # fmt: skip
def test_stages_follow_one_another(cents, stage):
    assert LIMIT.stage(cents) == stage


def test_without_a_limit_nothing_counts():
    free = ExposureLimit()
    assert free.stage(10**12) == FREE
    assert free.weight(100, 1, listed=False, cut_off=True) == 0


def test_an_unlisted_ticket_counts_whole_and_a_listed_one_only_when_cut_off():
    assert LIMIT.weight(100, 3, listed=False, cut_off=False) == 300
    assert LIMIT.weight(100, 3, listed=True, cut_off=False) == 0
    assert LIMIT.weight(100, 3, listed=True, cut_off=True) == 15


def test_what_is_missing_is_as_usual_and_nonsense_is_refused():
    assert limit_from_wire(None) == ExposureLimit()
    assert limit_from_wire({"limit_cents": 7}) == ExposureLimit(7)
    assert limit_from_wire({"limit_cents": 7, "listed_percent": 0}).listed_percent == 0
    assert values_from_wire({"values": {"101": 8000}}) == {101: 8000}
    for bad in ({"limit_cents": -1}, {"risky_percent": 101}, {"limit_cents": "many"}):
        with pytest.raises(ValueError, match=r"."):
            limit_from_wire(bad)
    with pytest.raises(ValueError, match="value"):
        values_from_wire({"values": {"101": -1}})
