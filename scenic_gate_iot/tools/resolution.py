"""Write-back: what the facts about one ticket in one zone mean for the ledger.

Pure, and free of order: the answer depends only on *which* facts and ledger rows exist. Facts
may arrive in any order, in any number of portions and repeatedly; the number of uses, their value
and the surplus come out the same. Only *which* passage bears the blame for a surplus depends on
who reported first, because the ledger never rewrites a row.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from ..iot_handlers.scenic_gate.facts import RELEASED, RESERVED

BACK = "back"  # last part of the source_ref of a reversal that a gate caused


@dataclass(frozen=True)
class GateFact:
    """A fact about rights: ``reserved`` or ``released``.

    ``id`` and the newest ``verdict`` are None while the fact is not stored.
    """

    box_id: int
    site_id: int
    epoch: str
    seq: int
    kind: str
    happened_at: datetime
    lane: str
    zone: str | None
    uid: str
    pax: int
    op: str | None
    mode: str
    id: int | None = None
    verdict: str | None = None

    @property
    def ref(self):
        """Identity of the fact; the source_ref of person k of it is ``ref:k``."""
        return f"{self.box_id}:{self.epoch}:{self.seq}"

    @property
    def order(self):
        """Sorts facts of all boxes by time; the rest only makes the order total."""
        return (self.happened_at, self.box_id, self.epoch, self.seq)


@dataclass
class Passage:
    """One reservation: persons 1..pax entered, ``released`` of them gave their right back.

    ``taken``: persons that ever got a use in the ledger; ``active``: {person: id of the use} of
    those that no reversal has undone; ``returned``: uses that gates gave back in the ledger.
    """

    fact: GateFact
    released: int = 0
    taken: set = field(default_factory=set)
    active: dict = field(default_factory=dict)
    returned: int = 0

    @property
    def demand(self):
        """Persons who used a right here."""
        return max(0, self.fact.pax - self.released)

    @property
    def held(self):
        """Persons the ledger has counted. One that staff reversed by hand is settled, too."""
        return len(self.taken) - self.returned

    @property
    def missing(self):
        """Persons who entered and have no right in the ledger."""
        return max(0, self.demand - self.held)

    def verdict(self, is_void):
        """Return what the ledger says of this reservation; ``is_void``: the ticket is void."""
        if not self.missing:
            return "redeemed" if self.taken else "returned"
        if self.held:
            return "partial"
        return "after_void" if is_void else "excess"


@dataclass(frozen=True)
class Resolution:
    """What to add to the ledger: ``uses`` as (passage, person), ``reversals`` as (…, use id)."""

    uses: list
    reversals: list


def passages(facts, rows):
    """Return the :class:`Passage` of each reservation in ``facts``, by time.

    ``rows`` are the ledger rows of the ticket and zone as (id, kind, source_ref, reverses_id,
    use_no).
    """
    released = defaultdict(int)
    for fact in facts:
        if fact.kind == RELEASED and fact.op:
            released[fact.box_id, fact.epoch, fact.op] += fact.pax
    found = {}
    for fact in sorted(facts, key=lambda item: item.order):
        if fact.kind == RESERVED:
            passage = found[fact.ref] = Passage(fact)
            key = (fact.box_id, fact.epoch, fact.op)
            passage.released = min(fact.pax, released[key])
            released[key] -= passage.released
    _add_ledger(found, rows)
    return list(found.values())


def _add_ledger(found, rows):
    reversals = {
        reverses_id: ref for _id, kind, ref, reverses_id, _no in rows if kind == "reversal"
    }
    for row_id, kind, source_ref, _reverses_id, _no in rows:
        ref, _colon, person = (source_ref or "").rpartition(":")
        passage = found.get(ref)
        if kind != "use" or passage is None:
            continue
        passage.taken.add(int(person))
        if row_id not in reversals:
            passage.active[int(person)] = row_id
        elif (reversals[row_id] or "").endswith(f":{BACK}"):
            passage.returned += 1


def net_uses(rows):
    """Return uses less reversals among ledger rows, whoever reported them."""
    return sum(1 if kind == "use" else -1 for _id, kind, _ref, _reverses_id, _no in rows)


def last_number(rows):
    """Return the highest use number among ledger rows, 0 when there is none."""
    return max((use_no or 0 for *_rest, use_no in rows), default=0)


def resolve(rights, net, found, open_for_use=True):
    """Return the :class:`Resolution` of the passages ``found``.

    ``rights`` = persons-uses of the ticket in the zone, 0 = unlimited, None = none at all;
    ``net`` = net uses in the ledger now, from every source; ``open_for_use`` is false for a void
    ticket: its money has been given back.
    """
    uses, reversals = [], []
    for passage in found:
        surplus = max(0, passage.held - passage.demand)
        for person in sorted(passage.active, reverse=True)[:surplus]:
            reversals.append((passage, person, passage.active[person]))
    free = _free(rights, net - len(reversals)) if open_for_use else 0
    for passage in sorted(found, key=lambda item: item.fact.order):
        grant = passage.missing if free is None else min(free, passage.missing)
        persons = (k for k in range(1, passage.fact.pax + 1) if k not in passage.taken)
        uses += [(passage, next(persons)) for _ in range(grant)]
        if free is not None:
            free -= grant
    return Resolution(uses, reversals)


def _free(rights, net):
    """Return the rights still open, None when there is no limit."""
    if rights == 0:
        return None
    return max(0, (rights or 0) - net)


def source_ref(passage, person):
    """Return the idempotency key of the use of one person."""
    return f"{passage.fact.ref}:{person}"


def net_rights_value(ticket, zone_id):
    """Return what one use of ``ticket`` in a zone is worth, estimated for an incident.

    The value is spread evenly over the zones and uses of the ticket; 0 where uses are unlimited
    or the zone was never sold. Exact shares are the books' business, not the gate's.
    """
    rights = ticket["rights"] or {}
    number = rights.get(str(zone_id)) or 0
    return float(ticket["net_value"] or 0) / len(rights) / number if number else 0.0
