"""write-back: what boxes report, in batches of 500 facts, into an empty and a full ledger."""

import json

from scenic_park import databases, load
from scenic_park.bench import Bench, Row, interleaved, median
from scenic_park.processor import Meter

from . import bulk, gate

ROWS = ("write-back-empty", "write-back-full")
BATCH = 500  # facts: 250 passages, each reserved and passed
PASSAGES = BATCH // 2
REPEATS = 3
USES_EACH = 5  # in the full ledger: five uses of each ticket


def measure(bench: Bench) -> list[Row]:
    batches = bench.size(20, 4)
    filled = bench.size(5_000_000, 100_000)
    with bench.park() as name:
        with bench.environment(name) as env:
            token = gate.pair(env)
            # one set is reported by the box, an equal one is inserted by the floor
            tickets = gate.issue(env, 2 * (2 * REPEATS * batches + 4) * PASSAGES)
        stock = iter(tickets)
        rows = []
        with bench.server(name) as (address, server):
            desk = Desk(name, address.http, Meter(server.process.pid, name), token, stock)
            desk.report(2)
            rows.append(desk.measure("write-back-empty", batches, 0))
            bulk.fill_ledger(name, filled, USES_EACH)
            desk.report(2)
            rows.append(desk.measure("write-back-full", batches, filled))
        return rows


class Desk:
    """A server that a box reports to, and the same rows inserted without it."""

    def __init__(self, name: str, port: int, meter: Meter, token: str, stock):
        self.name = name
        self.port = port
        self.meter = meter
        self.stock = stock
        self.chain = gate.Chain(token)
        self.cpu: list[float] = []

    def _take(self) -> list[gate.Ticket]:
        return [next(self.stock) for _ticket in range(PASSAGES)]

    def report(self, batches: int) -> float:
        """Send batches over HTTP; return the milliseconds of a batch."""
        sets = [list(self.chain.passages(self._take())) for _batch in range(batches)]
        with self.meter as meter:
            answers = load.run(self.port, (self.chain.report(batch) for batch in sets), 1)
        for answer in answers:
            if answer.status != 200:
                raise AssertionError(f"a batch was answered with {answer.status}: {answer.body}")
        if json.loads(answers[-1].body)["acked_to"] != self.chain.seq:
            raise AssertionError("not all facts were acknowledged")
        self.cpu.append(meter.seconds / batches * 1000)
        return median(answer.seconds * 1000 for answer in answers)

    def insert(self, batches: int) -> float:
        """Insert rows like those of the last reports in bulk; return the milliseconds."""
        with databases.connect(self.name) as connection:
            copies = [
                bulk.passages_like_last(connection, self._take()) for _batch in range(batches)
            ]
            return median(bulk.timed_insert(connection, copy) for copy in copies)

    def measure(self, row: str, batches: int, filled: int) -> Row:
        self.cpu.clear()
        times = interleaved(
            {"report": lambda: self.report(batches), "floor": lambda: self.insert(batches)},
            REPEATS,
        )
        figure, floor = median(times["report"]), median(times["floor"])
        detail = {
            "redemptions_before": filled,
            "facts_per_batch": BATCH,
            "redemptions_per_batch": PASSAGES,
            "facts_per_s": round(BATCH / figure * 1000),
            "cpu_ms": round(median(self.cpu), 1),
            "floor": "the same rows of both tables by INSERT … SELECT FROM unnest, one commit",
        }
        return Row(row, "ms a batch", figure, floor, 6.0, batches * BATCH, detail)
