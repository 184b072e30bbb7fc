"""What managers and accountants open or press once the park is years old.

gate-day: the passages of the last week by lane, with millions of facts behind them.
breakage-ahead: expected breakage of one run, over a million tickets that one curve is about.
settlement: a million passages of one partner, from the draft to the posted bill with its list.
"""

import time
from datetime import timedelta

from scenic_park import databases
from scenic_park.bench import Bench, Row, median

from . import bulk
from .books import Day

ROWS = ("gate-day", "breakage-ahead", "settlement")
REPEATS = 3
LANES = 12
USES = 2_000


def measure(bench: Bench) -> list[Row]:
    facts, many = bench.size(3_000_000, 30_000), bench.size(1_000_000, 20_000)
    with bench.park() as name:
        with bench.environment(name) as env:
            _first_fact(env)
        _fill_facts(name, facts)
        with bench.environment(name) as env:
            yield _gate_day(env, facts)
    with bench.park() as name:
        with bench.environment(name) as env:
            _agree(env)
            day = Day(env)
            day.sell(USES)
            day.use()
            day.close()
        bulk.fill_tickets(name, many - USES)
        _balance(name)
        with bench.environment(name) as env:
            yield _breakage(env, many)
        _fill_passages(name, many)
        with bench.environment(name) as env:
            yield _settlement(env, many)


# ----------------------------------------------------------------------------------------------


def _first_fact(env) -> None:
    box = env["scenic.box"].search([], limit=1) or env["scenic.box"].create(
        {"name": "Bench", "site_id": env.ref("yunlu.site_yunlu").id}
    )
    env.cr.execute(
        "INSERT INTO scenic_gate_fact (box_id, epoch, seq, kind, happened_at, received_at, lane,"
        " zone, pax, op, mode, clock, hash, verdict)"
        " VALUES (%s, 'bench', 0, 'reserved', now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC',"
        " 'L0', 'PARK', 1, 'op', 'online', 'ok', repeat('0', 64), 'redeemed')",
        [box.id],
    )


def _fill_facts(name: str, count: int) -> None:
    """Give the box the facts of more than a year: a scan and its passage every few seconds."""
    with databases.connect(name) as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SELECT max(id) + 1 FROM scenic_gate_fact")
        (first,) = cursor.fetchone()
        back = f"({count} - n) * interval '{400 * 86400 / count} seconds'"
        changed = {
            "seq": "n",
            "kind": "(ARRAY['reserved', 'passed', 'refused'])[n %% 3 + 1]",
            "happened_at": f"t.happened_at - {back}",
            "received_at": f"t.received_at - {back}",
            "lane": f"'L' || n %% {LANES}",
        }
        bulk.clone(connection, cursor, "scenic_gate_fact", changed, (count, 1), first)
        cursor.execute("VACUUM ANALYZE scenic_gate_fact")


def _gate_day(env, facts: int) -> Row:
    days = env["scenic.gate.day"]
    today = env.ref("yunlu.site_yunlu")._today()
    week = [("day", ">=", today - timedelta(7))]
    names = ["day", "lane", "reserved", "confirmed", "refused"]
    times = []
    for _repeat in range(REPEATS):
        env.invalidate_all()
        started = time.perf_counter()
        rows = days.search_fetch(week, names, limit=80)
        days.search_count(week)
        times.append(time.perf_counter() - started)
        if len({row.lane for row in rows}) != LANES:
            raise AssertionError("not every lane has a row")
    started = time.perf_counter()
    everything = days._read_group([], ["day:month"], ["reserved:sum"])
    detail = {
        "contains": "the list as it opens: the last 7 days",
        "all_days_s": round(time.perf_counter() - started, 2),
        "months": len(everything),
    }
    return Row("gate-day", "s", median(times), None, 1.0, facts, detail)


# ----------------------------------------------------------------------------------------------


def _agree(env) -> None:
    """A partner gets a tenth of everything, and breakage is taken ahead."""
    company = env.ref("base.main_company")
    company.scenic_breakage_method = "proportional"
    partner = env["res.partner"].create({"name": "Bench Ropeway"})
    env["scenic.share"].create(
        {
            "company_id": company.id,
            "partner_id": partner.id,
            "basis": "percent",
            "percent": 10.0,
            "treatment": "principal",
            "date_from": "2020-01-01",
        }
    )


def _balance(name: str) -> None:
    """Let the other side of the entry have what the copied tickets cost."""
    with databases.connect(name) as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "UPDATE account_move_line a SET debit = a.debit + m.off, balance = a.balance + m.off"
            " FROM (SELECT move_id, -sum(balance) AS off,"
            "              min(id) FILTER (WHERE debit > 0) AS id"
            "         FROM account_move_line GROUP BY move_id HAVING sum(balance) <> 0) m"
            " WHERE a.id = m.id"
        )


def _breakage(env, tickets: int) -> Row:
    company = env.ref("base.main_company")
    day = env["scenic.recognition"]._today(company)
    product = env.ref("yunlu.ticket_adult").product_variant_id
    channel = env["scenic.ticket"].search([], order="id desc", limit=1).channel_id
    env["scenic.breakage.curve"].sudo().create(
        {
            "company_id": company.id,
            "product_id": product.id,
            "channel_id": channel.id,
            "state": "approved",
            "date_from": day - timedelta(1),
            "rate": 0.05,
            "verdict": "ok",
        }
    )
    env.flush_all()
    recognition = env["scenic.recognition"]
    own = {"s": 0.0}
    plain = type(recognition)._breakage_lines

    def timed(self):
        started = time.perf_counter()
        lines = plain(self)
        own["s"] += time.perf_counter() - started
        return lines

    type(recognition)._breakage_lines = timed
    started = time.perf_counter()
    try:
        batch = recognition.with_company(company)._run(company)
    finally:
        type(recognition)._breakage_lines = plain
    whole = time.perf_counter() - started
    if not batch.breakage_ahead:
        raise AssertionError("nothing was taken ahead")
    detail = {"run_s": round(whole, 2), "uses": USES, "pools": len(batch.breakage_line_ids)}
    return Row("breakage-ahead", "s", own["s"], None, 10.0, tickets, detail)


# ----------------------------------------------------------------------------------------------


def _fill_passages(name: str, count: int) -> None:
    """Accrue many passages: copies of the newest event and of its share line."""
    with databases.connect(name) as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SELECT max(id) + 1 FROM scenic_revenue_event")
        (event,) = cursor.fetchone()
        changed = {
            "redemption_id": "NULL",
            "happened_at": "t.happened_at - (n %% 30) * interval '1 day'",
            "day": "t.day - n %% 30",
        }
        bulk.clone(connection, cursor, "scenic_revenue_event", changed, (count, 1), event)
        cursor.execute("SELECT max(id) + 1 FROM scenic_share_line")
        (line,) = cursor.fetchone()
        changed = {"event_id": f"{event} + n - 1", "day": "t.day - n %% 30"}
        bulk.clone(connection, cursor, "scenic_share_line", changed, (count, 1), line)
        cursor.execute("VACUUM ANALYZE scenic_revenue_event, scenic_share_line")


def _settlement(env, lines: int) -> Row:
    env = env(user=env.ref("base.user_admin").id)
    company = env.ref("base.main_company")
    partner = env["res.partner"].search([("name", "=", "Bench Ropeway")], limit=1)
    today = env["scenic.recognition"]._today(company)
    steps = {}

    def step(name, work):
        started = time.perf_counter()
        done = work()
        env.flush_all()
        steps[name] = round(time.perf_counter() - started, 2)
        return done

    settlement = step(
        "collect",
        lambda: env["scenic.settlement"].create(
            {
                "company_id": company.id,
                "partner_id": partner.id,
                "date_from": today - timedelta(60),
                "date_to": today,
            }
        ),
    )
    step("confirm", settlement.action_confirm)
    step("bill", settlement.action_bill)
    settlement.move_id.invoice_date = today
    step("post", settlement.move_id.action_post)
    if settlement.state != "billed" or settlement.passage_count < lines:
        raise AssertionError(f"{settlement.state} with {settlement.passage_count} lines")
    steps["page"] = 0.0
    step("page", lambda: settlement._own_passages(80, 0))
    detail = {**steps, "list_mb": round(settlement.attachment_id.file_size / 1e6, 1)}
    whole = sum(steps.values())
    return Row("settlement", "s", whole, None, 180.0, settlement.passage_count, detail)
