"""What a ticket was used for, as the decision sees it."""

from ..iot_handlers.scenic_rules.views import History, RuleView, ZoneUse
from .site_time import to_unix


def needs_all_zones(rule: RuleView | None) -> bool:
    """Tell whether a rule looks at more than the uses in the zone of the gate."""
    return rule is not None and bool(
        rule.start_days
        or rule.use_days
        or rule.use_minutes
        or rule.uses_total
        or rule.uses_day
        or any(zone.uses_day or zone.after or zone.within_min or zone.choice for zone in rule.zones)
    )


def needs_moments(rule: RuleView | None) -> bool:
    """Tell whether a gate must know when a ticket was used at other places, not only how often."""
    return rule is not None and rule.asks_when


def of_zone(row: dict) -> History:
    """Return the history that the plain read of a ticket found: uses in one zone, last exit."""
    return History(
        used=row["used"],
        first_t=unix(row["first_t"]),
        first_lane=row["first_lane"] or "",
        last_t=unix(row["last_t"]),
        last_lane=row["last_lane"] or "",
        out_t=unix(row["exited_at"]),
    )


def of_all_zones(rows: list[dict], zone_id: int, codes: dict, exited_at) -> History:
    """Return the history at the gate of a zone from the rows of all zones.

    ``codes``: {zone id: zone code}; ``exited_at``: naive UTC or None.
    """
    here, others = {}, []
    for row in rows:
        if row["zone_id"] == zone_id:
            here = row
        elif row["used"] > 0:
            others.append((codes[row["zone_id"]], zone_use(row)))
    use = zone_use(here) if here else ZoneUse()
    return History(
        used=use.used,
        first_t=use.first_t,
        first_lane=here.get("first_lane") or "",
        last_t=use.last_t,
        last_lane=here.get("last_lane") or "",
        last_day=use.last_day,
        day_used=use.day_used,
        others=tuple(sorted(others)),
        out_t=unix(exited_at),
    )


def zone_use(row: dict) -> ZoneUse:
    """Return the net uses of one zone."""
    return ZoneUse(
        used=row["used"],
        first_t=unix(row["first_t"]),
        last_t=unix(row["last_t"]),
        last_day=-1 if row["last_day"] is None else row["last_day"],
        day_used=row["day_used"] or 0,
    )


def unix(moment) -> float | None:
    """Return the Unix time of a naive UTC moment, None for none."""
    return to_unix(moment) if moment else None
