"""Four boxes and a handheld, processes on a LAN of namespaces that is cut and healed at random.

`SCENIC_LAN` = number of phases (make faults: many), `SCENIC_SEED` = which course they take.
"""

import importlib
import json
import os
import random
import signal
import subprocess
import sys
import time
import types
from collections import Counter
from datetime import datetime, timezone
from pathlib import Path

import gate_kit as kit
import namespaces
import pytest
from gate_kit import NOW, ZONE, code, ticket_row, uid
from hand_kit import hands
from lan_kit import lan_config
from patience import LIMIT_S, wait_for

BOXES = (1, 2, 3, 4)
HAND, DEVICE = 9, 91  # host of the handheld, and its number
BEAT_S = 0.2
PHASES = int(os.environ.get("SCENIC_LAN", "5"))
SEED = int(os.environ.get("SCENIC_SEED", "5"))
SHOWN = 12  # tickets in a phase, each at every box at once
PROCESS = Path(__file__).with_name("lan_process.py")
PHONE = Path(__file__).with_name("hand_process.py")
PATIENT_MS = 400  # a machine that runs other tests too answers late; the law is not about speed


class BoxProcess:
    """One box in its own namespace."""

    def __init__(self, lan, number, home):
        self.lan, self.number, self.home = lan, number, home
        self.lane = f"L{number}"
        home.mkdir()
        hosts = {f"b{n}": lan.address(n) for n in BOXES}
        boxes = {n: 1 << n for n in BOXES}
        config = kit.config(
            lanes=[kit.lane_config(self.lane, entrance=number)],
            lan=lan_config(number, boxes, budget_ms=PATIENT_MS, **hosts) | {"hands": hands(DEVICE)},
        )
        (home / "config.json").write_text(json.dumps(config))
        self.start()

    def start(self):
        self.run(PROCESS, str(self.home))

    def run(self, *program):
        words = [*self.lan.inside(self.number), sys.executable, *map(str, program)]
        self.process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def tell(self, *order):
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def answer(self):
        return json.loads(self.process.stdout.readline())

    def ask(self, *order):
        self.tell(*order)
        return self.answer()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(LIMIT_S)
        self.process.stdin.close()
        self.process.stdout.close()

    def end(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            self.process.wait(LIMIT_S)
            self.process.stdout.close()


class PhoneProcess(BoxProcess):
    """The handheld in its namespace; it is asked like a box."""

    def __init__(self, lan):
        self.lan, self.number = lan, HAND
        self.run(PHONE, json.dumps({n: lan.address(n) for n in BOXES}))


class Site:
    """The boxes and their LAN."""

    def __init__(self, lan, folder):
        self.lan, self.t, self.entered = lan, NOW, Counter()
        self.boxes = {n: BoxProcess(lan, n, folder / f"box{n}") for n in BOXES}
        self.phone, self._beaten = PhoneProcess(lan), (0.0, set())
        for process in self.everybody():
            assert process.answer() == "ready"

    def everybody(self):
        return [*self.boxes.values(), self.phone]

    def show(self, serial):
        """Show copies of a ticket everywhere at once; return the reasons by box."""
        self.t += 4  # the day has two hours left
        for box in self.boxes.values():
            box.tell("scan", box.lane, code(serial), self.t)
        self.phone.tell("scan", serial, self.t)
        answers = {process.number: process.answer() for process in self.everybody()}
        self._beaten = (0.0, set())
        self.entered[serial] += sum(answer["admit"] for answer in answers.values())
        return {n: answer["reason"] for n, answer in answers.items()}

    def connect(self, groups):
        for process in self.everybody():
            process.ask("unsettled")
        self.lan.connect(*groups)
        self._beaten = (0.0, set())

    def wait_until_noticed(self, groups):
        """Wait until each box hears those of its group only, and knows what they know.

        From then on a machine that stands still for a while does not look like another cut.
        """
        try:
            wait_for(lambda: all(self._noticed(group) for group in groups))
        except AssertionError as err:
            raise AssertionError(groups, self._seen()) from err
        for group in groups:
            for process in self.everybody():
                if process.number in group:
                    process.ask("settled", group)

    def _seen(self):
        """What everybody knows, for whoever has to find out why it is not all."""
        told = {n: (box.ask("peers")["peers"], box.ask("knows")) for n, box in self.boxes.items()}
        return told, self.phone.ask("beat"), len(self.phone.ask("facts")["facts"])

    def _noticed(self, group):
        with_phone, group = HAND in group, [number for number in group if number != HAND]
        for number in group:
            peers = self.boxes[number].ask("peers")["peers"]
            if {int(n) for n, peer in peers.items() if peer["alive"]} != set(group) - {number}:
                return False
        if with_phone and self.phone_reaches() != set(group):
            return False
        known = [self.boxes[number].ask("knows") for number in group]
        told = [*group, DEVICE] if with_phone else group
        heads = [tuple(one.get(str(number)) for number in told) for one in known]
        return len(set(heads)) <= 1

    def phone_reaches(self):
        """Boxes that answer the handheld; asked as seldom as their port allows."""
        now = time.monotonic()
        if now - self._beaten[0] > BEAT_S:
            self._beaten = (now, set(self.phone.ask("beat")))
        return self._beaten[1]

    def restart(self, number):
        """`kill -9`, and start again with the same data."""
        self.t += 10  # what was shown before is not the same scan
        self._beaten = (0.0, set())
        self.boxes[number].kill()
        self.boxes[number].start()
        assert self.boxes[number].answer() == "ready"


@pytest.fixture
def site(tmp_path):
    try:
        with namespaces.lan((*BOXES, HAND)) as lan:
            made = Site(lan, tmp_path)
            try:
                yield made
            finally:
                for process in made.everybody():
                    process.end()
    except namespaces.NoNamespaces as err:
        pytest.fail(str(err))


def random_groups(rng):
    """Cut the LAN into two, three or four parts."""
    parts = rng.randint(2, 4)
    while True:
        of = [rng.randrange(parts) for _ in BOXES]
        groups = [[b for b, p in zip(BOXES, of, strict=True) if p == n] for n in range(parts)]
        if sum(map(bool, groups)) > 1:
            # the handheld is in the network of some boxes, or in none
            groups = [group for group in groups if group] + [[]]
            rng.choice(groups).append(HAND)
            return [group for group in groups if group]


def test_copies_at_all_entrances_while_the_lan_is_cut_and_healed(site):
    rng, serial = random.Random(SEED), 0
    everybody = [*BOXES, HAND]
    site.wait_until_noticed([everybody])
    for phase in range(PHASES):
        whole = phase % 2 == 0
        groups = [everybody] if whole else random_groups(rng)
        site.connect(groups)
        sharp = not whole and rng.random() < 0.3
        if not sharp:
            site.wait_until_noticed(groups)
        # who has not noticed the cut yet is a group of its own
        bound = len(everybody) if sharp else len(groups)
        fresh = range(serial + 1, serial + 1 + SHOWN)
        serial += SHOWN
        for number in fresh:
            reasons = site.show(number)
            assert 1 <= site.entered[number] <= bound, (SEED, phase, groups, reasons)
        if whole:
            # also those of earlier phases, and after a box has lost its memory
            site.restart(rng.choice(BOXES))
            site.wait_until_noticed(groups)
            for number in rng.sample(range(1, serial + 1), min(SHOWN, serial)):
                assert not set(site.show(number).values()) & {"OK"}
    assert_all_found(site)


def assert_all_found(site):
    """The server gets everything at last, and names every entry too many."""
    resolution = pure_resolution()
    found = []
    for process in site.everybody():
        report = process.ask("facts")
        found += [
            resolution.GateFact(
                process.number, 1, report["epoch"], fact["seq"], fact["kind"],
                datetime.fromtimestamp(fact["t"] / 1000, timezone.utc), fact["lane"], fact["zone"],
                fact["uid"], fact["pax"], fact["op"], fact["mode"],
            )
            for fact in report["facts"]
            if fact["kind"] in ("reserved", "released")
        ]  # fmt: skip
    degraded = {fact.uid for fact in found if fact.mode == "degraded"}
    for serial, entered in site.entered.items():
        name = f"{uid(serial):016x}"
        passages = resolution.passages([f for f in found if f.uid == name and f.zone == ZONE], [])
        uses = resolution.resolve(1, 0, passages).uses
        assert len(uses) == 1
        assert sum(passage.demand for passage in passages) == entered
        # an entry too many happened only where somebody said that it could
        assert entered == 1 or name in degraded


def pure_resolution():
    """Import the write-back of the server without Odoo."""
    addon = sys.modules.setdefault("gate_addon", types.ModuleType("gate_addon"))
    addon.__path__ = [str(Path(__file__).resolve().parents[2] / "scenic_gate_iot")]
    return importlib.import_module("gate_addon.tools.resolution")


def test_refunds_and_returned_passages_spread_without_a_server(site):
    site.wait_until_noticed([[*BOXES, HAND]])
    site.boxes[1].ask("list", [ticket_row(901, state="void")], 40)
    box = site.boxes[2]
    assert box.ask("release", "L2", code(902), NOW + 60)["reason"] == "OK"
    site.wait_until_noticed([[*BOXES, HAND]])
    # box 1 alone hears from the server that 901 was refunded; no box had the ticket before
    assert set(site.show(901).values()) == {"E_REVOKED"}
    assert list(site.show(902).values()).count("OK") == 1
