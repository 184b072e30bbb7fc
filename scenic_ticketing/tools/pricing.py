"""What a ticket costs on which day: a pure function, the same for every channel.

A tariff is a price list by visit date. Its seasons say which days they cover; its lines say what a
product costs in a season. One price wins, in this order:

1. the season: of those that cover the day, the one with the highest priority that prices the
   product at all; products without a line in it fall to the next season,
2. the channel: lines for the channel itself, otherwise those for any channel,
3. the line: of those whose number of tickets and days ahead are reached, the cheapest.

Lines of one season, product and channel are a ladder. A ladder counts only when it has a line for
one ticket bought on the day itself, so which ladder is used does not depend on how many are bought
or how early, and buying more or earlier never makes a ticket dearer.

Amounts are whole cents (smallest units of the currency); days are ``datetime.date``; lead is the
number of days between the sale and the visit.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

ANY_CHANNEL = 0
ALL_WEEK = 0b1111111

# why there is no price
NO_TARIFF = "E_NO_TARIFF"
NO_PRICE = "E_NO_PRICE"
CLOSED = "E_CLOSED"
PAST = "E_PAST"


class Season(NamedTuple):
    """Days of a kind. Without ranges every day; ``weekdays`` bit 0 = Monday."""

    id: int
    priority: int
    ranges: tuple = ()  # of (first day, last day), both included
    weekdays: int = ALL_WEEK
    skip_closed: bool = False

    def covers(self, day: date, closed: bool = False) -> bool:
        """Tell whether ``day`` belongs to this season; ``closed``: the park is closed then."""
        if closed and self.skip_closed or not self.weekdays >> day.weekday() & 1:
            return False
        return not self.ranges or any(first <= day <= last for first, last in self.ranges)


class Line(NamedTuple):
    """What one ticket of a product costs in a season, from so many tickets and days ahead on."""

    id: int
    season: int
    product: int
    amount: int
    channel: int = ANY_CHANNEL
    min_quantity: int = 1
    early_days: int = 0

    @property
    def is_base(self):
        return self.min_quantity <= 1 and self.early_days <= 0


class Quote(NamedTuple):
    """The price of one ticket, or why there is none."""

    amount: int | None
    line: int = 0
    season: int = 0
    problem: str = ""


def rank(line: Line):
    """Order the lines of a ladder: the smallest wins. Total, so that there is one winner."""
    return (line.amount, line.min_quantity, line.early_days, line.id)


def season_rank(season: Season):
    """Order seasons: the smallest wins. Publishing refuses equal priorities on one day."""
    return (-season.priority, season.id)


@dataclass(frozen=True, eq=False)
class Tariff:
    """All prices of a site at one version. ``first`` and ``last`` day that it prices, or None."""

    version: int
    seasons: tuple
    lines: tuple
    first: date | None = None
    last: date | None = None
    ladders: dict = field(init=False, repr=False)
    products: frozenset = field(init=False, repr=False)

    def __post_init__(self):
        groups = {}
        for line in self.lines:
            groups.setdefault((line.season, line.product, line.channel), []).append(line)
        ladders = {
            key: tuple(sorted(lines, key=rank))
            for key, lines in groups.items()
            if any(line.is_base for line in lines)
        }
        # the only fields that are derived: frozen keeps everybody else from writing them
        object.__setattr__(self, "seasons", tuple(sorted(self.seasons, key=season_rank)))
        object.__setattr__(self, "ladders", ladders)
        object.__setattr__(self, "products", frozenset(line.product for line in self.lines))

    def seasons_of(self, day: date, closed: bool = False) -> tuple:
        """Return the numbers of the seasons that cover ``day``, the strongest first."""
        if (self.first and day < self.first) or (self.last and day > self.last):
            return ()
        return tuple(season.id for season in self.seasons if season.covers(day, closed))

    def ladder(self, product: int, channel: int, seasons: tuple) -> tuple:
        """Return the lines that compete for this product in days of ``seasons``."""
        for season in seasons:
            for sold_by in (channel, ANY_CHANNEL):
                if lines := self.ladders.get((season, product, sold_by)):
                    return lines
        return ()

    def quote(self, product, day, channel=ANY_CHANNEL, quantity=1, lead=0, closed=False) -> Quote:
        """Return the price of one of ``quantity`` tickets for a visit on ``day``."""
        if lead < 0:
            return Quote(None, problem=PAST)
        if product not in self.products:
            return Quote(None, problem=NO_TARIFF)
        line = climb(self.ladder(product, channel, self.seasons_of(day, closed)), quantity, lead)
        if not line:
            return Quote(None, problem=NO_PRICE)
        return Quote(line.amount, line.id, line.season)


def climb(ladder, quantity, lead):
    """Return the cheapest line of a sorted ladder that is reached, or None."""
    for line in ladder:
        if line.min_quantity <= max(quantity, 1) and line.early_days <= lead:
            return line
    return None


def steps(ladder) -> list:
    """Return a ladder as ``[[lead, [[quantity, amount, line], ...]], ...]``, both rising.

    A window finds its price by going to the last lead and then to the last quantity that are
    reached: it compares nothing, so it cannot come to another price than `climb`.
    """
    table = []
    for lead in sorted({max(line.early_days, 0) for line in ladder}):
        row = []
        for quantity in sorted({max(line.min_quantity, 1) for line in ladder}):
            line = climb(ladder, quantity, lead)
            if line and (not row or row[-1][2] != line.id):
                row.append([quantity, line.amount, line.id])
        if not table or table[-1][1] != row:
            table.append([lead, row])
    return table


def price_table(tariff, products, channel, first, count, closed) -> dict:
    """Return all prices of ``count`` days from ``first`` on for one channel, in few bytes.

    Days of the same seasons form a class; a product has one price ladder a class. ``closed``: set
    of days on which the park is closed. Class -1 = closed. Size: one number a day, plus the classes
    of each product, however many days.
    """
    classes, days = {}, []
    for day in (first + timedelta(k) for k in range(count)):
        if day in closed:
            days.append(-1)
        else:
            days.append(classes.setdefault(tariff.seasons_of(day), len(classes)))
    table = {
        str(product): [steps(tariff.ladder(product, channel, seasons)) for seasons in classes]
        for product in products
        if product in tariff.products
    }
    return {
        "version": tariff.version,
        "first": first.isoformat(),
        "days": days,
        "products": table,
    }
