"""The shared histories, through the box: what decide() answers, an offline gate answers too.

Three ways to the same history: every passage at this box, every one at another place and told by
the server, and by turns.
"""

import secrets
import tempfile
from dataclasses import replace
from pathlib import Path

import gate_kit as kit
import pytest
from decision_vectors import LANES, PRODUCT, Past, cases_for
from iot_handlers.scenic_gate import facts
from iot_handlers.scenic_gate.config import parse
from iot_handlers.scenic_gate.engine import Engine
from iot_handlers.scenic_gate.store import Store
from iot_handlers.scenic_rules.live_code import add_suffix, ticket_key

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
