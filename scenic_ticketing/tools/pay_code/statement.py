"""Compares a day's attempts with the acquirer's list of the same day."""

from __future__ import annotations

from collections import Counter


def compare(ours, theirs):
    """Return what differs: a list of ``(problem, kind, ref, our amount, their amount)``.

    ``ours`` and ``theirs``: dicts with ``kind`` (pay, refund), ``ref`` and ``refund_ref`` (refunds
    only), ``amount``. Problems: ``missing_there`` (we booked it, they did not), ``missing_here``
    (they took it, we did not book it), ``amount``, ``twice`` (they list it more than once).
    """
    mine = {_key(row): row["amount"] for row in ours}
    times = Counter(_key(row) for row in theirs)
    found = {_key(row): row["amount"] for row in theirs}
    problems = []
    for key in sorted(mine.keys() | found.keys()):
        kind, ref = key
        our, their = mine.get(key), found.get(key)
        if their is None:
            problems.append(("missing_there", kind, ref, our, None))
        elif our is None:
            problems.append(("missing_here", kind, ref, None, their))
        elif our != their:
            problems.append(("amount", kind, ref, our, their))
        if times[key] > 1:
            problems.append(("twice", kind, ref, our, their))
    return problems


def _key(row):
    return row["kind"], row["refund_ref"] if row["kind"] == "refund" else row["ref"]
