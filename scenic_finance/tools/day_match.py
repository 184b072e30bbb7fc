"""The four-way match of a day: sold, paid, used, counted by the barriers. Pure.

For every lane and hour the barrier's count and the ledger's uses are brought together:

    passed - used = (without a right: tailgate, forced, free, emergency)
                    - (nobody seen: closed, unknown) + (facts without a use - uses without a fact)

Each term that is not zero is a difference with a code of its own, so nothing can cancel out and
the terms always explain the gap to the person.
"""

from collections import defaultdict

# persons who passed without a right, and the code of the difference
WITHOUT_RIGHT = {
    "tailgate": "tailgate",
    "forced": "forced_open",
    "free": "staff_open",
    "emergency": "emergency",
}
# codes whose persons came in and were not used; of the others the use is what has no counterpart
MORE_PASSED = (*WITHOUT_RIGHT.values(), "fact_without_use")
LESS_PASSED = ("scan_without_rotation", "use_without_fact")

_NUMBERS = ("reserved", "passed", "closed", "unknown", *WITHOUT_RIGHT)


def gates(uses, counts, lanes):
    """Return the rows of the lanes, a dict for each lane and hour.

    ``uses``: dicts site_id, lane, hour, used, sold, paid, value (what the ledger says);
    ``counts``: what the barriers say; ``lanes``: ``{(site_id, lane): {"counted", ...}}``, the lanes
    that have a barrier. A lane that nobody counts is taken at its word.
    """
    rows = defaultdict(lambda: dict.fromkeys((*_NUMBERS, "used", "sold", "paid", "value"), 0))
    for use in uses:
        row = rows[use["site_id"], use["lane"], use["hour"]]
        for name in ("used", "sold", "paid", "value"):
            row[name] += use.get(name) or 0
    for count in counts:
        row = rows[count["site_id"], count["lane"], count["hour"]]
        for name in _NUMBERS:
            row[name] += count.get(name) or 0
    found = []
    for (site_id, lane, hour), row in sorted(rows.items(), key=_place):
        known = lanes.get((site_id, lane))
        row |= {"site_id": site_id, "lane": lane, "hour": hour}
        row["barrier"] = known is not None or any(row[name] for name in _NUMBERS)
        row["seen"] = bool(known and known["counted"])
        row["rotations"] = _rotations(row)
        found.append(row)
    return found


def _place(item):
    (site_id, lane, hour), _row = item
    return site_id, lane or "", hour


def _rotations(row):
    """Return how many persons the barrier let in, as far as it can know."""
    if not row["barrier"]:
        return row["used"]
    sure = row["passed"] + sum(row[name] for name in WITHOUT_RIGHT)
    # a lane without a sensor sees nobody: who was let in is taken to have passed
    return sure if row["seen"] else sure + row["closed"]


def differences(row):
    """Return ``[(code, persons)]`` of a row of :func:`gates`; empty when it matches."""
    found = [(code, row[name]) for name, code in WITHOUT_RIGHT.items() if row[name]]
    if row["barrier"]:
        unseen = row["reserved"] - row["passed"] - (0 if row["seen"] else row["closed"])
        if unseen > 0:
            found.append(("scan_without_rotation", unseen))
        elif unseen < 0:
            # more seen to pass than let in: no kind of fact of its own says so
            found.append(("rotation_without_scan", -unseen))
        missing = row["reserved"] - row["used"]
        if missing > 0:
            found.append(("fact_without_use", missing))
        elif missing < 0:
            found.append(("use_without_fact", -missing))
    if row["used"] > row["sold"]:
        found.append(("use_unsold", row["used"] - row["sold"]))
    if row["sold"] > row["paid"]:
        found.append(("use_unpaid", row["sold"] - row["paid"]))
    return [(code, persons) for code, persons in found if persons]


def gap(row):
    """Return passed less used of a row: what :func:`differences` has to explain."""
    return row["rotations"] - row["used"]


def explained(found):
    """Return how much of the gap these differences explain."""
    more = (*MORE_PASSED, "rotation_without_scan")
    return sum(
        persons if code in more else -persons if code in LESS_PASSED else 0
        for code, persons in found
    )


def average(rows, site_id, lane):
    """Return what a use is worth on average: on this lane, else on this site, else 0."""
    for same in (lambda row: row["lane"] == lane, lambda _row: True):
        own = [row for row in rows if row["site_id"] == site_id and row["used"] and same(row)]
        if used := sum(row["used"] for row in own):
            return sum(row["value"] for row in own) / used
    return 0


def key(row):
    """Return what names a row of the match whenever the day is computed."""
    where = row.get("config_id") or row.get("lane") or ""
    return f"{row['place']}:{row.get('site_id') or 0}:{where}:{row['hour']}"


def late(now, frozen):
    """Return what came after a close: the rows of now less the frozen ones, by their keys.

    Both are ``{key: {name: number}}``; only what differs comes back.
    """
    found = {}
    for key in sorted({*now, *frozen}, key=str):
        new, old = now.get(key, {}), frozen.get(key, {})
        more = {name: new.get(name, 0) - old.get(name, 0) for name in {*new, *old}}
        more = {name: number for name, number in more.items() if number}
        if more:
            found[key] = more
    return found
