"""Every rule there is, one function each: None, or the reason it has against the passage.

In which order they are asked and how certain an answer is stands in ``check_table``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from . import exposure as stages
from .case import Case
from .reason import Reason
from .site_time import weekday
from .ticket_code import FLAG_DYNAMIC
from .views import (
    ALL_WEEKDAYS,
    STATE_BLOCKED,
    STATE_HELD,
    STATE_SUPERSEDED,
    STATE_VALID,
    Spans,
)

SAME_SCAN_S = 8
"""A one-person ticket read again on its lane within this time is one scan, not two."""

ISSUED_AHEAD_LIMIT_S = 6 * 3600
"""Further ahead than this one of the clocks is wrong and dates cannot be judged."""

RISK_LISTED_ONLY = 1

_STATE_REASONS = {
    STATE_VALID: None,
    STATE_SUPERSEDED: Reason.E_SUPERSEDED,
    STATE_BLOCKED: Reason.E_BLOCKED,
    STATE_HELD: Reason.E_HELD,
}

# --- the ticket itself ------------------------------------------------------------------------


def site(case: Case) -> Reason | None:
    return Reason.E_SITE if case.ticket.site != case.gate.site else None


def product(case: Case) -> Reason | None:
    return None if case.known else Reason.E_PRODUCT


def state(case: Case) -> Reason | None:
    return _STATE_REASONS.get(case.ticket.state, Reason.E_REVOKED)


# --- dates and times --------------------------------------------------------------------------
# An untrusted clock is never ahead of the true time. So "over" is certain, and everything else
# may be nothing but a clock that is behind.


def until(case: Case) -> Reason | None:
    return Reason.E_EXPIRED if case.day > case.last_day else None


def slot_over(case: Case) -> Reason | None:
    over = case.minute >= case.open_to and case.day == case.last_day
    return Reason.E_SLOT if over else None


def clock(case: Case) -> Reason | None:
    return Reason.E_CLOCK if case.seconds_ahead() > ISSUED_AHEAD_LIMIT_S else None


def not_yet(case: Case) -> Reason | None:
    return Reason.E_EARLY if case.day < case.ticket.valid_from else None


def slot(case: Case) -> Reason | None:
    return None if case.open_from <= case.minute < case.open_to else Reason.E_SLOT


def on_weekday(case: Case) -> Reason | None:
    days = case.rule.weekdays & case.zone_rule.weekdays
    if days == ALL_WEEKDAYS or days >> weekday(case.day) & 1:
        return None
    return Reason.E_WEEKDAY


def blackout(case: Case) -> Reason | None:
    for first, last in case.rule.blackout:
        if first <= case.day <= last:
            return Reason.E_BLACKOUT
    return None


def hours(case: Case) -> Reason | None:
    minute = case.gate.minute
    if _open(case.rule.hours, minute) and _open(case.zone_rule.hours, minute):
        return None
    return Reason.E_HOURS


def _open(hours: Spans, minute: int) -> bool:
    return not hours or any(start <= minute < end for start, end in hours)


def period(case: Case) -> Reason | None:
    rule, first_t = case.rule, case.first_t
    if first_t is None:
        return None
    if rule.use_minutes and case.now - first_t > rule.use_minutes * 60:
        return Reason.E_PERIOD
    if rule.use_days and case.days_used() > rule.use_days:
        return Reason.E_PERIOD
    return None


# --- the lane and the code --------------------------------------------------------------------


def entrance(case: Case) -> Reason | None:
    mask = case.ticket.entrances & case.rule.entrances
    return None if mask >> case.gate.entrance & 1 else Reason.E_ENTRANCE


def live(case: Case) -> Reason | None:
    return Reason.E_DYNAMIC if case.ticket.flags & FLAG_DYNAMIC and not case.live else None


def zone(case: Case) -> Reason | None:
    return Reason.E_ZONE if case.right is None else None


def same_scan(case: Case) -> Reason | None:
    """The reader fired twice: nobody is refused, nobody is admitted a second time."""
    history = case.history
    if (
        case.ticket.pax == 1
        and history.used > 0
        and history.last_t is not None
        and history.last_lane == case.gate.lane
        and abs(case.now - history.last_t) < SAME_SCAN_S
    ):
        return Reason.SAME_SCAN
    return None


# --- rights and limits ------------------------------------------------------------------------


def _too_few(left: int | None, case: Case, reason: Reason) -> Reason | None:
    return reason if left is not None and left < case.need else None


def right(case: Case) -> Reason | None:
    return _too_few(case.rest, case, Reason.E_USED)


def chosen(case: Case) -> Sequence[str]:
    """Return the other zones of the either-or group that have been used."""
    mine = case.zone_rule
    if not mine.choice or case.used:
        return ()
    return [rule.zone for rule in case.rule.zones
            if rule.choice == mine.choice and rule.zone in case.others]  # fmt: skip


def choice(case: Case) -> Reason | None:
    others = chosen(case)
    return Reason.E_CHOICE if others and len(others) >= case.zone_rule.pick else None


def total(case: Case) -> Reason | None:
    return _too_few(case.left_in_all(), case, Reason.E_TOTAL)


def day_limit(case: Case) -> Reason | None:
    return _too_few(case.left_today(), case, Reason.E_DAY_LIMIT)


def order(case: Case) -> Reason | None:
    after = case.zone_rule.after
    return Reason.E_ORDER if after and not case.was_used(after) else None


def within_from(case: Case) -> float | None:
    after = case.zone_rule.after
    return case.first_use_in(after) if after else case.first_t


def within(case: Case) -> Reason | None:
    minutes = case.zone_rule.within_min
    if not minutes:
        return None
    start = within_from(case)
    return Reason.E_WITHIN if start is not None and case.now - start > minutes * 60 else None


def interval(case: Case) -> Reason | None:
    return _too_few(case.left_of_interval(), case, Reason.E_INTERVAL)


def passback(case: Case) -> Reason | None:
    return _too_few(case.left_outside(), case, Reason.E_PASSBACK)


# --- doubts: what an attendant can settle -----------------------------------------------------


def attended(bit: int, reason: Reason) -> Callable[[Case], Reason | None]:
    def test(case: Case) -> Reason | None:
        return reason if case.rule.checks & bit and not case.gate.staff else None

    return test


def group(case: Case) -> Reason | None:
    pax, persons = case.ticket.pax, case.persons()
    if not 0 < persons <= pax:
        return Reason.R_GROUP_COUNT
    if pax > case.rule.staff_pax and not (case.gate.staff and case.wanted):
        return Reason.R_GROUP_COUNT
    if not case.rule.partial and persons != case.left_of_round():
        return Reason.R_GROUP_COUNT
    return None


def risk(case: Case) -> Reason | None:
    gate = case.gate
    if gate.cut_off and not case.ticket.listed and not gate.staff:
        return Reason.R_UNLISTED_CUT_OFF if case.rule.risk >= RISK_LISTED_ONLY else None
    return None


def exposure(case: Case) -> Reason | None:
    gate = case.gate
    if gate.staff or gate.exposure == stages.FREE:
        return None
    if case.ticket.listed:
        narrowed = gate.cut_off and gate.exposure >= stages.UNCONFIRMED
    else:
        narrowed = gate.exposure >= stages.UNLISTED or case.rule.risk >= RISK_LISTED_ONLY
    return Reason.R_EXPOSURE if narrowed else None
