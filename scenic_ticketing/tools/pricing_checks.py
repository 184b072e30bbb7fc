"""What is wrong with a tariff before anybody buys by it: pure, over the same days as `pricing`."""

from collections import defaultdict
from datetime import timedelta
from itertools import combinations

from .pricing import ANY_CHANNEL


def days_between(first, last):
    """Return all days from ``first`` to ``last``, both included."""
    return [first + timedelta(k) for k in range((last - first).days + 1)]


def overlaps(tariff, days, closed=frozenset()):
    """Return ``[(season, season, days)]`` of seasons that claim the same days equally."""
    found = []
    for one, other in combinations(tariff.seasons, 2):
        if one.priority == other.priority:
            shared = [
                day
                for day in days
                if one.covers(day, day in closed) and other.covers(day, day in closed)
            ]
            if shared:
                found.append((one.id, other.id, shared))
    return found


def baseless(tariff):
    """Return the lines whose ladder lacks a price for one ticket on the day: they never count."""
    return [
        line
        for line in tariff.lines
        if (line.season, line.product, line.channel) not in tariff.ladders
    ]


def useless_steps(tariff):
    """Return the lines that never win because a lower step of their ladder costs less."""
    return [
        line
        for lines in tariff.ladders.values()
        for line in lines
        if any(
            other is not line
            and other.min_quantity <= line.min_quantity
            and other.early_days <= line.early_days
            and (other.amount, other.min_quantity, other.early_days) <= _step(line)
            for other in lines
        )
    ]


def _step(line):
    return (line.amount, line.min_quantity, line.early_days)


def gaps(tariff, product, days, closed=frozenset()):
    """Return the open days on which some channel finds no price for ``product``.

    Lines for any channel serve all of them; a product without such lines is priced for the
    channels that it names.
    """
    channels = {key[2] for key in tariff.ladders if key[1] == product}
    asked = {ANY_CHANNEL} if ANY_CHANNEL in channels else channels or {ANY_CHANNEL}
    return [
        day
        for day in days
        if day not in closed
        and any(not tariff.ladder(product, channel, tariff.seasons_of(day)) for channel in asked)
    ]


def priced_closed_days(tariff, days, closed):
    """Return ``{season: days}``: closed days on which a season still prices something."""
    found = defaultdict(list)
    priced = {line.season for line in tariff.lines}
    for day in days:
        if day in closed:
            winners = [s for s in tariff.seasons_of(day, closed=True) if s in priced]
            if winners:
                found[winners[0]].append(day)
    return dict(found)
