"""Tickets of all kinds, drawn at random, in the words of people and in those of scenic_rules.

Each restriction comes up only sometimes, or nobody would ever get in.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from plain_rules import AREA_FREE, SEEN_BY_STAFF, UTC, PlainTicket
from scenic_rules import wire
from scenic_rules.site_time import day_number
from scenic_rules.ticket_code import EPOCH, NO_SLOT
from scenic_rules.views import RuleView, TicketView, ZoneRule

ZONES = ("BOAT", "CABLE", "PARK")
LANES = {"B1": "BOAT", "C1": "CABLE", "P1": "PARK", "P2": "PARK", "M1": "MUSEUM"}
# summer time begins on 29 March and ends on 25 October
PARKS = {
    "Asia/Shanghai": date(2026, 5, 1),
    "Europe/Berlin": date(2026, 3, 28),
    "Europe/Paris": date(2026, 10, 24),
    "America/New_York": date(2026, 10, 31),
}
STEPS = (1, 4, 5, 7, 8, 30, 60, 60, 599, 600, 600, 1800, 3600, 3600, 3 * 3600, 15 * 3600)
CHECK_BITS = {name: 1 << bit for bit, name in enumerate(SEEN_BY_STAFF)}


def sometimes(draw, chance, value, otherwise=0):
    return value() if draw.random() < chance else otherwise


def some_hours(draw):
    cuts = sorted(draw.sample(range(0, 1441, 60), 4))
    return tuple(zip(cuts[::2], cuts[1::2], strict=True))


def some_area(draw, zone, choice):
    return AREA_FREE | {
        "uses_day": sometimes(draw, 0.3, lambda: draw.randint(1, 2)),
        "after": sometimes(draw, 0.3, lambda: draw.choice([z for z in ZONES if z != zone]), ""),
        "within": sometimes(draw, 0.3, lambda: timedelta(minutes=draw.choice([10, 60, 600])), None),
        "choice": choice,
        "pick": draw.choice([1, 1, 2]),
        "hours": sometimes(draw, 0.1, lambda: some_hours(draw), ()),
        "weekdays": sometimes(draw, 0.1, lambda: sorted(draw.sample(range(7), 6)), range(7)),
    }


def some_ticket(draw):
    """A kind of ticket; each restriction only sometimes, or nobody would ever get in."""
    tz, first = draw.choice(sorted(PARKS.items()))
    slot = None
    if draw.random() < 0.15:
        quarters = draw.choice([0, 4, 32])
        start = time(draw.choice([0, 9, 12, 22, 23]), draw.choice([0, 15]))
        slot = (start, timedelta(minutes=15 * quarters) if quarters else None)
    choice = int(draw.random() < 0.25)
    uses = {
        zone: draw.choice([0, 0, 1, 2, 3]) for zone in draw.sample(ZONES, draw.choice([2, 3, 3]))
    }
    return PlainTicket(
        tz=ZoneInfo(tz),
        pax=draw.choice([1, 1, 2, 5]),
        first=first,
        days=draw.choice([1, 3, 9, 30]),
        uses=uses,
        slot=slot,
        slot_zone=draw.choice(["", "", "PARK", "CABLE"]),
        entrances=draw.choice([(0, 1), (0, 1), (0, 1), (0,)]),
        issued=datetime(2026, 1, 1, tzinfo=UTC),
        listed=draw.random() < 0.8,
        weekdays=sometimes(draw, 0.15, lambda: tuple(draw.sample(range(7), 5)), tuple(range(7))),
        blackout=sometimes(
            draw, 0.15, lambda: ((first + timedelta(days=1), first + timedelta(days=1)),), ()
        ),
        hours=sometimes(draw, 0.1, lambda: some_hours(draw), ()),
        start_days=sometimes(draw, 0.15, lambda: draw.randint(1, 2)),
        use_days=sometimes(draw, 0.2, lambda: draw.randint(1, 3)),
        use_time=sometimes(draw, 0.2, lambda: timedelta(minutes=draw.choice([10, 60, 1500])), None),
        uses_total=sometimes(draw, 0.25, lambda: draw.randint(1, 4)),
        uses_day=sometimes(draw, 0.25, lambda: draw.randint(1, 3)),
        interval=sometimes(
            draw, 0.35, lambda: timedelta(seconds=draw.choice([5, 600, 3600])), None
        ),
        passback=draw.random() < 0.25,
        grace=sometimes(
            draw,
            0.5,
            lambda: (
                timedelta(minutes=draw.choice([0, 10])),
                timedelta(minutes=draw.choice([5, 90])),
            ),
            (timedelta(0), timedelta(0)),
        ),
        seen_by_staff=tuple(name for name in SEEN_BY_STAFF if draw.random() < 0.05),
        staff_pax=draw.choice([1, 3, 10]),
        partial=draw.random() < 0.8,
        risky=draw.random() < 0.3,
        areas={
            zone: some_area(draw, zone, choice) for zone in uses if choice or draw.random() < 0.4
        },
    )


def mask(days):
    return sum(1 << day for day in days)


def minutes(delta):
    return 0 if delta is None else int(delta.total_seconds() // 60)


def rule_of(plain):
    """The same ticket's rule in the words of scenic_rules, sent over the wire."""
    zones = tuple(
        ZoneRule(
            zone=zone,
            uses_day=area["uses_day"],
            after=area["after"],
            within_min=minutes(area["within"]),
            choice=area["choice"],
            pick=area["pick"],
            hours=area["hours"],
            weekdays=mask(area["weekdays"]),
        )
        for zone, area in sorted(plain.areas.items())
    )
    rule = RuleView(
        product=301,
        risk=int(plain.risky),
        staff_pax=plain.staff_pax,
        class_no=0,
        entrances=0xFFFF,
        rights=tuple(sorted(plain.uses.items())),
        version=1,
        weekdays=mask(plain.weekdays),
        blackout=tuple((day_number(a), day_number(b)) for a, b in plain.blackout),
        hours=plain.hours,
        start_days=plain.start_days,
        use_days=plain.use_days,
        use_minutes=minutes(plain.use_time),
        uses_total=plain.uses_total,
        uses_day=plain.uses_day,
        interval_s=int(plain.interval.total_seconds()) if plain.interval else 0,
        passback=plain.passback,
        grace_before_min=minutes(plain.grace[0]),
        grace_after_min=minutes(plain.grace[1]),
        slot_zone=plain.slot_zone,
        checks=sum(CHECK_BITS[name] for name in plain.seen_by_staff),
        partial=plain.partial,
        zones=zones,
    )
    sent = wire.rule_from_wire(wire.rule_to_wire(rule))
    assert sent == rule
    return sent


def ticket_of(plain):
    start, length = plain.slot or (None, None)
    return TicketView(
        uid=1 << 32 | 1,
        gen=0,
        site=7,
        product=301,
        valid_from=day_number(plain.first),
        valid_days=plain.days,
        slot_start=NO_SLOT if start is None else start.hour * 4 + start.minute // 15,
        slot_len=minutes(length) // 15,
        pax=plain.pax,
        entrances=mask(plain.entrances),
        flags=0,
        state=plain.state,
        rights=tuple(sorted((zone, plain.pax * n) for zone, n in plain.uses.items())),
        iat=int(plain.issued.timestamp()) - EPOCH,
        listed=plain.listed,
    )
