"""What must be true at the end of the random day. Pure: plain values in, sentences out.

The model knows only what the hardware saw (persons through the barriers), what was sold, and what
boxes and server have stored. It knows nothing of how they decide.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

RESERVED, RELEASED, PASSED = "reserved", "released", "passed"
SURPLUS = ("excess", "after_void")
AFTER_S = 3.0  # boxes that find each other again need a moment


@dataclass
class Evidence:
    """What is compared. Facts are dicts of the protocol with ``box`` and ``epoch``."""

    visits: list  # of day_lanes.Visit
    box_of: dict  # lane -> box
    rights: dict  # uid -> persons-uses in the park
    quiet: list = field(default_factory=list)  # (from, to): a box was down or cut off the others
    journals: list = field(default_factory=list)  # facts on the boxes
    stored: list = field(default_factory=list)  # facts on the server
    ledger: Counter = field(default_factory=Counter)  # uid -> net uses
    state: dict = field(default_factory=dict)  # uid -> state of the ticket
    value: dict = field(default_factory=dict)  # uid -> net value
    incidents: list = field(default_factory=list)  # open ones: uid, kind, persons, amount, facts
    waiting: int = 0  # passages that still wait for their ticket
    differences: list = field(default_factory=list)  # that the proof of the books finds


def problems(evidence):
    """Return what is wrong, as {check: [sentence]}."""
    checks = {
        "facts": facts_once,
        "shut": shut_for_strangers,
        "truth": truthful,
        "in a box": once_in_a_box,
        "between boxes": once_between_boxes,
        "ledger": ledger_follows,
        "incidents": surplus_named,
        "orphans": nothing_waits,
        "books": books_prove,
        "answers": everybody_answered,
    }
    found = {name: list(check(evidence)) for name, check in checks.items()}
    return {name: wrong for name, wrong in found.items() if wrong}


def _name(fact):
    return f"box {fact['box']} {fact['epoch']} {fact['seq']}"


def facts_once(e):
    """Every fact of every journal is on the server once, and nothing else is."""
    here = {_name(fact): fact["hash"] for fact in e.journals}
    there = Counter(_name(fact) for fact in e.stored)
    yield from (f"{name} is not on the server" for name in here.keys() - there.keys())
    yield from (f"{name} is on no box" for name in there.keys() - here.keys())
    yield from (f"{name} is stored {n} times" for name, n in there.items() if n > 1)
    for fact in e.stored:
        if here.get(_name(fact), fact["hash"]) != fact["hash"]:
            yield f"{_name(fact)} has another hash on the server"


def shut_for_strangers(e):
    """Nothing but a ticket of ours opens a gate."""
    for visit in e.visits:
        if visit.uid is None and (visit.openings or visit.walked):
            yield f"lane {visit.lane} opened for {visit.kind} {visit.text!r}"


def _consumed(facts, key):
    """Return what reservations consumed and have not given back, by key(fact)."""
    out = Counter()
    for fact in facts:
        if fact["kind"] == RESERVED:
            out[key(fact)] += fact["pax"]
        elif fact["kind"] == RELEASED and fact["op"]:
            out[key(fact)] -= fact["pax"]
    return out


def walked(e):
    """Return persons through the barriers, by (box, ticket)."""
    out = Counter()
    for visit in e.visits:
        if visit.walked:
            out[e.box_of[visit.lane], visit.uid] += visit.walked
    return out


def truthful(e):
    """Whoever walked is covered by a right; what a box says passed, has walked."""
    consumed = _consumed(e.journals, lambda fact: (fact["box"], fact["uid"]))
    passed = Counter()
    for fact in e.journals:
        if fact["kind"] == PASSED and fact["op"]:
            passed[fact["box"], fact["uid"]] += fact["pax"]
    seen = walked(e)
    for key in seen.keys() | passed.keys():
        if not passed[key] <= seen[key] <= consumed[key]:
            box, uid = key
            yield (
                f"box {box}, ticket {uid}: {seen[key]} walked, the journal says {passed[key]} "
                f"passed and {consumed[key]} rights used"
            )


def once_in_a_box(e):
    """No box lets more persons in on a ticket than were sold."""
    consumed = _consumed(e.journals, lambda fact: (fact["box"], fact["uid"]))
    for (box, uid), used in consumed.items():
        if used > e.rights.get(uid, 0):
            yield f"box {box} used {used} rights of ticket {uid}, which has {e.rights.get(uid, 0)}"


def once_between_boxes(e):
    """While the boxes reach each other, a copy shown at another entrance opens nothing."""
    alone = {(f["box"], f["uid"]) for f in e.journals if f.get("mode") == "degraded"}
    uses = defaultdict(list)
    for visit in e.visits:
        if visit.walked and visit.uid:  # a stranger who walked is told by another check
            uses[visit.uid].append(visit)
    for uid, visits in uses.items():
        visits.sort(key=lambda visit: visit.began)
        persons = 0
        for visit in visits:
            persons += visit.walked
            if persons <= e.rights[uid]:
                continue
            since, until = visits[0].began - AFTER_S, visit.answered + 1
            disturbed = any(began < until and since < ended for began, ended in e.quiet)
            # a box that did not reach the owner in time opened, and so did the owner, which had
            # not heard of that: who of them comes first is chance
            unasked = any(
                (e.box_of[other.lane], uid) in alone and abs(other.began - visit.began) < AFTER_S
                for other in visits
            )
            if not disturbed and not unasked:
                yield f"ticket {uid}: {persons} walked, the last at lane {visit.lane}"


def ledger_follows(e):
    """The ledger has every use that a right was left for, and not one more."""
    consumed = _consumed(e.journals, lambda fact: fact["uid"])
    for uid in consumed.keys() | e.ledger.keys():
        used, booked, rights = consumed[uid], e.ledger[uid], e.rights.get(uid, 0)
        if e.state.get(uid) == "void":
            right = booked <= min(used, rights)
        else:
            right = booked == min(used, rights)
        if not right:
            yield f"ticket {uid}: {used} used at gates, {rights} sold, {booked} in the ledger"


def surplus_named(e):
    """Every use beyond the rights is an incident with its facts and amount; nothing else is."""
    consumed = _consumed(e.journals, lambda fact: fact["uid"])
    told = defaultdict(list)
    for incident in e.incidents:
        if incident["kind"] in SURPLUS:
            told[incident["uid"]].append(incident)
    seen = Counter()
    for (_box, uid), persons in walked(e).items():
        seen[uid] += persons
    for uid in consumed.keys() | told.keys():
        surplus = consumed[uid] - e.ledger[uid]
        persons = sum(incident["persons"] for incident in told[uid])
        if persons != surplus or len(told[uid]) > 1:
            yield f"ticket {uid}: {surplus} entered without a right, incidents name {persons}"
        elif seen[uid] - e.ledger[uid] > persons:
            yield f"ticket {uid}: {seen[uid]} walked, incidents name {persons}"
        elif surplus:
            yield from _told_badly(e, uid, told[uid][0])


def _told_badly(e, uid, incident):
    """Name what an incident about a ticket leaves out."""
    lanes = {fact["lane"] for fact in e.journals if fact["kind"] == RESERVED and fact["uid"] == uid}
    for lane in sorted(lanes):
        if lane not in incident["facts"]:
            yield f"the incident of ticket {uid} does not name lane {lane}"
    if not incident["owner"]:
        yield f"nobody owns the incident of ticket {uid}"
    if float(incident["amount"]) <= 0 < e.value.get(uid, 0):
        yield f"the incident of ticket {uid} has no amount"


def nothing_waits(e):
    """Every sale has arrived, and every passage has found its ticket."""
    if e.waiting:
        yield f"{e.waiting} passages wait for their ticket"
    for uid in {fact["uid"] for fact in e.journals if fact["kind"] == RESERVED}:
        if uid not in e.state:
            yield f"the server does not know ticket {uid}"


def books_prove(e):
    """Value of unused rights = balance of the liability account."""
    yield from e.differences


def everybody_answered(e):
    """A box that heard a code showed a lamp."""
    for visit in e.visits:
        if visit.lamp == "silent":
            yield f"lane {visit.lane} said nothing to {visit.kind} {visit.text[:40]!r}"


def timeline(e, found):
    """Return lines that tell what happened on the lanes of the first tickets in what is wrong."""
    words = " ".join(" ".join(wrong[:3]) for wrong in found.values())
    uids = [uid for uid in e.rights if uid in words][:4]
    concerned = [visit for visit in e.visits if visit.uid in uids]
    rows = []
    for lane in {visit.lane for visit in concerned}:
        times = [visit.began for visit in concerned if visit.lane == lane]
        rows += [
            (lane, visit.began, f"{visit.kind} {visit.uid}: {_what_came(visit)}")
            for visit in e.visits
            if visit.lane == lane and _near(visit.began, times)
        ]
        rows += [
            (lane, f["t"] / 1000, f"    {f['kind']} {f['uid']} {f['pax']} {f['reason']}")
            for f in e.journals
            if f["lane"] == lane and _near(f["t"] / 1000, times)
        ]
    return [f"{lane} {time:.3f} {told}" for lane, time, told in sorted(rows)]


def _near(time, times):
    return any(-3 < time - other < 5 for other in times)


def _what_came(visit):
    walks = f"{visit.walked} of {len(visit.walks)} walked"
    return f"{visit.lamp}, {visit.openings} openings, {walks} until {visit.answered:.3f}"
