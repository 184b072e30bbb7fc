"""What would have been decided on a past day under another rule. Pure.

Two worlds begin with the same past. In the first the day happens as it did; in the second every
scan is decided by the draft, and what it decides is what the next scan finds. So somebody whom the
draft refuses in the morning has a right left in the afternoon, and the other way round.
"""

from dataclasses import replace
from datetime import tzinfo
from typing import NamedTuple

from ..iot_handlers.scenic_rules.passage import decide
from ..iot_handlers.scenic_rules.reason import Colour, Reason
from ..iot_handlers.scenic_rules.site_time import day_and_minute
from ..iot_handlers.scenic_rules.views import (
    Decision,
    GateView,
    History,
    RuleView,
    TicketView,
    ZoneUse,
)

USE, REFUSED, BACK, OUT = "use", "refused", "back", "out"

SAME, NOW_REFUSED, NOW_ADMITTED, NOW_STAFF, OTHER_REASON = (
    "same",
    "refused",
    "admitted",
    "staff",
    "reason",
)


class Event(NamedTuple):
    """Something that happened to a ticket: a scan, uses taken back, or seen to leave."""

    t: float  # Unix seconds
    kind: str
    zone: str = ""
    lane: str = ""
    persons: int = 1
    staff: bool = False  # somebody stood by
    reason: str = "OK"  # what was answered then
    uses: tuple = ()  # names of the uses written or taken back
    entrance: int | None = None  # bit, None = any that the ticket is good for


class Side(NamedTuple):
    """One of the two worlds: the ticket and the rule in it."""

    ticket: TicketView
    rule: RuleView


class Outcome(NamedTuple):
    """One scan in both worlds."""

    event: Event
    old: Decision
    new: Decision
    effect: str


class Past:
    """What a ticket was used for until now, in one world."""

    def __init__(self, tz: tzinfo):
        self._tz = tz
        self._uses = []  # (t, day, zone, lane, name)
        self._out_t = None

    def add(self, event: Event, persons: int):
        """Note that ``persons`` went in."""
        day, _minute = day_and_minute(event.t, self._tz)
        names = [*event.uses, *[None] * persons][:persons]
        self._uses += [(event.t, day, event.zone, event.lane, name) for name in names]

    def take_back(self, names):
        self._uses = [use for use in self._uses if use[4] is None or use[4] not in names]

    def leave(self, t):
        self._out_t = t

    def at(self, zone: str) -> History:
        """Return the history as a gate of ``zone`` sees it."""
        by_zone = {}
        for use in self._uses:
            by_zone.setdefault(use[2], []).append(use)
        here = by_zone.pop(zone, None)
        others = tuple(sorted((name, _zone_use(uses)) for name, uses in by_zone.items()))
        if not here:
            return History(others=others, out_t=self._out_t)
        use, first, last = _zone_use(here), min(here, key=_moment), max(here, key=_moment)
        return History(
            used=use.used,
            first_t=use.first_t,
            first_lane=first[3],
            last_t=use.last_t,
            last_lane=last[3],
            last_day=use.last_day,
            day_used=use.day_used,
            others=others,
            out_t=self._out_t,
        )


def _moment(use):
    return use[0]


def _zone_use(uses) -> ZoneUse:
    moments, days = [use[0] for use in uses], [use[1] for use in uses]
    last = max(days)
    return ZoneUse(
        used=len(uses),
        first_t=min(moments),
        last_t=max(moments),
        last_day=last,
        day_used=days.count(last),
    )


def replay(live: Side, draft: Side, events, begin: float, tz: tzinfo):
    """Yield an `Outcome` for each scan of one ticket from ``begin`` on.

    ``events``: all of the ticket, in the order of time, also those before ``begin``, which are
    history in both worlds.
    """
    was, would = Past(tz), Past(tz)
    for event in events:
        if event.kind == BACK:
            was.take_back(event.uses)
            would.take_back(event.uses)
        elif event.kind == OUT:
            was.leave(event.t)
            would.leave(event.t)
        elif event.t < begin:
            if event.kind == USE:
                was.add(event, event.persons)
                would.add(event, event.persons)
        else:
            outcome = _scan(live, draft, event, was, would, tz)
            if event.kind == USE:
                was.add(event, event.persons)
            if outcome.new.uses or outcome.new.colour is Colour.STAFF:
                # an attendant who is called settles the doubt
                would.add(event, outcome.new.uses or event.persons)
            yield outcome


def _scan(live, draft, event, was, would, tz):
    """Decide one scan in both worlds, with an attendant in both when there was one."""
    staff = event.staff
    old = _decide(live, event, was, tz, staff)
    if event.kind == USE and old.colour is Colour.STAFF and not staff:
        # it was let in, so somebody stood by
        staff = True
        old = _decide(live, event, was, tz, staff)
    new = _decide(draft, event, would, tz, staff)
    return Outcome(event, old, new, _effect(old, new))


def _decide(side, event, past, tz, staff):
    mask = side.ticket.entrances & side.rule.entrances
    entrance = event.entrance
    if entrance is None:
        entrance = (mask & -mask).bit_length() - 1 if mask else 0
    gate = GateView.at(
        event.t,
        tz,
        site=side.ticket.site,
        zone=event.zone,
        entrance=entrance,
        lane=event.lane,
        staff=staff,
    )
    wanted = event.persons if event.kind == USE and side.ticket.pax > 1 else 0
    return decide(side.ticket, side.rule, past.at(event.zone), gate, event.t, wanted, live=True)


def _effect(old: Decision, new: Decision) -> str:
    was_in, is_in = _goes_in(old), _goes_in(new)
    if was_in and is_in:
        return SAME
    if is_in:
        return NOW_ADMITTED
    if was_in:
        return NOW_STAFF if new.colour is Colour.STAFF else NOW_REFUSED
    return SAME if old.reason is new.reason else OTHER_REASON


def _goes_in(decision: Decision) -> bool:
    return decision.reason in (Reason.OK, Reason.SAME_SCAN)


def resold(ticket: TicketView, terms, first_day: int, days: int) -> TicketView:
    """Return the ticket as it would be, had it been sold under ``terms``; slots stay."""
    return replace(
        ticket,
        valid_from=first_day,
        valid_days=days,
        entrances=terms.entrances,
        flags=terms.flags,
        rights=tuple(sorted((zone, uses * ticket.pax) for zone, uses in terms.uses.items())),
    )
