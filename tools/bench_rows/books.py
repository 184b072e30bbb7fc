"""recognition: 50,000 uses of a day into one entry; day-proof: the proof over a million tickets.

day-close: that day is matched, proved and signed, at the same size.
"""

import time

from scenic_park.bench import Bench, Row, interleaved, median

from . import books_close, bulk
from .orders import Till, order

ROWS = ("recognition", "day-proof", "day-close")
REPEATS = 3
ORDER = 500  # tickets in one order
FLOOR = (
    "SELECT origin_aml_id, SUM(net_value) FROM scenic_ticket"
    " WHERE company_id = %s AND deferred GROUP BY origin_aml_id"
)


def measure(bench: Bench) -> list[Row]:
    uses, tickets = bench.size(50_000, 2_000), bench.size(1_000_000, 20_000)
    with bench.park() as name:
        taken = []
        for _repeat in range(REPEATS):
            with bench.environment(name) as env:
                day = Day(env)
                day.sell(uses)
                day.use()
                day.close()
            with bench.environment(name) as env:
                taken.append(_recognise(env, uses))
        detail = {"entries": 1, "second_run": "changes nothing"}
        yield Row("recognition", "s", median(taken), None, 10.0, uses, detail)
        bulk.fill_tickets(name, tickets - REPEATS * uses)
        with bench.environment(name) as env:
            yield _prove(env, tickets)
        with bench.environment(name) as env:
            yield books_close.close_day(env, tickets, REPEATS * uses)


class Day:
    """A day at one window, without its browser."""

    def __init__(self, env):
        # Odoo's superuser may not open a register
        self.env = env = env(user=env.ref("base.user_admin").id)
        self.product = env.ref("yunlu.ticket_adult").product_variant_id
        config = env.ref("yunlu.window_south_1")
        config.open_ui()
        self.session = config.current_session_id
        self.session.set_opening_control(0, "")
        self.visit = {"visit_date": str(env.ref("yunlu.site_yunlu")._today())}
        self.till = Till(
            self.session.id,
            env.uid,
            env.ref("yunlu.pay_wechat").id,
            self.product.taxes_id.ids,
        )

    def sell(self, tickets: int) -> None:
        for _order in range(0, tickets, ORDER):
            paid = order(self.till, self.product.id, min(ORDER, tickets), self.visit)
            self.env["pos.order"].sync_from_ui([paid])

    def use(self) -> None:
        """Let every visitor in."""
        domain = [("pos_order_id.session_id", "=", self.session.id)]
        tickets = self.env["scenic.ticket"].search(domain).ids
        zone = self.env.ref("yunlu.zone_park").id
        use = {"zone_id": zone, "use_no": 1, "lane_code": "S1", "how": "gate"}
        use |= {"happened_at": self.env.cr.now().replace(microsecond=0)}
        for start in range(0, len(tickets), 1000):
            batch = tickets[start : start + 1000]
            self.env["scenic.redemption"]._append([use | {"ticket_id": id_} for id_ in batch])

    def close(self) -> None:
        self.session.post_closing_cash_details(0)
        answer = self.session.close_session_from_ui()
        if not answer.get("successful"):
            raise AssertionError(f"the session did not close: {answer}")


def _recognise(env, uses: int) -> float:
    """Return the seconds until the entry is posted and committed; run it again for nothing."""
    company = env.ref("base.main_company")
    started = time.perf_counter()
    batch = env["scenic.recognition"]._run(company)
    env.cr.commit()
    taken = time.perf_counter() - started
    if batch.event_count != uses or batch.move_id.state != "posted":
        raise AssertionError(f"{batch.event_count} uses were recognised, not {uses}")
    if env["scenic.recognition"]._run(company):
        raise AssertionError("the second run made another entry")
    return taken


def _prove(env, tickets: int) -> Row:
    company = env.ref("base.main_company")

    def prove() -> float:
        started = time.perf_counter()
        proof = env["scenic.proof"]._compute_proof(company)
        taken = time.perf_counter() - started
        if proof["difference"] or proof["difference_count"]:
            raise AssertionError(f"the proof does not hold: {proof['difference']}")
        return taken

    def floor() -> float:
        started = time.perf_counter()
        env.cr.execute(FLOOR, [company.id])
        env.cr.fetchall()
        return time.perf_counter() - started

    times = interleaved({"proof": prove, "floor": floor}, REPEATS)
    detail = {"floor": "sum of the tickets' values by journal item, over a covering index"}
    return Row(
        "day-proof", "s", median(times["proof"]), median(times["floor"]), 3.0, tickets, detail
    )
