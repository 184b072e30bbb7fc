"""What a gate's own uses and those of other places mean together. Pure: rows in, history out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo

from ..scenic_rules.site_time import day_at
from ..scenic_rules.views import History, ZoneUse
from ..scenic_rules.wire import TicketRow

_LONGEST_DAY_MS = 25 * 3600 * 1000
_NEVER_USED = History()


@dataclass(frozen=True, slots=True)
class Own:
    """Local uses of one ticket in one zone, without those given back; times in ms.

    ``day_used`` of them are of the site's day ``last_day``.
    """

    used: int = 0
    first_t: int = 0
    first_lane: str = ""
    last_t: int = 0
    last_lane: str = ""
    last_day: int = -1
    day_used: int = 0


def own_of(rows: list[tuple], tz: tzinfo) -> Own:
    """Add up passages in one zone, in the order of the first.

    A row is (persons, first_t, first_lane, last_t, last_lane), times in ms.
    """
    _used, first_t, first_lane, _last_t, _last_lane = rows[0]
    last_t, last_lane = max((row[3], row[4]) for row in rows)
    last_day = day_at(last_t / 1000, tz)
    day_used = sum(
        row[0]
        for row in rows
        # most are far too old to be of that day; telling a day costs
        if last_t - row[3] < _LONGEST_DAY_MS and day_at(row[3] / 1000, tz) == last_day
    )
    return Own(
        sum(row[0] for row in rows), first_t, first_lane, last_t, last_lane, last_day, day_used
    )


def history_of(
    own: Mapping[str, Own], row: TicketRow | None, zone: str, out_t: float | None
) -> History:
    """Tell of a ticket at a gate into ``zone``: ``own`` uses by zone, when it was seen to leave."""
    if not own and not (row and (row.elsewhere or row.uses)):
        return _NEVER_USED if out_t is None else History(out_t=out_t)
    here = _merged(own.get(zone), row, zone)
    names = {*own, *(row.elsewhere if row else ()), *(row.uses if row else ())} - {zone}
    others = tuple((name, _merged(own.get(name), row, name)) for name in sorted(names))
    mine = own.get(zone, Own())
    first, last = mine.first_t / 1000, mine.last_t / 1000
    return History(
        used=here.used,
        first_t=here.first_t,
        first_lane=mine.first_lane if here.first_t == first else "",
        last_t=here.last_t,
        last_lane=mine.last_lane if here.last_t == last else "",
        last_day=here.last_day,
        day_used=here.day_used,
        others=tuple(item for item in others if item[1].used > 0),
        out_t=out_t,
    )


def _merged(own: Own | None, row: TicketRow | None, zone: str) -> ZoneUse:
    """Add what the server knows of other places to the box's own uses in one zone."""
    there = (row.uses.get(zone) if row else None) or ZoneUse()
    elsewhere = row.elsewhere.get(zone, there.used) if row else 0
    used = elsewhere + (own.used if own else 0)
    if used <= 0:
        return ZoneUse(used)
    if own is None:
        return ZoneUse(used, there.first_t, there.last_t, there.last_day, there.day_used)
    last_day = max(own.last_day, there.last_day)
    return ZoneUse(
        used,
        _of(min, own.first_t / 1000, there.first_t),
        _of(max, own.last_t / 1000, there.last_t),
        last_day,
        sum(part.day_used for part in (own, there) if part.last_day == last_day),
    )


def _of(choose, mine: float, other: float | None) -> float:
    return mine if other is None else choose(mine, other)
