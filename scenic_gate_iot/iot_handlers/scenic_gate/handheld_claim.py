"""Between a handheld and the boxes: what it asks before it lets somebody in, and what it makes of
the answer. Pure; the page carries the question.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..scenic_rules.reading import Reading
from ..scenic_rules.views import Decision
from ..scenic_rules.wire import TicketRow, ticket_to_wire
from .claim_rules import rank
from .entry import Entry
from .facts import DEGRADED
from .judge import Judge, entrance_of

OWN_S = 2 * 86400  # own uses of that time are told
OWN_MOST = 6  # and at most that many: they have to fit into a datagram between boxes


def boxes_of(data: dict) -> list[tuple[int, int]]:
    """Return (number, entrances) of the boxes that may be asked, of a configuration."""
    told = data.get("boxes") or {}
    return [(int(item["box"]), int(item["entrances"])) for item in told.get("boxes") or ()]


def question(
    judge: Judge, ask: dict, found: dict, place: dict, boxes: Iterable[tuple[int, int]]
) -> dict:
    """Tell what to ask the boxes before this scan is decided: {"order", "question"}, or {}.

    Arguments: see ``Handheld.scan``; ``order``: the boxes, the owner of the ticket first. The
    number ``q`` is that of the fact which this scan will have.
    """
    lane, now = judge.config.lanes[judge.lane], judge.clock.now()
    reading, decision = judge.judge(lane, ask["text"], now, ask["persons"], ask["staff"])
    unlimited = decision.rest is None and reading.rule and reading.rule.plain
    if not boxes or not decision.uses or unlimited:
        return {}
    since = int((now - OWN_S) * 1000)
    own = sorted((use for use in found.get("uses") or () if use[3] >= since), key=lambda u: -u[3])
    if len(own) > OWN_MOST:
        own = own[:OWN_MOST]
        since = own[-1][3]
    told = {
        "op": ask["op"],
        "k": ticket_to_wire(TicketRow(reading.ticket)),
        "z": lane.zone,
        "e": entrance_of(lane, reading),
        "l": lane.code,
        "n": decision.uses,
        "t": round(now, 3),
        "c": int(ask["persons"] > 0),
        "ep": place["epoch"],
        "h": place["seq"],
        "q": place["seq"] + 1,
        "s": since,
        "own": own,
    }
    return {"order": rank(reading.ticket.uid, boxes, reading.ticket.entrances), "question": told}


def narrowed(decision: Decision, claim: dict | None) -> Decision:
    """Return a yes with no more persons than the boxes have granted."""
    most = claim["n"] if claim and claim["n"] is not None else decision.uses
    if decision.uses <= most:
        return decision
    rest = None if decision.rest is None else decision.rest + decision.uses - most
    return replace(decision, admit=most, uses=most, rest=rest)


def marked(entry: Entry, claim: dict | None) -> Entry:
    """Return the fact of a yes, marked where the owner of the ticket did not confirm it."""
    return replace(entry, mode=DEGRADED) if claim and not claim["owner"] else entry


def is_vouched(claim: dict | None, reading: Reading) -> bool:
    """Tell whether somebody else vouches for a passage: it is no risk then."""
    return bool(claim and claim["owner"] and reading.ticket.listed)
