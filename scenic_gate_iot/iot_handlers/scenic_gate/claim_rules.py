"""Between boxes: which box answers for a ticket, and what its no means. Pure, in browsers too."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from ..scenic_rules.reason import COLOUR, Reason
from ..scenic_rules.views import Decision


def rank(uid: int, boxes: Iterable[tuple[int, int]], mask: int) -> list[int]:
    """Return the boxes that may answer for a ticket, the owner first (rendezvous hashing).

    ``boxes``: (number, entrances); only those at an entrance of the ticket count. Every box comes
    to the same list, and a box that leaves the list changes the owner of its own tickets only.
    """
    known = list(boxes)
    near = [box for box, entrances in known if entrances & mask] or [box for box, _ in known]
    return in_order(uid, near)


def in_order(uid: int, boxes: Iterable[int]) -> list[int]:
    """Return boxes in the order in which they are asked for a ticket, whatever list they are of."""
    seed = uid.to_bytes(8, "big")

    def weight(box: int) -> tuple:
        return hashlib.sha256(b"scenic-owner-v1\0" + seed + box.to_bytes(4, "big")).digest(), box

    return sorted(boxes, key=weight, reverse=True)


def told(reason: str, first_t: float | None, first_lane: str) -> Decision:
    """Return the decision that an owner's no means where the ticket was shown."""
    try:
        found = Reason(reason)
    except ValueError:
        found = Reason.E_FAULT  # of a newer version
    if found is Reason.E_USED:
        found = Reason.E_USED_PEER
    return Decision(found, COLOUR[found], first_use_t=first_t, first_use_lane=first_lane)
