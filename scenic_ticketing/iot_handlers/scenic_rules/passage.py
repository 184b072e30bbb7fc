"""The one decision: may this ticket pass this gate now?

Window, handheld, gate online, gate offline and server all ask ``decide``. It has no clock, no
store and no text, and it never raises for anything a ticket says.
"""

from __future__ import annotations

from .case import Case
from .check_table import CHECKS, CLOCKED, PLAIN_CHECKS, REFUSES, CheckSpec
from .reason import COLOUR, Colour, Reason
from .views import Check, Decision, GateView, History, RuleView, TicketView

ISSUED_AHEAD_S = 600
"""A ticket may be issued this far in the future of the gate: clocks differ."""

OK, REFUSE, DOUBT, SKIPPED = "ok", "refuse", "doubt", "skipped"
"""Outcomes of one check."""


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
    carried a fresh live suffix. The checks and their order stand in ``check_table``; the first
    refusal is the answer, and without one the first doubt.

    A doubt is what an attendant can settle: a clock that may be behind, a document to be seen, a
    group to be counted, an unlisted ticket at a gate that is cut off. Doubts answer STAFF, and
    are gone when the same scan is decided again with ``gate.staff`` (for a group: with the
    counted number in ``wanted``).

    A lane that leads outside (zone None) lets everybody go and uses no right: whoever is inside
    may leave, whatever became of the ticket. So only exit lanes may be configured that way.
    """
    if wanted < 0:
        raise ValueError("wanted is a number of persons")
    if gate.zone is None:
        return Decision(Reason.OK, Colour.GREEN, admit=wanted or ticket.pax)
    case = Case(ticket, rule, history, gate, now, wanted, live)
    doubt = None
    for check in PLAIN_CHECKS if case.rule.plain else CHECKS:
        reason = check.test(case)
        if reason is None:
            continue
        outcome = _weigh(check, case)
        if outcome is REFUSE:
            return _refused(case, check, reason)
        if outcome is DOUBT and doubt is None:
            doubt = reason
    return _passed(case, doubt)


def explain(
    ticket: TicketView,
    rule: RuleView | None,
    history: History,
    gate: GateView,
    now: float,
    wanted: int = 0,
    live: bool = False,
) -> tuple[Check, ...]:
    """Tell what every check says, in the order of ``decide``, and which of them decided.

    Checks that come after the one that decided are asked all the same, as far as they can be. A
    check is skipped when there is nothing to judge by, or when the rule does not ask for it.
    """
    answer = decide(ticket, rule, history, gate, now, wanted, live)
    if gate.zone is None:
        return tuple(Check(check.name, SKIPPED) for check in CHECKS)
    case = Case(ticket, rule, history, gate, now, wanted, live)
    told, open_ = [], answer.reason is not Reason.OK
    for check in CHECKS:
        if not _can_be_judged(check, case):
            told.append(Check(check.name, SKIPPED))
            continue
        reason, facts = check.test(case), check.facts(case)
        outcome = _weigh(check, case) if reason else OK if facts else SKIPPED
        decided = open_ and reason is answer.reason and outcome in (REFUSE, DOUBT)
        open_ = open_ and not decided
        told.append(Check(check.name, outcome, reason, facts, decided))
    return tuple(told)


def _weigh(check: CheckSpec, case: Case) -> str:
    """Tell what a reason of this check means here."""
    if check.kind is REFUSES:
        return REFUSE
    if check.kind is CLOCKED:
        if case.gate.clock_trusted:
            return REFUSE
        return OK if case.gate.staff else DOUBT
    return DOUBT


def _can_be_judged(check: CheckSpec, case: Case) -> bool:
    if check.needs == "right":
        return case.known and case.right is not None
    return case.known or not check.needs


def _passed(case: Case, doubt: Reason | None) -> Decision:
    """Answer where nothing refuses."""
    alarm, rest = case.seconds_ahead() > ISSUED_AHEAD_S, case.rest
    if doubt is not None:
        return Decision(doubt, Colour.STAFF, rest=rest, clock_alarm=alarm)
    persons = case.persons()
    if rest is not None:
        rest -= persons
    return Decision(
        Reason.OK, Colour.GREEN, admit=persons, uses=persons, rest=rest, clock_alarm=alarm
    )


def _refused(case: Case, check: CheckSpec, reason: Reason) -> Decision:
    first_t, lane = None, ""
    if reason is Reason.E_USED:
        first_t, lane = case.history.first_t, case.history.first_lane
    elif reason is Reason.E_PERIOD:
        first_t = case.first_t
        lane = case.history.first_lane if first_t == case.history.first_t else ""
    return Decision(
        reason,
        COLOUR[reason],
        rest=case.rest if check.needs == "right" else None,
        first_use_t=first_t,
        first_use_lane=lane,
        clock_alarm=case.seconds_ahead() > ISSUED_AHEAD_S,
    )
