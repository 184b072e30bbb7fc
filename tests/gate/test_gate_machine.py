"""However scans, passages, crashes, losses and commands interleave, no right is used twice."""

import secrets
import sqlite3
import tempfile
from collections import Counter
from pathlib import Path

import gate_kit as kit
from decision_vectors import Past
from fuzzing import examples
from gate_server import PAIRING, FakeServer, command
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from iot_handlers.scenic_gate import facts
from iot_handlers.scenic_gate.commands import CommandDesk
from iot_handlers.scenic_gate.config import parse
from iot_handlers.scenic_gate.device import Ack, Signal
from iot_handlers.scenic_gate.engine import Engine
from iot_handlers.scenic_gate.lane import State
from iot_handlers.scenic_gate.runner import Item, LaneRunner
from iot_handlers.scenic_gate.store import Store
from iot_handlers.scenic_gate.sync import Sync
from iot_handlers.scenic_gate.uses import own_uses

SHM = Path("/dev/shm")
PAX = {1: 1, 2: 1, 3: 3, 4: 2}  # serial -> persons of the ticket
LANES = ("G1", "G2")
OUT = "X1"  # leads outside
serials = st.sampled_from(sorted(PAX))
lanes = st.sampled_from(LANES)


class Door(kit.FakeBarrier):
    """A physical door. Asserts, through a connection of its own, that each opening is on disk.

    ``grants``: tickets (None = by command) of the persons who could still push through. An order
    that was not confirmed has opened it all the same: that is the bad case.
    """

    def __init__(self, path, lane, world):
        super().__init__()
        self.path, self.lane, self.world = path, lane, world
        self.grants = []
        self.line = True

    def open(self, persons):
        ack = super().open(persons) if self.line else Ack.NOT_SENT
        db = sqlite3.connect(self.path)
        row = db.execute("SELECT op, uid FROM passage WHERE lane = ?", (self.lane,)).fetchone()
        claimed = db.execute("SELECT count(*) FROM command").fetchone()[0]
        db.close()
        if self.lane == OUT:  # everybody may leave, and nothing is used
            self.grants += [None] * persons * (ack is not Ack.NOT_SENT)
            return ack
        assert row or claimed, "the motor moved before anything was on disk"
        if ack is not Ack.NOT_SENT:
            self.grants += [row[1] if row else None] * persons
            self.world["opened"][row[0] if row else None] += persons
        return ack

    def close(self):
        ack = super().close() if self.line else Ack.UNKNOWN
        if ack is Ack.DONE:
            self.grants.clear()
        return ack


class GateMachine(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        # logic only: the disk of this machine is tested by test_gate_kill
        self.folder = tempfile.TemporaryDirectory(dir="/dev/shm" if SHM.is_dir() else None)
        self.path = Path(self.folder.name) / "gate.db"
        self.clock = kit.FakeClock()
        self.world = {"opened": Counter(), "entered": Counter()}
        self.orders = []
        self.doors = {}
        self.server = FakeServer()
        self.engine = None

    @initialize(multi=st.sampled_from(["repeat", "hold_n"]), listed=st.sets(serials))
    def begin(self, multi, listed):
        fields = {"multi": multi}
        places = [kit.lane_config(lane, **fields) for lane in LANES]
        places.append(kit.lane_config(OUT, zone=None, **fields))
        self.config = kit.config(lanes=places)
        self.server.tickets = [kit.ticket_row(s, pax=PAX[s]) for s in sorted(listed)]
        self.power_on()

    def power_on(self):
        self.engine = Engine(Store(self.path, secrets.token_hex), lambda: secrets.token_hex(16))
        self.engine.configure(parse(self.config))
        self.engine.trusted = True
        self.engine.contact = self.clock.now()
        self.runners = {}
        self.desk = CommandDesk(
            self.engine.store, self.clock, lambda: (kit.TOKEN, kit.BOX), self.dispatch
        )
        for lane, place in self.engine.config.lanes.items():
            # the door outlives the box: what was open stays open until it is shut
            door = self.doors.setdefault(lane, Door(self.path, lane, self.world))
            door.line = True
            door.close()
            runner = self.runners[lane] = LaneRunner(place, self.engine, self.clock, door)
            runner.turn(Item(Signal.UP.value, (0,)))
        self.desk.boot()
        self.engine.boot(self.clock.now())
        self.sync = Sync(
            self.engine,
            self.desk,
            self.clock,
            self.server,
            lambda: PAIRING,
            lambda: secrets.token_hex(16),
            dict,
        )

    def dispatch(self, order, answer):
        self.runners[order["lane"]].turn(Item("command", (dict(order),), answer))
        return True

    # ------------------------------------------------------------------ rules

    @rule(serial=serials, lane=lanes, ack=st.sampled_from([Ack.DONE, Ack.DONE, *Ack]))
    def scan(self, serial, lane, ack):
        runner = self.runners[lane]
        runner.barrier.ack = ack
        runner.turn(Item("scan", (kit.code(serial, pax=PAX[serial]),)))

    @rule(lane=lanes, persons=st.integers(1, 3))
    def push(self, lane, persons):
        """Up to ``persons`` push through whatever is open; the sensor sees them if it works."""
        door, runner = self.doors[lane], self.runners[lane]
        for _ in range(persons):
            if not door.grants:  # the lane may shut after the first
                return
            ticket = door.grants.pop(0)
            if ticket:
                self.world["entered"][ticket] += 1
            if door.line:
                runner.turn(Item("passed", (1,)))

    @rule(serial=serials, lane=lanes, persons=st.integers(0, 3), blind=st.booleans())
    def visit(self, serial, lane, persons, blind):
        """A whole visit; ``blind``: the line fails while people push through."""
        self.scan(serial, lane, Ack.DONE)
        if blind:
            self.line_fails_for_a_while(lane)
        self.push(lane, persons)
        if blind:
            self.line_fails_for_a_while(lane)
        self.wait(6)

    @rule(serial=serials, persons=st.integers(0, 2))
    def go_out(self, serial, persons):
        self.scan(serial, OUT, Ack.DONE)
        self.push(OUT, persons)
        self.wait(6)

    @rule(lane=lanes, signal=st.sampled_from(["passed", "reverse"]))
    def sensor_sees_somebody_too_many(self, lane, signal):
        self.runners[lane].turn(Item(signal, (1,)))

    @rule(lane=lanes)
    def line_fails_for_a_while(self, lane):
        door, runner = self.doors[lane], self.runners[lane]
        runner.turn(Item("down" if door.line else "up", (0,)))
        door.line = not door.line

    @rule(lane=lanes, reset=st.booleans())
    def fire_alarm(self, lane, reset):
        self.runners[lane].turn(Item("emergency_on", (0,)))
        self.runners[lane].turn(Item("emergency_off", (0,)))
        if reset:
            self.order(lane, "reset")

    @rule(seconds=st.sampled_from([0.1, 1, 6, 60]))
    def wait(self, seconds):
        self.clock.t += seconds
        for _ in range(3):
            for runner in self.runners.values():
                runner.turn(None)
            self.clock.t += 0.4

    @rule(lane=lanes, ack=st.sampled_from([Ack.DONE, Ack.UNKNOWN]))
    def shutting_is(self, lane, ack):
        self.doors[lane].close_ack = ack

    @rule(lane=lanes, action=st.sampled_from(["open", "open", "hold", "release", "reset"]))
    def order(self, lane, action):
        uid = f"{len(self.orders):032x}"
        self.orders.append(command(action, lane, uid=uid, expires=self.clock.now() + 100))
        assert self.desk.accept(self.orders[-1]) not in ("unsigned", "expired")

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def order_comes_again_another_way(self, data):
        self.desk.accept(data.draw(st.sampled_from(self.orders)))

    @rule(losses=st.lists(st.sampled_from(["request", "reply", None]), max_size=3))
    def exchange(self, losses):
        self.server.lose, self.server.now = losses, self.clock.now()
        self.sync.once()

    @rule()
    def power_cut(self):
        self.engine.store.close()
        self.power_on()

    @precondition(lambda self: self.engine.journal.seq > 3)
    @rule()
    def server_restored_from_backup(self):
        seqs = sorted(seq for _, seq in self.server.facts)
        for seq in seqs[len(seqs) // 2 :]:
            del self.server.facts[self.engine.store.epoch, seq]

    # -------------------------------------------------------------- invariants

    def chain(self):
        return self.engine.journal.facts(0, 9999)

    @invariant()
    def chain_is_whole(self):
        if self.engine:
            assert facts.first_break(self.chain(), facts.genesis(self.engine.store.epoch)) is None

    @invariant()
    def no_right_is_used_twice(self):
        if not self.engine:
            return
        used, ended, reserved = Counter(), Counter(), {}
        for fact in self.chain():
            if fact["kind"] == facts.RESERVED:
                used[fact["uid"]] += fact["pax"]
                reserved[fact["op"]] = fact
            elif fact["op"] in reserved and fact["kind"] in facts.ENDINGS:
                ended[fact["op"]] += fact["pax"]
                if fact["kind"] == facts.RELEASED:
                    used[fact["uid"]] -= fact["pax"]
        for serial, pax in PAX.items():
            assert used[f"{kit.uid(serial):016x}"] <= pax
        idle = {code for code, runner in self.runners.items() if runner.lane.passage is None}
        for op, fact in reserved.items():
            assert ended[op] <= fact["pax"]
            assert self.world["opened"][op] <= fact["pax"]
            if fact["lane"] in idle:
                assert ended[op] == fact["pax"], "a passage ended without saying how"

    @invariant()
    def the_past_of_a_ticket_is_what_its_facts_say(self):
        if not self.engine:
            return
        story, exits, ops = {}, {}, {}
        for fact in self.chain():
            of = fact["uid"]
            if fact["kind"] == facts.RESERVED:
                past = story.setdefault(of, Past(self.engine.config.tz))
                ops[fact["op"]] = past.use(fact["zone"], fact["lane"], fact["t"], fact["pax"])
            elif fact["kind"] == facts.RELEASED:
                ops[fact["op"]]["persons"] -= fact["pax"]
            elif fact["kind"] == facts.PASSED and of and not fact["op"]:
                assert (fact["lane"], fact["zone"]) == (OUT, None)
                exits[of] = max(fact["t"], exits.get(of, 0))
        known = self.engine.store.rows("SELECT uid, t FROM exit")
        assert {f"{number:016x}": t for number, t in known} == exits
        for serial in PAX:
            own = own_uses(self.engine.store, kit.uid(serial), self.engine.config.tz)
            past = story.get(f"{kit.uid(serial):016x}")
            uses = [use for use in past.uses if use["persons"] > 0] if past else []
            assert set(own) == {use["zone"] for use in uses}
            for zone, found in own.items():
                mine = sorted((u["t"], u["lane"], u["persons"]) for u in uses if u["zone"] == zone)
                assert found.used == sum(persons for _, _, persons in mine)
                assert (found.first_t, found.last_t) == (mine[0][0], mine[-1][0])

    @invariant()
    def nobody_enters_on_a_used_right(self):
        for serial, pax in PAX.items():
            assert self.world["entered"][kit.uid(serial)] <= pax

    @invariant()
    def an_order_acts_once(self):
        opens = sum(order["action"] == "open" for order in self.orders)
        assert self.world["opened"][None] <= opens

    @invariant()
    def lanes_are_shut_when_idle(self):
        for runner in self.runners.values() if self.engine else ():
            if runner.lane.state is State.IDLE:
                assert runner.lane.passage is None

    def teardown(self):
        if self.engine:
            self.server.lose, self.server.now = [], self.clock.now()
            for _ in range(5):
                self.sync.once()
            mine, theirs = self.chain(), self.server.chain(self.engine.store.epoch)
            assert theirs == mine, "the server knows something else than the box"
            self.engine.store.close()
        self.folder.cleanup()


TestGate = GateMachine.TestCase
TestGate.settings = settings(max_examples=examples(100), stateful_step_count=40)
