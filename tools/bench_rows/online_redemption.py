"""online-redemption: one redemption over HTTP with all rules; same-ticket-16: sixteen at once."""

import json

from scenic_park import load
from scenic_park.bench import Bench, Row, interleaved, median
from scenic_park.processor import Meter

from . import gate

ROWS = ("online-redemption", "same-ticket-16")
CLIENTS = 8
REPEATS = 3
AT_ONCE = 16


def measure(bench: Bench) -> list[Row]:
    calls, rounds = bench.size(1000, 100), bench.size(20, 5)
    with bench.park() as name:
        with bench.environment(name) as env:
            token = gate.pair(env)
            tickets = iter(gate.issue(env, (calls + rounds) * REPEATS + 200))
        with bench.server(name) as (address, server):
            site = Site(address.http, Meter(server.process.pid, name), token, tickets)
            site.warm_up(200)
            return [site.redemptions(calls), site.races(rounds)]


class Site:
    """A running server and unused tickets."""

    def __init__(self, port: int, meter: Meter, token: str, tickets):
        self.port = port
        self.meter = meter
        self.token = token
        self.tickets = tickets

    def _redeem(self, count: int) -> list[load.Call]:
        return [gate.redemption(self.token, next(self.tickets)) for _call in range(count)]

    @staticmethod
    def _floor(count: int) -> list[load.Call]:
        return [load.Call("/scenic/bench/floor", b"x" * 300, {}) for _call in range(count)]

    def warm_up(self, count: int) -> None:
        load.run(self.port, self._redeem(count), CLIENTS)
        load.run(self.port, self._floor(count), CLIENTS)

    def redemptions(self, count: int) -> Row:
        waits = {"redemption": [], "floor": []}

        def work(name: str, calls: list[load.Call]) -> float:
            with self.meter as meter:
                answers = load.run(self.port, calls, CLIENTS)
            _all_good(name, answers)
            waits[name] += [answer.seconds * 1000 for answer in answers]
            return meter.seconds / count * 1000

        cpu = interleaved(
            {
                "redemption": lambda: work("redemption", self._redeem(count)),
                "floor": lambda: work("floor", self._floor(count)),
            },
            REPEATS,
        )
        detail = {"what": "processor time of workers and PostgreSQL", "clients": CLIENTS}
        detail |= {
            f"{name}_{label}_ms": round(load.percentile(waits[name], share), 2)
            for name in waits
            for label, share in (("median", 0.5), ("p99", 0.99))
        }
        figure, floor = median(cpu["redemption"]), median(cpu["floor"])
        return Row("online-redemption", "ms CPU", figure, floor, 2.0, count, detail)

    def races(self, rounds: int) -> Row:
        """Show one ticket at sixteen lanes at the same moment, again and again."""

        def work() -> float:
            waits = []
            for _round in range(rounds):
                ticket = next(self.tickets)
                calls = [gate.redemption(self.token, ticket) for _lane in range(AT_ONCE)]
                answers = load.at_once(self.port, calls)
                reasons = [json.loads(answer.body)["reason"] for answer in answers]
                if reasons.count("OK") != 1:
                    raise AssertionError(f"one ticket was admitted {reasons.count('OK')} times")
                waits += [answer.seconds * 1000 for answer in answers]
            return load.percentile(waits, 0.99)

        p99 = interleaved({"race": work}, REPEATS)["race"]
        detail = {"what": "p99 of the answer", "rounds": rounds * REPEATS, "admitted_each": 1}
        return Row("same-ticket-16", "ms", median(p99), None, 100.0, rounds * AT_ONCE, detail)


def _all_good(name: str, answers: list[load.Answer]) -> None:
    for answer in answers:
        if answer.status != 200:
            raise AssertionError(f"{name} was answered with {answer.status}: {answer.body[:200]}")
        if name == "redemption" and json.loads(answer.body)["reason"] != "OK":
            raise AssertionError(f"a good ticket was refused: {answer.body[:200]}")
