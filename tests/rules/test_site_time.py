from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenic_rules import site_time
from scenic_rules.site_time import day_and_quarter, day_number, day_of, load_zone

ZONES = ["Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "UTC"]


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2020-01-01T00:00:00+08:00", "Asia/Shanghai", (0, 0)),
        ("2019-12-31T16:00:00+00:00", "Asia/Shanghai", (0, 0)),
        ("2020-01-01T23:59:59+08:00", "Asia/Shanghai", (0, 95)),
        ("2020-01-02T00:14:59+08:00", "Asia/Shanghai", (1, 0)),
        ("2020-01-02T00:15:00+08:00", "Asia/Shanghai", (1, 1)),
        ("2025-05-01T12:00:00+05:45", "Asia/Kathmandu", (1947, 48)),
        # the hour that is skipped, and the one that comes twice
        ("2025-03-30T00:59:59+00:00", "Europe/Berlin", (1915, 7)),
        ("2025-03-30T01:00:00+00:00", "Europe/Berlin", (1915, 12)),
        ("2025-10-26T00:30:00+00:00", "Europe/Berlin", (2125, 10)),
        ("2025-10-26T01:30:00+00:00", "Europe/Berlin", (2125, 10)),
    ],
)
def test_a_moment_is_a_day_and_a_quarter_at_the_site(text, zone, expected):
    now = datetime.fromisoformat(text).timestamp()
    assert day_and_quarter(now, load_zone(zone)) == expected


@given(
    now=st.integers(1577923200, 4102444800),
    name=st.sampled_from(ZONES),
)
def test_days_and_quarters_are_those_of_the_wall_clock(now, name):
    local = (datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=now)).astimezone(
        ZoneInfo(name)
    )
    day, quarter = day_and_quarter(now, load_zone(name))
    assert day_of(day) == local.date()
    assert (quarter // 4, quarter % 4 * 15) == (local.hour, local.minute // 15 * 15)


@given(number=st.integers(-1000, 0xFFFF))
def test_a_day_number_is_a_date(number):
    assert day_number(day_of(number)) == number


def test_a_machine_without_zone_data_uses_the_offset(monkeypatch):
    def missing(name):
        raise site_time.ZoneInfoNotFoundError(name)

    monkeypatch.setattr(site_time, "ZoneInfo", missing)
    assert load_zone("Asia/Shanghai", 28800).utcoffset(None) == timedelta(hours=8)


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "/etc/passwd", "../x", "\0"])
def test_a_name_that_is_no_zone_uses_the_offset(name):
    assert load_zone(name, -3600).utcoffset(None) == timedelta(hours=-1)


def test_day_zero_is_the_first_of_2020():
    assert day_of(0) == date(2020, 1, 1)
