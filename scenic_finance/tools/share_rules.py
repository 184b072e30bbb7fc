"""Which shares meet, how much of a price they take together, and what each gets of a passage.

Pure: nothing here knows Odoo, a clock or a database. `parts` is the reference for the statement
in share_sql.py that does the same for a whole day; tests hold both side by side.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple

_WHOLE = Fraction(100)


@dataclass(frozen=True)
class Rule:
    """One share; None in a scope means any product, zone or channel, without end no last day."""

    key: int
    beneficiary: object
    start: date
    end: date | None = None
    product: int | None = None
    zone: int | None = None
    channel: int | None = None
    percent: Fraction = Fraction(0)
    fixed: int = 0

    def covers(self, product, zone, channel, day: date) -> bool:
        """Tell whether a passage of these belongs to the share; None stands for any other one."""
        return (
            self.product in (None, product)
            and self.zone in (None, zone)
            and self.channel in (None, channel)
            and self.start <= day <= (self.end or date.max)
        )


class Excess(NamedTuple):
    """The shares that promise more than there is, and what they add up to in percent."""

    rules: list[Rule]
    percent: Fraction


def meet(one: Rule, other: Rule) -> bool:
    """Tell whether there can be a passage that belongs to both shares."""
    return (
        _same(one.product, other.product)
        and _same(one.zone, other.zone)
        and _same(one.channel, other.channel)
        and one.start <= (other.end or date.max)
        and other.start <= (one.end or date.max)
    )


def clash(rule: Rule, others: Sequence[Rule]) -> Rule | None:
    """Return a share that would pay the same beneficiary a second time for one passage."""
    for other in others:
        if other.key != rule.key and other.beneficiary == rule.beneficiary and meet(rule, other):
            return other
    return None


def excess(rule: Rule, others: Sequence[Rule]) -> Excess | None:
    """Return the shares that, with `rule`, promise more than the whole of some passage.

    Any two shares that meet in each direction meet all at once, so it is enough to look at the
    scopes and first days that appear in the neighbours of the rule.
    """
    near = [other for other in others if other.key != rule.key and meet(rule, other)]
    near.append(rule)
    days = {max(one.start, rule.start) for one in near}
    for product in _values(rule.product, (one.product for one in near)):
        for zone in _values(rule.zone, (one.zone for one in near)):
            for channel in _values(rule.channel, (one.channel for one in near)):
                for day in days:
                    found = [one for one in near if one.covers(product, zone, channel, day)]
                    total = sum((one.percent for one in found), Fraction(0))
                    # a fixed amount beside shares of everything could never be paid
                    if total > _WHOLE or (total == _WHOLE and any(one.fixed for one in found)):
                        return Excess(found, total)
    return None


def parts(values: Sequence[int], rules: Sequence[Rule], persons: Sequence[int] | None = None):
    """Return for each value (in the smallest unit) what each of `rules` gets, and what is cut.

    Rounding runs in both directions: over the shares, so that shares of everything give away
    exactly everything, and over the passages, so that a day's sum is the percentage of the day's
    value and not of 50,000 rounded ones. Fixed amounts come out of what the percentages leave.
    The result has a list of ``(part, cut)`` for each value, in the order of `rules`.
    """
    total = Fraction(0)
    percents = [rule.percent for rule in rules]
    result = []
    for value, count in zip(values, persons or [1] * len(values), strict=True):
        before, total = total, total + value
        left = value - (_share(total, sum(percents)) - _share(before, sum(percents)))
        row, upto, wanted = [], Fraction(0), 0
        for rule in rules:
            if rule.percent:
                low, upto = upto, upto + rule.percent
                gained = _share(total, upto) - _share(before, upto)
                row.append((gained - (_share(total, low) - _share(before, low)), 0))
                continue
            asked = rule.fixed * count
            low, wanted = wanted, wanted + asked
            gained = min(wanted, left) - min(low, left)
            row.append((gained, asked - gained))
        result.append(row)
    return result


def _share(value, percent) -> int:
    exact = Fraction(value) * Fraction(percent) / _WHOLE
    rounded = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
    return rounded if exact >= 0 else -rounded


def _same(one, other) -> bool:
    return one is None or other is None or one == other


def _values(own, others):
    return {own} if own is not None else {None, *others}
