"""Write-back is free of order: any shuffle, any portions, any repetition, the same ledger."""

import random
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.scenic_gate_iot.tools import resolution
from odoo.addons.scenic_gate_iot.tools.resolution import GateFact

NOON = datetime(2027, 1, 1, 12)


class Ledger:
    """A redemption ledger in memory, with the laws of the real one."""

    def __init__(self, rights):
        self.rights, self.rows, self.facts = rights, [], {}

    def take(self, facts):
        """Store facts that are new and bring the rows in line, as the server does."""
        for fact in facts:
            self.facts.setdefault(fact.ref, fact)
        found = resolution.passages(self.facts.values(), self.rows)
        answer = resolution.resolve(self.rights, resolution.net_uses(self.rows), found)
        for passage, person, use_id in answer.reversals:
            self._add("reversal", f"{passage.fact.ref}:{person}:{resolution.BACK}", use_id)
        for passage, person in answer.uses:
            self._add("use", resolution.source_ref(passage, person), None)

    def _add(self, kind, ref, reverses_id):
        assert ref not in {row[2] for row in self.rows}, "a source_ref is written once"
        assert kind == "use" or reverses_id not in {row[3] for row in self.rows}
        self.rows.append((len(self.rows) + 1, kind, ref, reverses_id, None))
        net = resolution.net_uses(self.rows)
        assert net >= 0
        assert self.rights == 0 or net <= (self.rights or 0), "a right is used at most once"

    def summary(self):
        """Return (net uses, persons without a right)."""
        found = resolution.passages(self.facts.values(), self.rows)
        return resolution.net_uses(self.rows), sum(passage.missing for passage in found)


@st.composite
def histories(draw):
    """Draw rights and the facts of up to four boxes about one ticket."""
    rights = draw(st.sampled_from([None, 0, 1, 1, 1, 2, 5, 30]))
    facts = []
    for box in range(1, draw(st.integers(1, 4)) + 1):
        seq = 0
        for _passage in range(draw(st.integers(0, 4))):
            pax, op = draw(st.integers(0, 4)), f"{box:016x}{seq:016x}"
            seq += 1
            facts.append(_fact(box, seq, "reserved", pax, op, draw))
            for _part in range(draw(st.integers(0, 2))):
                seq += 1
                facts.append(_fact(box, seq, "released", draw(st.integers(0, pax)), op, draw))
    return rights, facts


def _fact(box, seq, kind, pax, op, draw):
    moment = NOON + timedelta(seconds=draw(st.integers(0, 9)))
    return GateFact(box, 1, "e" * 16, seq, kind, moment, "G1", "PARK", "u", pax, op, "offline")


def expected(rights, facts):
    """Return the summary by plain counting: what was reserved and not given back."""
    demand = 0
    for fact in facts:
        if fact.kind == "reserved":
            back = sum(f.pax for f in facts if f.kind == "released" and f.op == fact.op)
            demand += max(0, fact.pax - back)
    net = demand if rights == 0 else min(rights or 0, demand)
    return net, demand - net


@tagged("post_install", "-at_install")
class TestResolution(BaseCase):
    @given(histories(), st.integers(0, 2**32))
    def test_any_order_any_portion_any_repetition_gives_the_same_ledger(self, history, seed):
        rights, facts = history
        dice = random.Random(seed)
        ledger = Ledger(rights)
        stream = facts * dice.randint(1, 3)
        dice.shuffle(stream)
        while stream:
            size = dice.randint(1, len(stream))
            ledger.take(stream[:size])
            stream = stream[size:]
        self.assertEqual(ledger.summary(), expected(rights, facts))

    def test_surplus_becomes_a_use_when_another_passage_is_given_back(self):
        ledger = Ledger(1)
        first = GateFact(1, 1, "e", 1, "reserved", NOON, "G1", "PARK", "u", 1, "a", "offline")
        second = GateFact(2, 1, "e", 1, "reserved", NOON, "G2", "PARK", "u", 1, "b", "offline")
        ledger.take([first])
        ledger.take([second])
        self.assertEqual(ledger.summary(), (1, 1))
        ledger.take(
            [GateFact(1, 1, "e", 2, "released", NOON, "G1", "PARK", "u", 1, "a", "offline")]
        )
        self.assertEqual(ledger.summary(), (1, 0))

    def test_void_ticket_takes_nothing_and_gives_back_what_it_took(self):
        reserved = GateFact(1, 1, "e", 1, "reserved", NOON, "G1", "PARK", "u", 2, "a", "offline")
        released = GateFact(1, 1, "e", 2, "released", NOON, "G1", "PARK", "u", 1, "a", "offline")
        rows = [(1, "use", "1:e:1:1", None, 1)]
        found = resolution.passages([reserved, released], rows)
        answer = resolution.resolve(2, 1, found, open_for_use=False)
        self.assertEqual((answer.uses, answer.reversals), ([], []))
        found = resolution.passages([reserved], [])
        answer = resolution.resolve(2, 0, found, open_for_use=False)
        self.assertEqual((answer.uses, found[0].missing), ([], 2))
        self.assertEqual(found[0].verdict(True), "after_void")

    def test_more_given_back_than_reserved_gives_back_no_other_passage(self):
        facts = [
            GateFact(1, 1, "e", 1, "reserved", NOON, "G1", "PARK", "u", 1, "a", "offline"),
            GateFact(1, 1, "e", 2, "released", NOON, "G1", "PARK", "u", 5, "a", "offline"),
            GateFact(1, 1, "e", 3, "reserved", NOON, "G1", "PARK", "u", 1, "b", "offline"),
        ]
        ledger = Ledger(9)
        ledger.take(facts)
        self.assertEqual(ledger.summary(), (1, 0))
        self.assertEqual([p.released for p in resolution.passages(facts, [])], [1, 0])

    def test_two_reservations_of_one_number_give_back_once_what_was_given_back_once(self):
        """A box that numbers two passages alike is broken; its visitors have entered anyway."""
        facts = [
            GateFact(1, 1, "e", 1, "reserved", NOON, "G1", "PARK", "u", 1, "a", "offline"),
            GateFact(1, 1, "e", 2, "reserved", NOON, "G1", "PARK", "u", 1, "a", "offline"),
            GateFact(1, 1, "e", 3, "released", NOON, "G1", "PARK", "u", 1, "a", "offline"),
        ]
        ledger = Ledger(9)
        ledger.take(facts)
        self.assertEqual(ledger.summary(), (1, 0))
        self.assertEqual([p.released for p in resolution.passages(facts, [])], [1, 0])

    def test_use_reversed_by_staff_is_not_taken_again(self):
        ledger = Ledger(2)
        ledger.take(
            [GateFact(1, 1, "e", 1, "reserved", NOON, "G1", "PARK", "u", 1, "a", "offline")]
        )
        ledger.rows.append((2, "reversal", None, 1, None))
        ledger.take([])
        self.assertEqual(ledger.summary(), (0, 0))
