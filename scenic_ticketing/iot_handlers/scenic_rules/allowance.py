"""Rights of a ticket: persons x uses per zone, and what is left of them."""

from __future__ import annotations

from collections.abc import Iterable

UNLIMITED = 0
"""A right with this number never runs out."""

Rights = tuple[tuple[str, int], ...]
"""(zone code, number) pairs in ascending order of the zone code, each zone once."""

_MAX_USES = 255


def granted(rights: Rights, pax: int, uses: int = 0) -> Rights:
    """Turn uses per person of a product into the rights of one ticket.

    ``uses`` is the byte of the ticket code: 0 = as the product says; otherwise no zone gives more
    than that many uses per person, so a code can narrow the rights of its product, never widen.
    """
    return tuple((zone, pax * _narrow(per_person, uses)) for zone, per_person in rights)


def _narrow(per_person: int, uses: int) -> int:
    if uses and (per_person == UNLIMITED or uses < per_person):
        return uses
    return per_person


def uses_byte(per_person: Iterable[int]) -> int:
    """``uses`` of a new code: the largest number of any zone, 0 when one of them is unlimited."""
    numbers = list(per_person)
    if not numbers or UNLIMITED in numbers or max(numbers) > _MAX_USES:
        return UNLIMITED
    return max(numbers)


def right_in(rights: Rights, zone: str) -> int | None:
    """Number granted in a zone; None when the ticket does not cover it."""
    for code, number in rights:
        if code == zone:
            return number
    return None


def left(number: int, used: int) -> int | None:
    """Uses left of a right; None when it is unlimited."""
    return None if number == UNLIMITED else max(0, number - max(0, used))
