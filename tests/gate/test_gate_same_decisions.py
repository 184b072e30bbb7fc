"""The shared histories, through the box: what decide() answers, an offline gate answers too.

Three ways to the same history: every passage at this box, every one at another place and told by
the server, and by turns.
"""

import random
import secrets
import tempfile
from collections import Counter
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path

import gate_kit as kit
import pytest
from decision_vectors import EXPOSED, EXPOSURE_LIMIT, LANES, PRODUCT, Case, Past, Step, cases_for
from fuzzing import examples
from iot_handlers.scenic_gate import facts
from iot_handlers.scenic_gate.config import parse
from iot_handlers.scenic_gate.engine import Engine
from iot_handlers.scenic_gate.store import Store
from iot_handlers.scenic_rules.live_code import add_suffix, ticket_key
from plain_rules import UTC, Scan
from random_tickets import STEPS, rule_of, some_ticket, ticket_of
from scenic_rules.wire import rule_to_wire

SHM = Path("/dev/shm")
DYNAMIC_KEY = bytes(range(32))
SERIAL = 1
CASES = cases_for("box")
# the server tells the number and the moments of uses elsewhere, not their lanes
TOLD = [
    case
    for case in CASES
    if case.ticket["listed"] and not any(s.expect.get("reason") == "SAME_SCAN" for s in case.steps)
]


class Gate:
    """One box that has the ticket of a case before it; ``here(n)``: is passage n made at it?"""

    def __init__(self, case, folder, here):
        self.case, self.here = case, here
        self.past, self.done, self.count = Past(case.zone_info), {}, 0
        self.engine = Engine(
            Store(Path(folder) / "gate.db", secrets.token_hex), lambda: secrets.token_hex(16)
        )
        lanes = [kit.lane_config(lane, **fields) for lane, fields in LANES.items()]
        config = kit.config(
            lanes=lanes,
            rules=[case.rule] if case.rule else [],
            dynamic_key=DYNAMIC_KEY.hex(),
            exposure=EXPOSURE_LIMIT,
        )
        config["site"] = config["site"] | {"tz": case.tz}
        self.engine.configure(parse(config))
        self.list()

    def list(self):
        """The server lists the ticket, with what happened to it at other places."""
        if self.case.ticket["listed"]:
            there = self.past.zones()
            row = self.case.row(kit.uid(SERIAL), kit.alias(SERIAL))
            row |= {"o": {zone: use[0] for zone, use in there.items()}}
            row |= {"h": {zone: list(use) for zone, use in there.items()}, "ot": self.past.out_t}
            assert self.engine.snapshot.apply([row], cursor=1) == 1

    def text(self, step):
        row, ticket = self.case.row(), self.case.ticket
        text = kit.code(
            SERIAL,
            site=ticket["site"],
            product=PRODUCT,
            gen=ticket.get("shown_gen", row["g"]),
            valid_from=row["f"],
            valid_days=row["d"],
            slot_start=row["s"][0],
            slot_len=row["s"][1],
            pax=row["x"],
            entrances=row["e"],
            flags=row["fl"],
            iat=row["iat"],
        )
        if step.live:
            key = ticket_key(DYNAMIC_KEY, kit.uid(SERIAL), row["g"])
            text = add_suffix(text, key, int(step.t))
        return text

    def scan(self, number, step):
        self.engine.trusted = step.clock_trusted
        self.engine.contact = step.t - (3600 if step.cut_off else 1)
        self.engine.journal.exposed = EXPOSED[step.exposure]
        outcome = self.engine.scan(step.lane, self.text(step), step.t, step.wanted, step.staff)
        if outcome.uses:
            self.count += 1
            self.done[number] = outcome
            if not self.here(self.count):
                # as if it had never been here, but at the other end of the park
                self.give_back(step, outcome, outcome.uses)
                self.done[number] = self.past.use(step.zone, step.lane, step.t, outcome.uses)
                self.list()
        return {
            "reason": outcome.reason.value,
            "colour": outcome.colour.value,
            "admit": outcome.admit,
            "rest": outcome.rest,
        }

    def give_back(self, step, what, persons):
        if isinstance(what, dict):
            self.past.give_back(what, persons)
            self.list()
        else:
            self.engine.record(facts.RELEASED, step.lane, step.t, of=what, pax=persons)

    def leave(self, step):
        self.count += 1
        if self.here(self.count):
            outcome = self.engine.scan("OUT", self.text(step), step.t)
            assert outcome.admit
            self.engine.record(facts.PASSED, "OUT", step.t, of=outcome, pax=1)
        else:
            self.past.leave(step.t)
            self.list()


def judge(case, here):
    with tempfile.TemporaryDirectory(dir="/dev/shm" if SHM.is_dir() else None) as folder:
        gate = Gate(case, folder, here)
        for number, step in enumerate(case.steps):
            if step.do == "leave":
                gate.leave(step)
            elif step.do == "give_back":
                gate.give_back(replace(step, lane="P1"), gate.done[step.of], step.persons)
            else:
                assert gate.scan(number, step) == step.expect, f"step {number}"
        gate.engine.store.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_box_decides_as_the_pure_rules_do(case):
    judge(case, here=lambda count: True)


@pytest.mark.parametrize("case", TOLD, ids=lambda case: case.name)
def test_a_box_that_was_only_told_decides_alike(case):
    judge(case, here=lambda count: False)


@pytest.mark.parametrize("case", TOLD, ids=lambda case: case.name)
def test_a_box_that_saw_half_of_it_decides_alike(case):
    judge(case, here=lambda count: count % 2)


def test_few_cases_are_left_out():
    assert len(TOLD) > 110


# --- random histories -------------------------------------------------------------------------


def case_of(plain):
    """A random ticket in the form of a shared case."""
    view = ticket_of(plain)
    ticket = {
        "site": 7,
        "product": PRODUCT,
        "from": plain.first.isoformat(),
        "days": plain.days,
        "slot": [view.slot_start, view.slot_len],
        "pax": plain.pax,
        "entrances": view.entrances,
        "flags": 0,
        "state": plain.state,
        "gen": 0,
        "listed": plain.listed,
        "issued": plain.issued.isoformat(),
    }
    return Case("random", plain.tz.key, rule_to_wire(rule_of(plain)), ticket, ())


class RandomVisits:
    """One random ticket at a box; half of what happens to it happens at other places."""

    def __init__(self, draw, folder):
        self.draw, self.plain = draw, some_ticket(draw)
        begin = datetime.combine(self.plain.first, time(), self.plain.tz)
        self.now = (begin + timedelta(minutes=draw.choice([0, 510, 600, 1435]))).astimezone(UTC)
        self.at_home = True
        self.gate = Gate(case_of(self.plain), folder, lambda count: self.at_home)
        self.visits = []

    def step(self, **fields):
        return Step(t=self.now.timestamp(), **fields)

    def one_thing(self):
        draw = self.draw
        self.now += timedelta(seconds=draw.choice(STEPS))
        # what nobody has listed, nobody can tell about
        self.at_home = not self.plain.listed or draw.random() < 0.5
        if draw.random() < 0.1:
            self.gate.leave(self.step(lane="OUT"))
            self.plain.exits.append(self.now)
        if self.visits and draw.random() < 0.15:
            self.give_back(draw.randrange(len(self.visits)), draw.randint(1, 3))
        if self.plain.listed and draw.random() < 0.03:
            self.plain.state = draw.choice(["blocked", "held", "valid"])
            self.gate.case = case_of(self.plain)
            self.gate.list()
        return self.scan()

    def scan(self):
        draw, lane = self.draw, self.draw.choice(["P1", "P1", "P2", "C1", "C1", "B1", "M1"])
        asked = {
            "wanted": draw.choice([0, 0, 0, 0, 1, 2, 5]),
            "staff": draw.random() < 0.4,
            "clock_trusted": draw.random() < 0.8,
            "cut_off": draw.random() < 0.2,
        }
        place = LANES[lane]
        scan = Scan(place["zone"], lane, self.now, entrance=place["entrance"], **asked)
        answer = self.gate.scan(len(self.visits), self.step(lane=lane, **asked))
        found = (answer["reason"], answer["colour"], answer["admit"])
        assert found == self.plain.answer(scan)
        if answer["admit"]:
            # the server does not tell at which lane: two readings there are two scans here
            seen = scan if self.at_home else replace(scan, lane="elsewhere")
            self.plain.enter(seen, answer["admit"], len(self.visits))
            self.visits.append(answer["admit"])
        return answer["reason"]

    def give_back(self, visit, persons):
        persons = min(persons, self.visits[visit])
        if persons:
            self.visits[visit] -= persons
            self.plain.give_back(visit, persons)
            self.gate.give_back(self.step(), self.gate.done[visit], persons)


def test_a_box_decides_random_histories_as_the_plain_model_does():
    seen = Counter()
    for number in range(examples(150)):
        draw = random.Random(number)
        with tempfile.TemporaryDirectory(dir="/dev/shm" if SHM.is_dir() else None) as folder:
            visits = RandomVisits(draw, folder)
            seen.update(visits.one_thing() for _ in range(draw.randint(4, 16)))
            visits.gate.engine.store.close()
    assert len(seen) > 22
    assert seen["OK"] > 100
