"""Views as JSON objects of the sync protocol, version 1.

Reading is strict: a value of the wrong kind or range is a WireError that names it, so that a
broken row is reported and never half understood. Members that are not known are ignored, which
lets a newer server talk to an older box.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from . import wire_members as read
from .reason import Colour, Reason
from .signature import ED25519
from .site_time import MINUTES_PER_DAY
from .ticket_code import CodeError, parse_uid, uid_hex
from .views import (
    ALL_WEEKDAYS,
    STATES,
    Decision,
    RuleView,
    TicketView,
    ZoneRule,
    ZoneUse,
)
from .wire_members import WireError

VERSION = 1


@dataclass(frozen=True)
class TicketRow:
    """A ticket as the server lists it: the view, its alias, and uses at other places by zone.

    ``elsewhere`` may be negative: the ledger took back a use that the receiving box reported.
    ``uses``: the same numbers with their moments and days, only of tickets whose rule asks for
    them; ``out_t``: when the ticket was last seen to leave at another place.
    """

    ticket: TicketView
    alias: str = ""
    elsewhere: Mapping[str, int] = field(default_factory=dict)
    uses: Mapping[str, ZoneUse] = field(default_factory=dict)
    out_t: float | None = None
    tags: tuple[str, ...] = ()  # of its cards, faces and identity cards


def ticket_to_wire(row: TicketRow) -> dict:
    """Write one row of ``tickets`` in a sync reply; the site is that of the configuration."""
    ticket = row.ticket
    data = {
        "u": uid_hex(ticket.uid),
        "g": ticket.gen,
        "p": ticket.product,
        "f": ticket.valid_from,
        "d": ticket.valid_days,
        "s": [ticket.slot_start, ticket.slot_len],
        "x": ticket.pax,
        "e": ticket.entrances,
        "fl": ticket.flags,
        "st": ticket.state,
        "r": dict(ticket.rights),
        "o": dict(row.elsewhere),
        "a": row.alias,
        "iat": ticket.iat,
    }
    if row.uses:
        data["h"] = {zone: zone_use_to_wire(use) for zone, use in row.uses.items()}
    if row.out_t is not None:
        data["ot"] = row.out_t
    if row.tags:
        data["c"] = list(row.tags)
    return data


# numbers of a ticket, and how large they may be
_NUMBERS = {
    "g": read.U8,
    "p": read.U16,
    "f": read.U16,
    "d": read.U16,
    "x": read.U8,
    "e": read.U16,
    "fl": read.U16,
    "iat": read.U32,
}


def ticket_from_wire(data: dict, site: int, listed: bool = True) -> TicketRow:
    """Read one row of ``tickets``; ``listed``: it is the server that says so."""
    read.check_object(data, "ticket")
    try:
        uid = parse_uid(read.text(data, "u"))
    except CodeError:
        raise WireError("u is no uid") from None
    slot = data.get("s")
    if not isinstance(slot, list) or len(slot) != 2:
        raise WireError("s is no pair")
    state = read.text(data, "st")
    if state not in STATES:
        raise WireError("st is no state")
    gen, product, start, days, pax, mask, flags, iat = read.numbers(data, _NUMBERS)
    ticket = TicketView(
        uid=uid,
        gen=gen,
        site=site,
        product=product,
        valid_from=start,
        valid_days=days,
        slot_start=read.in_range(slot[0], "s", read.U8),
        slot_len=read.in_range(slot[1], "s", read.U8),
        pax=pax,
        entrances=mask,
        flags=flags,
        state=state,
        rights=read.rights(data, "r"),
        iat=iat,
        listed=listed,
    )
    return TicketRow(
        ticket,
        read.text(data, "a"),
        dict(read.per_zone(data, "o", -read.U31)),
        {zone: zone_use_from_wire(use) for zone, use in read.members(data, "h")},
        read.moment(data, "ot"),
        read.tags(data, "c"),
    )


def zone_use_to_wire(use: ZoneUse) -> list:
    """Write the uses in one zone: [used, first_t, last_t, last_day, day_used]."""
    return [use.used, use.first_t, use.last_t, use.last_day, use.day_used]


def zone_use_from_wire(data: object) -> ZoneUse:
    """Read the uses in one zone."""
    if not isinstance(data, list) or len(data) != 5:
        raise WireError("h is no list of 5")
    used, first_t, last_t, last_day, day_used = data
    return ZoneUse(
        used=read.in_range(used, "h.used", read.U31, -read.U31),
        first_t=read.moment({"h.first_t": first_t}, "h.first_t"),
        last_t=read.moment({"h.last_t": last_t}, "h.last_t"),
        last_day=read.in_range(last_day, "h.last_day", read.U31, -1),
        day_used=read.in_range(day_used, "h.day_used", read.U31, -read.U31),
    )


def rule_to_wire(rule: RuleView) -> dict:
    """Write one of ``rules`` in a configuration; what restricts nothing is left out."""
    data = _set_members(rule) | {"version": rule.version, "rights": dict(rule.rights)}
    if rule.zones:
        data["zones"] = {item.zone: _set_members(item) for item in rule.zones}
    return data


def _set_members(rule: RuleView | ZoneRule) -> dict:
    data = {}
    for item in fields(rule):
        value = getattr(rule, item.name)
        if value != item.default and item.name not in ("zone", "zones", "rights"):
            # as JSON reads it back: one spelling for what is compared
            data[item.name] = list(map(list, value)) if item.default == () else value
    return data


def rule_from_wire(data: dict) -> RuleView:
    """Read one of ``rules``."""
    read.check_object(data, "rule")
    return RuleView(
        product=read.number(data, "product", read.U16),
        risk=read.number(data, "risk", read.U8),
        staff_pax=read.number(data, "staff_pax", read.U16),
        class_no=read.number(data, "class_no", 31),
        entrances=read.number(data, "entrances", read.U16),
        rights=read.rights(data, "rights"),
        version=read.number(data, "version", read.U31),
        weekdays=read.optional(data, "weekdays", ALL_WEEKDAYS, ALL_WEEKDAYS),
        blackout=read.spans(data, "blackout", read.U31, 0),
        hours=read.spans(data, "hours", MINUTES_PER_DAY, 1),
        start_days=read.optional(data, "start_days", read.U16),
        use_days=read.optional(data, "use_days", read.U16),
        use_minutes=read.optional(data, "use_minutes", read.U31),
        uses_total=read.optional(data, "uses_total", read.U31),
        uses_day=read.optional(data, "uses_day", read.U31),
        interval_s=read.optional(data, "interval_s", read.U31),
        passback=read.flag(data, "passback", False),
        grace_before_min=read.optional(data, "grace_before_min", MINUTES_PER_DAY),
        grace_after_min=read.optional(data, "grace_after_min", MINUTES_PER_DAY),
        slot_zone=read.text(data, "slot_zone") if "slot_zone" in data else "",
        checks=read.optional(data, "checks", read.U16),
        partial=read.flag(data, "partial", True),
        zones=tuple(
            sorted(
                (_zone_rule_from_wire(zone, item) for zone, item in read.members(data, "zones")),
                key=lambda rule: rule.zone,
            )
        ),
    )


def _zone_rule_from_wire(zone: str, data: dict) -> ZoneRule:
    read.check_object(data, f"zones.{zone}")
    return ZoneRule(
        zone=zone,
        uses_day=read.optional(data, "uses_day", read.U31),
        after=read.text(data, "after") if "after" in data else "",
        within_min=read.optional(data, "within_min", read.U31),
        choice=read.optional(data, "choice", read.U31),
        pick=read.optional(data, "pick", read.U31, 1),
        hours=read.spans(data, "hours", MINUTES_PER_DAY, 1),
        weekdays=read.optional(data, "weekdays", ALL_WEEKDAYS, ALL_WEEKDAYS),
    )


def decision_to_wire(decision: Decision) -> dict:
    """Write the answer of an online redemption."""
    data = {item.name: getattr(decision, item.name) for item in fields(decision)}
    return data | {"reason": decision.reason.value, "colour": decision.colour.value}


def decision_from_wire(data: dict) -> Decision:
    """Read the answer of an online redemption; a reason of a newer server is an E_FAULT."""
    read.check_object(data, "decision")
    try:
        colour = Colour(read.text(data, "colour"))
    except ValueError:
        raise WireError("colour is no colour") from None
    reason = read.text(data, "reason")
    known = reason in Reason.__members__
    return Decision(
        reason=Reason(reason) if known else Reason.E_FAULT,
        colour=colour,
        admit=read.number(data, "admit", read.U16),
        uses=read.number(data, "uses", read.U16),
        rest=None if data.get("rest") is None else read.number(data, "rest", read.U31),
        first_use_t=read.moment(data, "first_use_t"),
        first_use_lane=read.text(data, "first_use_lane"),
        clock_alarm=data.get("clock_alarm") is True,
    )


def roots_to_wire(roots: Mapping[int, tuple[int, bytes]]) -> list[dict]:
    """Write the ``roots`` of a configuration."""
    return [{"kid": kid, "alg": alg, "pub": pub.hex()} for kid, (alg, pub) in sorted(roots.items())]


def roots_from_wire(items: list) -> dict[int, tuple[int, bytes]]:
    """Read the ``roots`` of a configuration; only Ed25519 roots exist."""
    roots = {}
    for item in items:
        read.check_object(item, "root")
        try:
            pub = bytes.fromhex(read.text(item, "pub"))
        except ValueError:
            pub = b""
        if item.get("alg") != ED25519 or len(pub) != 32:
            raise WireError("pub is no root key")
        roots[read.number(item, "kid", read.U32)] = (ED25519, pub)
    return roots
