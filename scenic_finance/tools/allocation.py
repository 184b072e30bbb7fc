"""Split money so that the parts always sum to the whole.

All amounts are whole numbers of the smallest unit of a currency (fen for CNY). Nothing here knows
Odoo, a clock or a database. One rounding rule serves everywhere: a part is the difference of two
rounded running totals, so no order of uses and no odd division can lose or gain a unit.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction


def to_units(amount: float, unit: float) -> int:
    """Return `amount` as a whole number of `unit`, the rounding of the currency."""
    exact = Fraction(str(amount)) / Fraction(str(unit))
    return _round_half_away(exact)


def from_units(units: int, unit: float) -> float:
    """Return the amount that `units` of the currency's rounding `unit` stand for."""
    return float(units * Fraction(str(unit)))


def split_evenly(total: int, count: int) -> list[int]:
    """Return `count` parts of `total` that differ by at most one unit."""
    return [nth_part(total, count, number) for number in range(1, count + 1)]


def nth_part(total: int, count: int, number: int) -> int:
    """Return the part of `total` that belongs to the `number`th (from 1) of `count` equal uses."""
    if not 1 <= number <= count:
        raise ValueError(f"part {number} of {count} does not exist")
    return _running(total, count, number) - _running(total, count, number - 1)


def split_by_weight(total: int, weights: Sequence[float]) -> list[int]:
    """Return one part of `total` for each weight; weights that are all zero count as equal."""
    exact = [Fraction(str(weight)) for weight in weights]
    if any(weight < 0 for weight in exact):
        raise ValueError("a weight cannot be negative")
    if not any(exact):
        exact = [Fraction(1)] * len(exact)
    whole = sum(exact)
    parts, running, before = [], Fraction(0), 0
    for weight in exact:
        running += weight
        upto = _round_half_away(total * running / whole)
        parts.append(upto - before)
        before = upto
    return parts


def split_by_zone(total: int, shares: Mapping[str, float]) -> dict[str, int]:
    """Return the part of a ticket's net value that belongs to each zone.

    `shares` maps the key of a zone to its weight. Zones are taken in the order of their keys, so
    that the same ticket is always split in the same way.
    """
    zones = sorted(shares)
    return dict(zip(zones, split_by_weight(total, [shares[zone] for zone in zones]), strict=True))


def split_with_choices(
    total: int, shares: Mapping[str, float], choices: Mapping[str, tuple[int, int]]
) -> tuple[dict[str, int], dict[str, list[int]]]:
    """Return the value of each zone and what either-or choices share.

    `choices` maps the zones of a choice to (number of the choice, zones of it that may be used).
    Its zones own one value together. A zone that is used takes its part of it, whichever zone that
    is: all of it when one may be picked, half of it when two may. So the values of all zones may
    add up to more than `total`; the second result, zone -> [choice, value of the whole choice],
    is the limit that no order of uses exceeds.
    """
    values = split_by_zone(total, shares)
    wholes, limits = {}, {}
    for zone, (choice, _pick) in choices.items():
        wholes[choice] = wholes.get(choice, 0) + values[zone]
    for zone, (choice, pick) in choices.items():
        # rounded up: the last zone to be used finds what the others left
        values[zone] = -(-wholes[choice] // pick)
        limits[zone] = [choice, wholes[choice]]
    return values, limits


def use_value(zone_value: int, rights: int, use_no: int) -> int:
    """Return what the use number `use_no` of a zone releases.

    `rights` is the number of uses that were sold. With 0 (unlimited) the visitor has been served
    with the first use, which releases everything. Numbers above `rights` exist only after a use
    was reversed: they earn again what that reversal gave back, which only the ledger knows, so
    here they are worth nothing.
    """
    if use_no < 1:
        raise ValueError(f"use number {use_no} does not exist")
    if use_no > max(rights, 1):
        return 0
    return nth_part(zone_value, rights, use_no) if rights else zone_value


def _running(total: int, count: int, number: int) -> int:
    return _round_quotient(total * number, count)


def _round_half_away(value: Fraction) -> int:
    return _round_quotient(value.numerator, value.denominator)


def _round_quotient(numerator: int, denominator: int) -> int:
    """Round half away from zero, as the accounts do; Python's round() would go to even."""
    rounded = (2 * abs(numerator) + denominator) // (2 * denominator)
    return rounded if numerator >= 0 else -rounded


def leaving_value(value: int, rights: int, kept: int, last_no: int) -> int:
    """Return how much of a zone's `value` leaves with the rights above `kept` of `rights`.

    `last_no` uses were numbered so far, at most `kept`. The uses that are left must release
    exactly what the zone still holds, so the part is chosen such that the running total of the
    uses so far is the same before and after. One of the two neighbours of the exact part always
    fits: their running totals are at most one unit apart.
    """
    if not 0 <= last_no <= kept <= rights:
        raise ValueError(f"{last_no} uses do not fit into {kept} of {rights} rights")
    if kept == last_no:
        return value - _running(value, rights, last_no)
    below = value * (rights - kept) // rights
    before = _running(value, rights, last_no)
    for part in (_round_quotient(value * (rights - kept), rights), below, below + 1):
        if _running(value - part, kept, last_no) == before:
            return part
    raise AssertionError("one neighbour always fits")
