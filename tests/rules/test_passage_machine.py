"""However scans, groups, releases, reprints and refunds interleave, rights are kept."""

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from scenic_rules.passage import decide
from scenic_rules.reason import Reason
from scenic_rules.views import GateView, History, RuleView, TicketView, ticket_from_row

ZONES = ("CABLE", "PARK")
LANES = {"C1": "CABLE", "P1": "PARK", "P2": "PARK"}
DAY = 1947
NOON = 1746072000


class Passages(RuleBasedStateMachine):
    """An append-only list of uses beside the simplest model: a number that counts down."""

    @initialize(
        pax=st.integers(1, 6),
        uses=st.dictionaries(st.sampled_from(ZONES), st.integers(0, 3), min_size=1),
    )
    def sell(self, pax, uses):
        rights = tuple(sorted((zone, pax * number) for zone, number in uses.items()))
        self.ticket = TicketView(
            uid=1 << 32 | 1,
            gen=0,
            site=7,
            product=301,
            valid_from=DAY,
            valid_days=1,
            slot_start=255,
            slot_len=0,
            pax=pax,
            entrances=1,
            flags=0,
            state="valid",
            rights=rights,
            iat=NOON - 1577836800 - 60,
            listed=True,
        )
        self.rule = RuleView(301, 0, 4, 0, 1, rights)
        self.ledger = []
        self.left = dict(rights)
        self.now = NOON
        self.refunded = False

    def history(self, zone):
        rows = [row for row in self.ledger if row["zone"] == zone and not row["released"]]
        if not rows:
            return History()
        first, last = rows[0], rows[-1]
        return History(len(rows), first["t"], first["lane"], last["t"], last["lane"])

    @rule(
        lane=st.sampled_from(sorted(LANES)),
        wait=st.sampled_from([0, 1, 7, 8, 60]),
        wanted=st.integers(0, 7),
        staff=st.booleans(),
        older_copy=st.booleans(),
    )
    def scan(self, lane, wait, wanted, staff, older_copy):
        zone = LANES[lane]
        self.now += wait
        gate = GateView(7, zone, 0, lane, DAY, 48, staff=staff)
        shown = self.ticket.gen - 1 if older_copy else self.ticket.gen
        view = ticket_from_row(self.ticket, shown)
        history = self.history(zone)
        decision = decide(view, self.rule, history, gate, self.now, wanted)
        if self.refunded or older_copy:
            assert decision.uses == decision.admit == 0
        elif zone not in self.left:
            assert decision.reason is Reason.E_ZONE
        elif decision.reason is Reason.E_USED:
            limited = dict(self.ticket.rights)[zone]
            assert limited
            assert self.left[zone] < (wanted or 1)
        elif decision.reason is Reason.SAME_SCAN:
            assert self.now - history.last_t < 8
        if decision.uses:
            assert decision.uses == decision.admit == (wanted or decision.admit)
            assert decision.admit <= self.ticket.pax
            assert decision.admit <= 4 or staff
            self.left[zone] -= decision.uses
        for _ in range(decision.uses):
            self.ledger.append({"zone": zone, "t": self.now, "lane": lane, "released": False})

    @rule(data=st.data())
    def release(self, data):
        held = [row for row in self.ledger if not row["released"]]
        if held:
            row = data.draw(st.sampled_from(held))
            row["released"] = True
            self.left[row["zone"]] += 1

    @rule()
    def reprint(self):
        self.ticket = replace(self.ticket, gen=self.ticket.gen + 1)

    @rule(refund=st.booleans())
    def refund(self, refund):
        if refund:
            self.refunded = True
            self.ticket = replace(self.ticket, state="void")

    @invariant()
    def uses_never_exceed_rights(self):
        for zone, number in self.ticket.rights:
            net = self.history(zone).used
            if number:
                assert net <= number
                assert net == number - self.left[zone]


TestPassages = Passages.TestCase
TestPassages.settings = settings(stateful_step_count=25)
