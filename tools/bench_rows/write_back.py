"""write-back: what boxes report, in batches of 500 facts, into an empty and a full ledger."""

import json

from scenic_park import databases, load
from scenic_park.bench import Bench, Row, interleaved, median
from scenic_park.processor import Meter

from . import bulk, gate

ROWS = ("write-back-empty", "write-back-full")
BATCH = 500  # facts: 250 passages, each reserved and passed
PASSAGES = BATCH // 2
USES_EACH = 5  # in the full ledger: five uses of each ticket


def measure(bench: Bench) -> list[Row]:
    batches = bench.size(60, 12)
    filled = bench.size(5_000_000, 100_000)
    with bench.park() as name:
        with bench.environment(name) as env:
            token = gate.pair(env)
            # one set is reported by the box, an equal one is inserted by the floor
            tickets = gate.issue(env, 2 * (2 * batches + 2) * PASSAGES)
        stock = iter(tickets)
        rows = []
        with bench.server(name) as (address, server):
            desk = Desk(name, address.http, Meter(server.process.pid, name), token, stock)
            desk.report()
            rows.append(desk.measure("write-back-empty", batches, 0))
            bulk.fill_ledger(name, filled, USES_EACH)
            desk.report()
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
        self._catch_up()

    def _catch_up(self) -> None:
        """Take the tickets and the configuration aboard: what is measured is the way up."""
        more = True
        while more:
            (answer,) = load.run(self.port, [self.chain.report([])], 1)
            more = self.chain.received(json.loads(answer.body))

    def _take(self) -> list[gate.Ticket]:
        return [next(self.stock) for _ticket in range(PASSAGES)]

    def report(self) -> float:
        """Send one batch over HTTP; return the milliseconds until it is acknowledged."""
        call = self.chain.report(list(self.chain.passages(self._take())))
        with self.meter as meter:
            answer = load.send(self.port, call)
        if answer.status != 200 or json.loads(answer.body)["acked_to"] != self.chain.seq:
            raise AssertionError(f"a batch was answered with {answer.status}: {answer.body[:200]}")
        self.cpu.append(meter.seconds * 1000)
        return answer.seconds * 1000

    def insert(self) -> float:
        """Insert rows like those of the last report in bulk; return the milliseconds."""
        with databases.connect(self.name) as connection:
            copies = bulk.passages_like_last(connection, self._take())
            return bulk.timed_insert(connection, copies)

    def measure(self, row: str, batches: int, filled: int) -> Row:
        self.cpu.clear()
        times = interleaved(
            # batch by batch in turns
            {"report": self.report, "floor": self.insert},
            batches,
        )
        figure, floor = median(times["report"]), median(times["floor"])
        detail = {
            "redemptions_before": filled,
            "batches": batches,
            "facts_per_batch": BATCH,
            "redemptions_per_batch": PASSAGES,
            "facts_per_s": round(BATCH / figure * 1000),
            "cpu_ms": round(median(self.cpu), 1),
            "floor": "the same rows of both tables by INSERT … SELECT FROM unnest, one commit",
        }
        return Row(row, "ms a batch", figure, floor, 6.0, BATCH, detail)
