"""A whole day with everything that goes wrong, drawn from a seed, against a model of the truth.

`SCENIC_SEED=7 SCENIC_SCANS=20000`: another seed, more visitors; see tools/README.md.
"""

import os
import random
import shutil
import time

import day_evidence
import day_truth
import pytest
from day_crowd import Crowd
from day_faults import Director, Trade
from day_lanes import Visit
from day_park import LANES_EACH, Park, logs, park_name
from day_sales import Windows
from scenic_park import inside, waiting
from scenic_park.children import Children
from scenic_tools import database, paths

SEEDS = os.environ.get("SCENIC_SEED") or "1,2,3"
SCANS = int(os.environ.get("SCENIC_SCANS", "800"))
EVENTS_EACH = 70  # visitors to one event


@pytest.mark.parametrize("seed", [int(seed) for seed in SEEDS.split(",")])
def test_a_day_ends_with_the_truth(seed):
    chance, name = random.Random(seed), park_name()
    folder = paths.LOCAL / "faults" / name
    try:
        with Children(logs()) as children:
            day = Day(seed, chance, Park(children, folder, name))
            try:
                day.run()
            finally:
                day.end()
            evidence = day.evidence()
            found = day_truth.problems(evidence)
            day.tell(evidence, found)
            assert not found, {check: wrong[:5] for check, wrong in found.items()}
    finally:
        inside.leave(name)
        database.drop(name)
        if not os.environ.get("SCENIC_KEEP"):
            shutil.rmtree(folder, ignore_errors=True)


class Day:
    """One day, from the first sale to the closed books."""

    def __init__(self, seed, chance, park):
        self.seed, self.park = seed, park
        # a generator for each, so that what one does next does not depend on the others' pace
        crowd, *trade, faults = (random.Random(chance.random()) for _who in range(4))
        codes = _lane_codes()
        self.crowd = Crowd(codes, crowd)
        self.windows = Windows(park, trade[0])
        self.trade = Trade(self.windows, self.crowd, trade)
        self.director = Director(park, self.crowd, faults)
        self.began = self.mark = time.monotonic()
        self.took = {}
        self.director.say = self.say

    def say(self, text):
        print(f"  {time.monotonic() - self.began:6.1f} s  {text}", flush=True)

    def run(self):
        self.crowd.start()
        self.park.build(self.crowd.lanes)
        self.crowd.box_of = self.park.box_of
        self.park.start()
        self.windows.open()
        self._mark("opening")
        self.trade.start()
        self._until_ready()
        self.director.run(SCANS, max(8, SCANS // EVENTS_EACH))
        self._mark("day")
        self._heal()
        self._mark("healing")

    def _until_ready(self):
        for lane in self.crowd.lanes:
            waiting.until(lambda lane=lane: lane.scanner.ready, f"lane {lane.code} is up")

    def _heal(self):
        self.park.heal()
        self.trade.stop()
        self.say("healed")
        self._everybody_gets_in()
        self.trade.finish()
        self.say("uploaded")
        for box in self.park.boxes:
            waiting.until(
                lambda box=box: not day_evidence.unsent(box), f"box {box.number} has told all"
            )
            box.stop()
        self.say("told")
        assert not self.windows.refused, self.windows.refused[:3]
        self.windows.close()

    def _everybody_gets_in(self):
        """After all that, every lane lets a good ticket in."""
        for lane in self.crowd.lanes:
            self._until_ready()
            waiting.until(lambda lane=lane: self._gets_in(lane), f"lane {lane.code} lets in")

    def _gets_in(self, lane):
        ticket = self.windows.sell(1)[0]
        self.trade.sold.append(ticket)
        visit = Visit(lane.code, ticket.uid, ticket.code, [True] * ticket.persons, "last")
        self.crowd.call(self.crowd.come(lane, visit, ticket)).result(180)
        return visit.walked == ticket.persons

    def end(self):
        self.crowd.stop()
        self.park.stop()

    def evidence(self):
        evidence = day_evidence.collect(self.park, self.crowd, self.trade.sold)
        self._mark("proof")
        return evidence

    def _mark(self, what):
        now = time.monotonic()
        self.took[what] = round(now - self.mark, 1)
        self.mark = now

    def tell(self, evidence, found):
        """Print the seed and what happened; whoever looks at a failure begins here."""
        surplus = sum(i["persons"] for i in evidence.incidents if i["kind"] in day_truth.SURPLUS)
        print(f"\nseed {self.seed}: {len(self.crowd.visits)} scans, seconds {self.took}")
        print(f"  visitors {dict(self.crowd.counts)}")
        print(f"  events {dict(self.director.done)}")
        print(f"  trade {dict(self.trade.done)}")
        print(
            f"  {len(evidence.journals)} facts, {sum(evidence.ledger.values())} uses, "
            f"{surplus} persons without a right in {len(evidence.incidents)} open incidents"
        )
        alone = sum(fact["mode"] == "degraded" for fact in evidence.journals)
        print(f"  {alone} facts of boxes that reached no owner of a ticket")
        for check, wrong in found.items():
            print(f"  WRONG {check}: {len(wrong)}, for example {wrong[0]}")
        for line in day_truth.timeline(evidence, found):
            print(f"  {line}")


def _lane_codes():
    return [f"D{box}{lane}" for box in range(1, 5) for lane in range(1, 1 + LANES_EACH)]
