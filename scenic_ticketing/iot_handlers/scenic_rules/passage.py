"""The one decision: may this ticket pass this gate now?

Window, handheld, gate online, gate offline and server all ask ``decide``. It has no clock, no
store and no text, and it never raises for anything a ticket says.
"""

from __future__ import annotations

from . import allowance
from .reason import COLOUR, Colour, Reason
from .ticket_code import EPOCH, FLAG_DYNAMIC, NO_SLOT, QUARTERS_PER_DAY
from .views import (
    STATE_BLOCKED,
    STATE_HELD,
    STATE_SUPERSEDED,
    STATE_VALID,
    Decision,
    GateView,
    History,
    RuleView,
    TicketView,
)

SAME_SCAN_S = 8
"""A one-person ticket read again on its lane within this time is one scan, not two."""

ISSUED_AHEAD_S = 600
"""A ticket may be issued this far in the future of the gate: clocks differ."""

ISSUED_AHEAD_LIMIT_S = 6 * 3600
"""Further ahead than this one of the clocks is wrong and dates cannot be judged."""

RISK_LISTED_ONLY = 1

_STATE_REASONS = {STATE_BLOCKED: Reason.E_BLOCKED, STATE_HELD: Reason.E_HELD}


def decide(
    ticket: TicketView,
    rule: RuleView | None,
    history: History,
    gate: GateView,
    now: float,
    wanted: int = 0,
    live: bool = False,
) -> Decision:
    """Decide on one passage at ``now`` (Unix seconds, the moment of ``gate``).

    ``wanted``: persons counted by staff, 0 = as many as the ticket is for; ``live``: the code
    carried a fresh live suffix. The order of the checks is part of the contract: site, product,
    state, time, entrance, live code, zone, same scan, rights, and then the doubts.

    A doubt is what an attendant can settle: a clock that may be behind, a group to be counted,
    an unlisted ticket at a gate that is cut off. Doubts come after everything that is certain,
    answer STAFF, and are gone when the same scan is decided again with ``gate.staff`` (for a
    group: with the counted number in ``wanted``).

    A lane that leads outside (zone None) lets everybody go and uses no right: whoever is inside
    may leave, whatever became of the ticket. So only exit lanes may be configured that way.
    """
    if wanted < 0:
        raise ValueError("wanted is a number of persons")
    if gate.zone is None:
        return _decision(Reason.OK, admit=wanted or ticket.pax)
    ahead = ticket.iat + EPOCH - now
    alarm = ahead > ISSUED_AHEAD_S
    late, unsure = _out_of_time(ticket, gate, ahead)
    reason = _refusal(ticket, rule, gate, live, None if unsure else late)
    if reason is not None:
        return _decision(reason, clock_alarm=alarm)
    number = allowance.right_in(ticket.rights, gate.zone)
    if number is None:
        return _decision(Reason.E_ZONE, clock_alarm=alarm)
    rest = allowance.left(number, history.used)
    if _is_same_scan(ticket, history, gate, now):
        return _decision(Reason.SAME_SCAN, rest=rest, clock_alarm=alarm)
    persons = wanted or (ticket.pax if rest is None else min(ticket.pax, rest))
    if rest is not None and (rest == 0 or persons > rest):
        return _used(history, rest, alarm)
    doubt = _doubt(ticket, rule, gate, wanted, late)
    if doubt is not None:
        return _decision(doubt, Colour.STAFF, rest=rest, clock_alarm=alarm)
    if rest is not None:
        rest -= persons
    return _decision(Reason.OK, admit=persons, uses=persons, rest=rest, clock_alarm=alarm)


def _decision(reason: Reason, colour: Colour | None = None, **facts) -> Decision:
    return Decision(reason, colour or COLOUR[reason], **facts)


def _used(history: History, rest: int, alarm: bool) -> Decision:
    return _decision(
        Reason.E_USED,
        rest=rest,
        first_use_t=history.first_t,
        first_use_lane=history.first_lane,
        clock_alarm=alarm,
    )


def _out_of_time(ticket: TicketView, gate: GateView, ahead: float) -> tuple[Reason | None, bool]:
    """Why the ticket is not good at this time, and whether that is only a doubt.

    An untrusted clock is never ahead of the true time. So "over" is certain, and everything else
    may be nothing but a clock that is behind.
    """
    unsure = not gate.clock_trusted
    last_day = ticket.valid_from + ticket.valid_days - 1
    if gate.day > last_day:
        return Reason.E_EXPIRED, False
    has_slot = ticket.slot_start != NO_SLOT
    slot_end = ticket.slot_start + (ticket.slot_len or QUARTERS_PER_DAY)
    slot_over = has_slot and gate.quarter >= slot_end
    if slot_over and gate.day == last_day:
        return Reason.E_SLOT, False
    if ahead > ISSUED_AHEAD_LIMIT_S:
        return Reason.E_CLOCK, unsure
    if gate.day < ticket.valid_from:
        return Reason.E_EARLY, unsure
    if slot_over or (has_slot and gate.quarter < ticket.slot_start):
        return Reason.E_SLOT, unsure
    return None, False


def _refusal(
    ticket: TicketView, rule: RuleView | None, gate: GateView, live: bool, late: Reason | None
) -> Reason | None:
    """What no attendant can settle, apart from the rights."""
    if ticket.site != gate.site:
        return Reason.E_SITE
    if rule is None or rule.product != ticket.product:
        return Reason.E_PRODUCT
    if ticket.state == STATE_SUPERSEDED:
        return Reason.E_SUPERSEDED
    if ticket.state != STATE_VALID:
        return _STATE_REASONS.get(ticket.state, Reason.E_REVOKED)
    if late is not None:
        return late
    if not (ticket.entrances & rule.entrances) >> gate.entrance & 1:
        return Reason.E_ENTRANCE
    if ticket.flags & FLAG_DYNAMIC and not live:
        return Reason.E_DYNAMIC
    return None


def _is_same_scan(ticket: TicketView, history: History, gate: GateView, now: float) -> bool:
    """The reader fired twice: nobody is refused, nobody is admitted a second time."""
    return (
        ticket.pax == 1
        and history.used > 0
        and history.last_t is not None
        and history.last_lane == gate.lane
        and abs(now - history.last_t) < SAME_SCAN_S
    )


def _doubt(
    ticket: TicketView, rule: RuleView, gate: GateView, wanted: int, late: Reason | None
) -> Reason | None:
    """What an attendant has to settle before anybody passes."""
    if late is not None and not gate.staff:
        return late
    if wanted > ticket.pax:
        return Reason.R_GROUP_COUNT
    if ticket.pax > rule.staff_pax and not (gate.staff and wanted):
        return Reason.R_GROUP_COUNT
    cut_off = gate.cut_off and not ticket.listed and rule.risk >= RISK_LISTED_ONLY
    if cut_off and not gate.staff:
        return Reason.R_UNLISTED_CUT_OFF
    return None
