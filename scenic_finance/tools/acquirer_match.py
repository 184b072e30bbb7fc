"""Matching the rows of an acquirer with our payments. Nothing knows Odoo.

``statement_match`` compares by one number a row; here the numbers are brought together: a payment
is known by ours or by the acquirer's, a refund by its own. What stays without any number is matched
by amount and time, where both fit exactly one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from . import statement_match
from .acquirer_layouts import DONE, PAY, REFUND, Row, expected_fee


class Payment(NamedTuple):
    """A payment of ours, in cents, refunds negative; ``at`` in the acquirer's time."""

    id: int
    amount: int
    at: datetime
    numbers: tuple = ()
    due: bool = True

    @property
    def kind(self):
        return REFUND if self.amount < 0 else PAY


@dataclass
class Match:
    """What became of a row, or of a payment of ours that no row has (``row`` is None)."""

    code: str
    row: Row | None
    payment: Payment | None = None
    key: str = ""
    expected_fee: int = 0
    by_time: bool = False

    @property
    def amount(self):
        """What the acquirer moved: nothing for a trade that it does not count."""
        return self.row.amount if self.row and self.row.status == DONE else 0


def keys_of(row):
    """Return the numbers by which a row can be found: those of its refund, or of its payment."""
    numbers = (row.refund_ref, row.acquirer_refund_ref) if row.kind == REFUND else ()
    if not any(numbers):
        numbers = (row.ref, row.acquirer_ref)
    return [number for number in numbers if number]


def match(rows, payments, *, slack=0, rate=None, listed=frozenset(), minutes=0):
    """Return a Match for each row, in order, then one for each payment that is due and not there.

    ``rate``: agreed fee as a fraction, None: not checked. ``listed``: (number, kind) of earlier
    statements. ``minutes``: how far times may differ where there is no number.
    """
    index = {}
    for payment in payments:
        for number in payment.numbers:
            index.setdefault((number, payment.kind), payment)
    # of two with the same number the second has none: it is asked about by its own
    names = {
        payment.id: _name(payment)
        if payment.numbers and index[payment.numbers[0], payment.kind] is payment
        else f"#{payment.id}"
        for payment in payments
    }
    keys = [_key(row, index) for row in rows]
    by_time = _by_time(rows, keys, payments, index, minutes)
    named = {payment.id: key for key, payment in by_time.items()}
    names.update(named)
    theirs = [
        statement_match.Theirs(
            key, "", _kind(row), abs(row.amount), status="" if row.status == DONE else "cancelled"
        )
        for key, row in zip(keys, rows, strict=True)
    ]
    ours = [
        statement_match.Ours(
            names[payment.id],
            "",
            _kind(payment),
            abs(payment.amount),
            # a refund of ours is what it is; a payment was booked, so it is not given back
            "refunded" if payment.kind == REFUND else "used",
            payment.due,
        )
        for payment in payments
    ]
    earlier = {(key, "", "refund" if kind == REFUND else "sale") for key, kind in listed}
    found = statement_match.match(theirs, ours, slack=slack, listed=earlier)
    return [_result(each, rows, keys, payments, named, rate) for each in found]


def _kind(thing):
    return "refund" if thing.kind == REFUND else "sale"


def _name(payment):
    return payment.numbers[0] if payment.numbers else f"#{payment.id}"


def _key(row, index):
    """Return the number that our payment of this row is known by, else the row's own."""
    numbers = keys_of(row)
    for number in numbers:
        payment = index.get((number, row.kind))
        if payment:
            return _name(payment)
    return numbers[0]


def _by_time(rows, keys, payments, index, minutes):
    """Return {key of a row: payment} of those that fit each other and nothing else."""
    if not minutes:
        return {}
    known = {(_name(payment), payment.kind) for payment in index.values()}
    bare = {}
    for payment in payments:
        if not payment.numbers:
            bare.setdefault(payment.amount, []).append(payment)
    reach, fits = timedelta(minutes=minutes), {}
    for key, row in zip(keys, rows, strict=True):
        if row.at and row.status == DONE and (key, row.kind) not in known:
            near = [p for p in bare.get(row.amount, ()) if abs(p.at - row.at) <= reach]
            if near:
                fits[key] = near
    wanted = {}
    for near in fits.values():
        for payment in near:
            wanted[payment.id] = wanted.get(payment.id, 0) + 1
    return {
        key: near[0] for key, near in fits.items() if len(near) == 1 and wanted[near[0].id] == 1
    }


def _result(found, rows, keys, payments, named, rate):
    payment = payments[found.ours[0]] if found.ours else None
    if found.theirs is None:
        return Match("missing_there", None, payment, _name(payment))
    row, key = rows[found.theirs], keys[found.theirs]
    result = Match(found.code, row, payment, key)
    result.by_time = bool(payment and payment.id in named)
    # of refunds some acquirers give the fee back and others do not
    result.expected_fee = row.fee if row.status == DONE else 0
    if row.status != DONE and not payment:
        # a trade that was never made, and that we know nothing of
        result.code = "ignored"
    elif row.status != DONE:
        result.code = "status"
    elif row.kind == PAY and rate is not None:
        result.expected_fee = expected_fee(row.amount, rate)
        wrong = abs(row.fee - result.expected_fee) > 1 or (row.rate not in (None, rate))
        if wrong and result.code == "matched":
            result.code = "fee"
    return result
