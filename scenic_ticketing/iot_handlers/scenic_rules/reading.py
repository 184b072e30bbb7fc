"""From what a reader gave to what ``decide`` needs: one way for server and box.

The stores are functions that come in, so this runs on an SQLite snapshot and on Odoo alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .alias import parse_alias
from .live_code import check_suffix, ticket_key
from .reason import Reason
from .ticket_code import FLAG_DYNAMIC, CodeError, Decoded
from .verifier import Verifier
from .views import RuleView, TicketView, ticket_from_code, ticket_from_row


@dataclass(frozen=True)
class Reading:
    """A text understood: either ``reason`` says why not, or ``ticket`` is there.

    ``decoded`` is the code behind it, None for an alias; ``live_t`` the moment of a good live
    suffix (Unix seconds), to be passed to ``check_suffix`` at the next scan, None without one.
    """

    reason: Reason | None = None
    detail: str = ""
    ticket: TicketView | None = None
    rule: RuleView | None = None
    decoded: Decoded | None = None
    live_t: int | None = None

    @property
    def live(self) -> bool:
        """Whether the code carried a fresh live suffix."""
        return self.live_t is not None


@dataclass(frozen=True)
class Stores:
    """Where tickets and rules are looked up; each function answers None for "not here".

    ``dynamic_key`` is the site's key of live codes, None where it has none; ``last_live`` the
    moment of the ticket's last live suffix, 0 for none.
    """

    rule: Callable[[int], RuleView | None]
    ticket: Callable[[int], TicketView | None]
    alias: Callable[[str], TicketView | None]
    dynamic_key: bytes | None = None
    last_live: Callable[[int], int] = lambda uid: 0


def read(
    text: str, verifier: Verifier, stores: Stores, now: float, clock_trusted: bool = True
) -> Reading:
    """Understand a ticket text or alias; refusals are values, only a store may raise."""
    alias = parse_alias(text)
    if alias is not None:
        row = stores.alias(alias)
        if row is None:
            return Reading(Reason.E_UNKNOWN_ALIAS)
        return Reading(ticket=row, rule=stores.rule(row.product))
    try:
        code, certificate, decoded = verifier.verify(text)
        row = stores.ticket(code.uid)
        rule = stores.rule(row.product if row else code.product)
        if rule is not None:
            verifier.check_limits(code, certificate, rule.class_no, listed=row is not None)
    except CodeError as err:
        return Reading(err.reason, err.detail)
    ticket = ticket_from_row(row, code.gen) if row else ticket_from_code(code, rule)
    live_t = _live(ticket, decoded, stores, now, clock_trusted)
    return Reading(ticket=ticket, rule=rule, decoded=decoded, live_t=live_t)


def _live(
    ticket: TicketView, decoded: Decoded, stores: Stores, now: float, clock_trusted: bool
) -> int | None:
    if not ticket.flags & FLAG_DYNAMIC or stores.dynamic_key is None:
        return None
    key = ticket_key(stores.dynamic_key, ticket.uid, decoded.ticket.gen)
    newer_than = 0 if clock_trusted else stores.last_live(ticket.uid)
    try:
        return check_suffix(decoded.suffix, key, now, clock_trusted, newer_than)
    except CodeError:
        # decide() says so, after what matters more to the visitor
        return None
