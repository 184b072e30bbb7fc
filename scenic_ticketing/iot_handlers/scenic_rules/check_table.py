"""The table of checks, in the order in which they decide: ``decide`` and ``explain`` walk it.

The order is part of the contract: what is said first is what the visitor hears. Certain things
come before doubts, and what nobody can change (another park, a refunded ticket) before what the
visitor can (another time, another door).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from . import checks
from .case import Case
from .reason import Reason
from .site_time import weekday
from .ticket_code import FLAG_DYNAMIC
from .views import (
    ALL_WEEKDAYS,
    CHECK_COMPANION,
    CHECK_CONCESSION,
    CHECK_HOLDER,
    CHECK_ID,
)

REFUSES = "refuses"
CLOCKED = "clocked"
DOUBTS = "doubts"

Facts = dict[str, object]


class CheckSpec(NamedTuple):
    """One line of the table.

    ``kind``: REFUSES; CLOCKED = refuses, or is a doubt while the clock may be behind; DOUBTS.
    ``needs``: "rule" or "right" (a right in the zone, and the rule) that must be there to judge.
    ``facts``: what was compared; empty when the rule does not ask for this check.
    ``plain``: it can refuse a ticket of a plain rule too.
    """

    name: str
    kind: str
    needs: str
    test: Callable[[Case], Reason | None]
    facts: Callable[[Case], Facts]
    plain: bool = True


def _slot(case: Case) -> Facts:
    if not case.slotted:
        return {}
    return {"minute": case.minute, "from": case.open_from, "to": case.open_to, "day": case.day}


def _weekday(case: Case) -> Facts:
    days = case.rule.weekdays & case.zone_rule.weekdays
    return {} if days == ALL_WEEKDAYS else {"weekdays": days, "weekday": weekday(case.day)}


def _blackout(case: Case) -> Facts:
    if not case.rule.blackout:
        return {}
    # a calendar of years would bury the one span that matters
    spans = [span for span in case.rule.blackout if case.day <= span[1]]
    return {"day": case.day, "next": min(spans, default=None)}


def _hours(case: Case) -> Facts:
    rule, zone = case.rule.hours, case.zone_rule.hours
    return {"minute": case.gate.minute, "hours": rule, "zone": zone} if rule or zone else {}


def _period(case: Case) -> Facts:
    days, minutes = case.rule.use_days, case.rule.use_minutes
    if not (days or minutes):
        return {}
    return {"days": days, "minutes": minutes, "first_t": case.first_t, "day": case.days_used()}


def _limit(left: int | None, case: Case, **more: object) -> Facts:
    return {} if left is None else {"left": left, "wanted": case.wanted, **more}


def _right(case: Case) -> Facts:
    return {"right": case.right, "used": case.used, "left": case.rest, "wanted": case.wanted}


def _choice(case: Case) -> Facts:
    mine = case.zone_rule
    if not mine.choice:
        return {}
    return {"choice": mine.choice, "pick": mine.pick, "chosen": list(checks.chosen(case))}


def _day_limit(case: Case) -> Facts:
    return _limit(case.left_today(), case, today=case.today, today_here=case.zone_today)


def _order(case: Case) -> Facts:
    after = case.zone_rule.after
    return {"after": after, "used": case.was_used(after)} if after else {}


def _within(case: Case) -> Facts:
    minutes = case.zone_rule.within_min
    return {"minutes": minutes, "since": checks.within_from(case)} if minutes else {}


def _interval(case: Case) -> Facts:
    seconds = case.rule.interval_s
    return {"seconds": seconds, "last_t": case.history.last_t} if seconds else {}


def _passback(case: Case) -> Facts:
    history = case.history
    return {"last_t": history.last_t, "out_t": history.out_t} if case.rule.passback else {}


def _group(case: Case) -> Facts:
    return {"pax": case.ticket.pax, "wanted": case.wanted, "staff_pax": case.rule.staff_pax,
            "partial": case.rule.partial, "round": case.left_of_round()}  # fmt: skip


def _exposure(case: Case) -> Facts:
    gate = case.gate
    if not gate.exposure:
        return {}
    return {"stage": gate.exposure, "listed": case.ticket.listed, "risk": case.rule.risk,
            "staff": gate.staff}  # fmt: skip


def _attended(name: str, bit: int, reason: Reason) -> CheckSpec:
    def facts(case: Case) -> Facts:
        return {"staff": case.gate.staff} if case.rule.checks & bit else {}

    return CheckSpec(name, DOUBTS, "rule", checks.attended(bit, reason), facts, False)


CHECKS: tuple[CheckSpec, ...] = (
    CheckSpec("site", REFUSES, "", checks.site,
              lambda c: {"site": c.ticket.site, "gate": c.gate.site}),
    CheckSpec("product", REFUSES, "", checks.product, lambda c: {"product": c.ticket.product}),
    CheckSpec("state", REFUSES, "", checks.state, lambda c: {"state": c.ticket.state}),
    CheckSpec("until", REFUSES, "", checks.until, lambda c: {"day": c.day, "last": c.last_day}),
    CheckSpec("slot_over", REFUSES, "", checks.slot_over, _slot),
    CheckSpec("clock", CLOCKED, "", checks.clock, lambda c: {"ahead_s": c.seconds_ahead()}),
    CheckSpec("from", CLOCKED, "", checks.not_yet,
              lambda c: {"day": c.day, "first": c.ticket.valid_from}),
    CheckSpec("slot", CLOCKED, "", checks.slot, _slot),
    CheckSpec("weekday", CLOCKED, "rule", checks.on_weekday, _weekday, False),
    CheckSpec("blackout", CLOCKED, "rule", checks.blackout, _blackout, False),
    CheckSpec("hours", CLOCKED, "rule", checks.hours, _hours, False),
    CheckSpec("period", REFUSES, "rule", checks.period, _period, False),
    CheckSpec("entrance", REFUSES, "rule", checks.entrance,
              lambda c: {"ticket": c.ticket.entrances, "rule": c.rule.entrances,
                         "entrance": c.gate.entrance}),
    CheckSpec("live", REFUSES, "", checks.live,
              lambda c: {"live": c.live} if c.ticket.flags & FLAG_DYNAMIC else {}),
    CheckSpec("zone", REFUSES, "", checks.zone,
              lambda c: {"zone": c.gate.zone, "rights": c.ticket.rights}),
    CheckSpec("same_scan", REFUSES, "right", checks.same_scan,
              lambda c: {"last_t": c.history.last_t, "last_lane": c.history.last_lane}),
    CheckSpec("right", REFUSES, "right", checks.right, _right),
    CheckSpec("choice", REFUSES, "right", checks.choice, _choice, False),
    CheckSpec("total", REFUSES, "right", checks.total,
              lambda c: _limit(c.left_in_all(), c, used=c.total), False),
    CheckSpec("day", CLOCKED, "right", checks.day_limit, _day_limit, False),
    CheckSpec("order", REFUSES, "right", checks.order, _order, False),
    CheckSpec("within", REFUSES, "right", checks.within, _within, False),
    CheckSpec("interval", CLOCKED, "right", checks.interval, _interval, False),
    CheckSpec("passback", REFUSES, "right", checks.passback, _passback, False),
    _attended("id", CHECK_ID, Reason.R_ID),
    _attended("concession", CHECK_CONCESSION, Reason.R_CONCESSION),
    _attended("companion", CHECK_COMPANION, Reason.R_COMPANION),
    _attended("holder", CHECK_HOLDER, Reason.R_HOLDER),
    CheckSpec("group", DOUBTS, "right", checks.group, _group),
    CheckSpec("risk", DOUBTS, "rule", checks.risk,
              lambda c: {"cut_off": c.gate.cut_off, "listed": c.ticket.listed,
                         "risk": c.rule.risk}),
    CheckSpec("exposure", DOUBTS, "rule", checks.exposure, _exposure),
)  # fmt: skip

PLAIN_CHECKS = tuple(check for check in CHECKS if check.plain)
"""What is left of the table for a plain rule, which most tickets have."""
