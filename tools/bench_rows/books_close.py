"""day-close: the four-way match, checks and signature of a day at the size of the day proof."""

import time

from scenic_park.bench import Row, median

REPEATS = 3


def close_day(env, tickets: int, uses: int) -> Row:
    """Return the seconds from "Compute Again" to the signed day; each time it is opened again."""
    company = env.ref("base.main_company")
    day = env.ref("yunlu.site_yunlu")._today()
    closes = env["scenic.day.close"].with_company(company)
    close = closes.create({"company_id": company.id, "day": day})
    times = []
    for _repeat in range(REPEATS):
        close._refresh()
        waiting = close.difference_ids.filtered(lambda row: row.state == "open")
        waiting._explain("measured")
        env.flush_all()
        started = time.perf_counter()
        obstacles = close._close()
        env.flush_all()
        times.append(time.perf_counter() - started)
        if obstacles:
            raise AssertionError(f"the day did not close: {obstacles[:3]}")
        if close._signature_problem():
            raise AssertionError("the day is closed and not well signed")
        close = close._reopen("measured")
    detail = {
        "uses_of_the_day": uses,
        "differences": len(close.difference_ids),
        "contains": "match of four counts, every check, the proof with every ticket, signature",
    }
    return Row("day-close", "s", median(times), None, 20.0, tickets, detail)
