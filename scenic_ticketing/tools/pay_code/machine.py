"""How one attempt to take or give back money goes, whatever gets lost on the way.

Pure: the clock and every answer are arguments. The owner of the machine keeps the attempt in a
store that survives a crash, and works in three steps, each durable before the next begins:

1. ``claim(attempt, now)`` -> what to do now, and the attempt as it has to be stored BEFORE the
   first byte goes out;
2. the call to the acquirer;
3. ``settle(attempt, action, answer, now)`` -> the attempt as it has to be stored.

A crash between 1 and 3 leaves an attempt that says "this may have happened"; the next claim finds
out. So whatever happens there is either money at the acquirer and a PAID attempt, or neither.

    NEW -> PAYING -> PAID                 REFUND_NEW -> REFUNDING -> REFUNDED
       \\       \\-> FAILED                                     \\-> REFUND_FAILED
        \\-----> REVERSING -> REVERSED

PAID, FAILED, REVERSED, REFUNDED and REFUND_FAILED are final. From REVERSING no way leads to PAID:
a cashier who was told "not paid" must be right.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from . import acquirer as said
from .acquirer import Answer

NEW, PAYING, PAID, FAILED = "new", "paying", "paid", "failed"
REVERSING, REVERSED = "reversing", "reversed"
REFUND_NEW, REFUNDING = "refund_new", "refunding"
REFUNDED, REFUND_FAILED = "refunded", "refund_failed"
STATES = (
    NEW,
    PAYING,
    PAID,
    FAILED,
    REVERSING,
    REVERSED,
    REFUND_NEW,
    REFUNDING,
    REFUNDED,
    REFUND_FAILED,
)
FINAL = frozenset([PAID, FAILED, REVERSED, REFUNDED, REFUND_FAILED])
NO_MONEY = frozenset([FAILED, REVERSED, REFUND_FAILED])

# what to do next
PAY, QUERY, REVERSE, REFUND, QUERY_REFUND = "pay", "query", "reverse", "refund", "query_refund"

#: seconds from the first byte until a payment nobody knows about is reversed
LIMIT = 60
#: seconds between questions; the last one again and again
INTERVALS = (1, 2, 3, 5, 5, 10)
#: seconds between attempts to reverse or to refund; grows, never ends
STUBBORN = (1, 2, 5, 10, 30, 60, 300, 900)
#: longer than any call may take: afterwards whoever claimed the attempt is taken to be dead
CLAIM = 20


@dataclass(frozen=True)
class Attempt:
    """One attempt: one money or none."""

    ref: str
    amount: int
    state: str = NEW
    begun: float = 0.0  # when the first byte may have gone out
    due: float = 0.0  # not to be touched before
    tries: int = 0  # calls of the present kind
    step: int = 0  # grows with every claim; an answer counts only for the latest
    claimed_until: float = 0.0
    refund_ref: str = ""
    total: int = 0  # of the payment that a refund belongs to
    acquirer_ref: str = ""
    code: str = ""  # the acquirer's last word
    mismatch: int = 0  # what the acquirer says it took, when that is another amount

    @property
    def final(self) -> bool:
        return self.state in FINAL


def claim(attempt: Attempt, now: float, has_code: bool = False, cancel: bool = False):
    """Return ``(action, attempt to store first)``; the action is None when nothing is due.

    ``has_code``: whoever asks holds the customer's code, so that a NEW attempt can be paid.
    ``cancel``: the cashier gave up.
    """
    if attempt.final or now < attempt.claimed_until:
        return None, attempt
    if cancel and attempt.state in (NEW, PAYING):
        attempt = replace(attempt, state=REVERSING, tries=0, due=now)
    begins = attempt.state == NEW and has_code
    if now < attempt.due and not begins:
        # a NEW attempt is due once its window has had the time to come with the code
        return None, attempt
    action = _next(attempt, now, has_code)
    state = {PAY: PAYING, REVERSE: REVERSING, REFUND: REFUNDING}.get(action, attempt.state)
    fresh = state != attempt.state
    return action, replace(
        attempt,
        state=state,
        begun=now if action in (PAY, REFUND) and not attempt.begun else attempt.begun,
        tries=1 if fresh else attempt.tries + 1,
        step=attempt.step + 1,
        claimed_until=now + CLAIM,
    )


def _next(attempt, now, has_code):
    if attempt.state == NEW:
        # without the code nobody can pay: close the reference, whatever was or was not sent
        return PAY if has_code else REVERSE
    if attempt.state == PAYING:
        return REVERSE if now >= attempt.begun + LIMIT else QUERY
    if attempt.state == REVERSING:
        return REVERSE
    if attempt.state == REFUND_NEW:
        return REFUND
    return QUERY_REFUND


def settle(attempt: Attempt, action: str, answer: Answer, now: float) -> Attempt:
    """Return the attempt after an answer; ``attempt`` is the stored one, as claimed."""
    attempt = replace(attempt, claimed_until=0.0, code=answer.code or answer.outcome)
    if answer.acquirer_ref:
        attempt = replace(attempt, acquirer_ref=answer.acquirer_ref)
    return {
        PAY: _after_pay,
        QUERY: _after_query,
        REVERSE: _after_reverse,
        REFUND: _after_refund,
        QUERY_REFUND: _after_refund_query,
    }[action](attempt, answer, now)


def _after_pay(attempt, answer, now):
    if answer.outcome == said.PAID:
        return _paid(attempt, answer, now)
    if answer.outcome == said.REFUSED:
        return replace(attempt, state=FAILED)
    if answer.outcome == said.REVERSED:
        return replace(attempt, state=REVERSED)
    # RETRY is no refusal here: the call may have done something, and the code is used up
    return _wait(attempt, now, INTERVALS, first=True)


def _after_query(attempt, answer, now):
    if answer.outcome == said.PAID:
        return _paid(attempt, answer, now)
    if answer.outcome == said.REFUSED:
        return replace(attempt, state=FAILED)
    if answer.outcome == said.REVERSED:
        return replace(attempt, state=REVERSED)
    # MISSING too: the payment may still be on its way. Only a reverse closes the reference.
    return _wait(attempt, now, INTERVALS)


def _paid(attempt, answer, now):
    if answer.amount is not None and answer.amount != attempt.amount:
        # another amount than the sale: give it back rather than book what nobody agreed to
        return replace(attempt, state=REVERSING, tries=0, due=now, mismatch=answer.amount)
    return replace(attempt, state=PAID)


def _after_reverse(attempt, answer, now):
    if answer.outcome == said.REVERSED:
        return replace(attempt, state=REVERSED)
    return _wait(attempt, now, STUBBORN)


def _after_refund(attempt, answer, now):
    if answer.outcome == said.REFUNDED:
        return replace(attempt, state=REFUNDED)
    if answer.outcome == said.REFUSED:
        return replace(attempt, state=REFUND_FAILED)
    if answer.outcome == said.RETRY:
        # nothing was given back: the same reference once more
        return _wait(replace(attempt, state=REFUND_NEW), now, STUBBORN)
    return _wait(attempt, now, STUBBORN)


def _after_refund_query(attempt, answer, now):
    if answer.outcome == said.REFUNDED:
        return replace(attempt, state=REFUNDED)
    if answer.outcome == said.REFUSED:
        return replace(attempt, state=REFUND_FAILED)
    if answer.outcome == said.MISSING:
        # it never arrived, or is late: the same reference gives nothing back twice
        return _wait(replace(attempt, state=REFUND_NEW), now, STUBBORN)
    return _wait(attempt, now, STUBBORN)


def _wait(attempt, now, intervals, first=False):
    number = 0 if first else min(max(attempt.tries - 1, 0), len(intervals) - 1)
    return replace(attempt, due=now + intervals[number])


def call(acquirer, attempt: Attempt, action: str, auth_code: str = "", title: str = "") -> Answer:
    """Do what was claimed; whatever goes wrong on the way is UNKNOWN."""
    try:
        if action == PAY:
            return acquirer.pay(attempt.ref, attempt.amount, auth_code, title)
        if action == QUERY:
            return acquirer.query(attempt.ref)
        if action == REVERSE:
            return acquirer.reverse(attempt.ref)
        if action == REFUND:
            return acquirer.refund(attempt.ref, attempt.refund_ref, attempt.amount, attempt.total)
        return acquirer.query_refund(attempt.ref, attempt.refund_ref)
    except said.TransportError:
        return Answer(said.UNKNOWN, code="no_answer")
    except Exception:  # an answer that the acquirer's class did not understand
        return Answer(said.UNKNOWN, code="not_understood")
