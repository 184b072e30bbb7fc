"""Matching a statement of somebody else with our own rows, by order number. Nothing knows Odoo.

Each of their rows gets exactly one answer, and so does each of ours that should have been in it.
The codes are stable:

    matched        both have it, with the same amount
    double         they list it twice: in this file, or again after an earlier one
    part           (only with ``add_up``) one of several rows that make up an order together
    amount         the amounts differ
    fee            the commission or fee is another one than agreed
    status         one side takes it for used or sold, the other for given back
    late_refund    they gave the money back after we had served the visitor
    missing_here   they list it, we do not know it
    missing_there  we have it, they do not list it
"""

from collections import defaultdict
from typing import NamedTuple

CODES = (
    "matched",
    "part",
    "double",
    "amount",
    "fee",
    "status",
    "late_refund",
    "missing_here",
    "missing_there",
)
FINE = ("matched", "part")

# what they say -> what it may be here
_AGREES = {
    "used": {"used", "exchanged"},
    "sold": {"sold", "exchanged", "used", "expired"},
    "refunded": {"refunded"},
    "cancelled": {"refunded", "expired"},
}
# the visitor was served, or could have been: a refund after that is a loss to settle
_SERVED = {"used", "exchanged", "expired"}


class Theirs(NamedTuple):
    """A row of the statement; amounts in the smallest unit, never negative."""

    order_no: str
    item_no: str
    kind: str
    amount: int
    fee: int = 0
    status: str = ""


class Ours(NamedTuple):
    """A row of ours; ``due``: it should be in this statement."""

    order_no: str
    item_no: str
    kind: str
    amount: int
    status: str = ""
    due: bool = True


class Found(NamedTuple):
    """An answer: places of their rows and ours, the amounts with their sign, what it is.

    ``theirs`` is the place of their row, None for missing_there; ``double_of`` the place of the row
    that a doubled one or a part repeats, None when that is in an earlier statement.
    """

    code: str
    theirs: int | None
    ours: tuple
    their_amount: int
    our_amount: int
    double_of: int | None = None

    @property
    def difference(self):
        return self.their_amount - self.our_amount


def match(theirs, ours, *, slack=0, add_up=False, listed=frozenset(), fee_of=None):
    """Return a Found for each of their rows, in their order, then one for each order of ours left.

    ``slack``: difference of amounts that means nothing. ``add_up``: rows of one order are its parts
    (equal ones are still doubles). ``listed``: keys (order, item, kind) of earlier statements.
    ``fee_of(amount)``: the fee agreed upon; None: not compared.
    """
    matcher = _Matcher(theirs, ours, slack, listed, fee_of)
    groups = defaultdict(list)
    for place, row in enumerate(theirs):
        groups[_key(row)].append(place)
    # rows that name an item choose before those that only name the order
    for key in sorted(groups, key=lambda key: not key[1]):
        matcher.group(key, groups[key], add_up)
    return [matcher.found[place] for place in range(len(theirs))] + matcher.left()


def _key(row):
    return row.order_no, row.item_no, row.kind


def _signed(row):
    return -row.amount if row.kind == "refund" else row.amount


class _Matcher:
    def __init__(self, theirs, ours, slack, listed, fee_of):
        self.theirs, self.ours, self.slack, self.listed = theirs, ours, slack, listed
        self.fee_of = fee_of
        self.found = {}
        self.by_order = defaultdict(list)
        for place, row in enumerate(ours):
            self.by_order[row.order_no, row.kind].append(place)
        self.taken = set()
        self.refunded = {(row.order_no, row.item_no) for row in theirs if row.kind == "refund"}
        self.refunded |= {key[:2] for key in listed if key[2] == "refund"}

    def group(self, key, places, add_up):
        """Answer the rows that have the same key."""
        if key in self.listed:
            for place in places:
                self._answer("double", place)
            return
        first, parts, seen = places[0], [], {}
        for place in places:
            row = self.theirs[place]
            twin = row in seen
            if place != first and (twin or not add_up):
                self._answer("double", place, double_of=seen.get(row, first))
            else:
                seen[row] = place
                parts.append(place)
        for place in parts[1:]:
            self._answer("part", place, double_of=first)
        self._settle(key, parts)

    def _answer(self, code, place, ours=(), our_amount=0, double_of=None):
        amount = _signed(self.theirs[place])
        self.found[place] = Found(code, place, tuple(ours), amount, our_amount, double_of)

    def _settle(self, key, parts):
        rows = [self.theirs[place] for place in parts]
        chosen = self._choose(key, sum(row.amount for row in rows))
        amount = sum(_signed(self.ours[place]) for place in chosen)
        code = self._code(key, rows, chosen, amount)
        if code == "late_refund":
            # nobody here has agreed to give this money back: we have nothing to set against it
            chosen, amount = (), 0
        self.taken.update(chosen)
        # the parts carry their own amounts: what the first is compared with is the rest
        rest = sum(_signed(row) for row in rows[1:])
        self._answer(code, parts[0], chosen, amount)
        for place in parts[1:]:
            part = self.found[place]
            self.found[place] = part._replace(our_amount=part.their_amount)
        first = self.found[parts[0]]
        self.found[parts[0]] = first._replace(our_amount=amount - rest)

    def _choose(self, key, amount):
        """Return our rows for a row of theirs: by item, else all that the order has left."""
        order_no, item_no, kind = key
        free = [place for place in self.by_order[order_no, kind] if place not in self.taken]
        if not item_no:
            return self._of_order(free, amount)
        if len(free) < 2:
            return free
        exact = [place for place in free if self.ours[place].item_no == item_no]
        # platforms name vouchers by codes that we do not keep: then the amount decides
        same = [place for place in free if self.ours[place].amount == amount]
        return (exact or same or free)[:1]

    def _of_order(self, free, amount):
        """Return what is due of an order, or all of it when that is what they list."""
        due = [place for place in free if self.ours[place].due]
        fits = abs(sum(self.ours[place].amount for place in free) - amount) <= self.slack
        return free if fits or not due else due

    def _code(self, key, rows, chosen, amount):
        order_no, item_no, kind = key
        if not chosen:
            return self._missing(order_no, kind)
        states = {self.ours[place].status for place in chosen}
        if kind == "refund" and states & _SERVED:
            return "late_refund"
        said = {row.status for row in rows if row.status}
        back = {"refunded", "cancelled"}
        if kind == "sale":
            if any(not states <= _AGREES.get(status, states) for status in said):
                both = states <= {"refunded"} and (order_no, item_no) in self.refunded
                if not both:
                    return "status"
            elif not said & back and "refunded" in states:
                if (order_no, item_no) not in self.refunded:
                    return "status"
            elif said & back and not any(row.amount for row in rows):
                return "matched"
        if abs(sum(_signed(row) for row in rows) - amount) > self.slack:
            return "amount"
        if self.fee_of and abs(sum(row.fee - self.fee_of(row.amount) for row in rows)) > self.slack:
            return "fee"
        return "matched"

    def _missing(self, order_no, kind):
        """Return what a row without a counterpart is."""
        other = self.by_order[order_no, "sale" if kind == "refund" else "refund"]
        if not other:
            return "missing_here"
        if kind == "refund" and {self.ours[place].status for place in other} & _SERVED:
            return "late_refund"
        return "status"

    def left(self):
        """Return one answer for each order of ours that should have been listed and is not."""
        orders = defaultdict(list)
        for place, row in enumerate(self.ours):
            if row.due and place not in self.taken:
                orders[row.order_no, row.kind].append(place)
        return [
            Found(
                "missing_there",
                None,
                tuple(places),
                0,
                sum(_signed(self.ours[place]) for place in places),
            )
            for places in orders.values()
        ]
