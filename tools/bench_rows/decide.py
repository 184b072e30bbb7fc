"""decide: one decision about a ticket whose rule asks for everything there is, at every gate."""

import sys
import time
from datetime import datetime
from zoneinfo import ZoneInfo

from scenic_park.bench import Bench, Row, interleaved, median
from scenic_tools import paths

ROWS = ("decide",)
TZ = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 9, 21, 11, tzinfo=TZ).timestamp()
AREAS = [f"AREA{number:02}" for number in range(12)]
PAX = 3


def measure(bench: Bench) -> list[Row]:
    handlers = str(paths.ROOT / "scenic_ticketing" / "iot_handlers")
    if handlers not in sys.path:
        sys.path.insert(0, handlers)
    from scenic_rules.passage import decide

    count = bench.size(20_000, 2_000)
    question = _question()
    answer = decide(*question)
    if answer.reason.value != "OK" or not answer.admit:
        raise AssertionError(f"every check has to be passed, but: {answer.reason}")

    def once() -> float:
        taken = []
        for _ in range(count):
            started = time.perf_counter_ns()
            decide(*question)
            taken.append(time.perf_counter_ns() - started)
        return median(taken) / 1000

    figure = median(interleaved({"decide": once})["decide"])
    about = {
        "zones": len(AREAS),
        "closed_dates": len(question[1].blackout),
        "checks": "all, each passed",
    }
    return [Row("decide", "µs", figure, None, 200.0, count, about)]


def _question() -> tuple:
    """A group's pass for a dozen areas, used in nine of them; nothing is left unrestricted."""
    from scenic_rules.site_time import day_at
    from scenic_rules.views import GateView, History, ZoneUse

    today = day_at(NOW, TZ)
    use = ZoneUse(PAX, NOW - 7200, NOW - 3600, today, PAX)
    others = tuple((area, use) for area in AREAS if area not in ("AREA03", *AREAS[9:]))
    history = History(
        PAX, NOW - 7200, "L1", NOW - 3600, "L1", today, PAX, others=others, out_t=NOW - 1000
    )
    gate = GateView.at(NOW, TZ, site=1, zone="AREA03", entrance=2, lane="L2", staff=True)
    return _ticket(today), _rule(today), history, gate, NOW, PAX


def _rule(today: int):
    from scenic_rules.views import RuleView, ZoneRule

    spans = ((480, 720), (780, 1080))
    return RuleView(
        product=1,
        risk=1,
        staff_pax=2,
        class_no=0,
        entrances=0xFFFF,
        rights=tuple((area, 9) for area in AREAS),
        weekdays=0b0111111,
        blackout=tuple((today + 10 * n, today + 10 * n + 3) for n in range(-20, 21) if n),
        hours=spans,
        start_days=30,
        use_days=7,
        use_minutes=9999,
        uses_total=80,
        uses_day=20,
        interval_s=600,
        passback=True,
        grace_before_min=10,
        grace_after_min=10,
        checks=15,
        partial=False,
        zones=tuple(
            ZoneRule(
                area, 2, AREAS[0] if n else "", 300, int(n in (3, 9, 10, 11)), 2, spans, 0b0011111
            )
            for n, area in enumerate(AREAS)
        ),
    )


def _ticket(today: int):
    from scenic_rules.ticket_code import EPOCH
    from scenic_rules.views import TicketView

    return TicketView(
        uid=1 << 32 | 1,
        gen=0,
        site=1,
        product=1,
        valid_from=today - 1,
        valid_days=30,
        slot_start=32,
        slot_len=40,
        pax=PAX,
        entrances=0xFFFF,
        flags=0,
        state="valid",
        rights=tuple((area, 9 * PAX) for area in AREAS),
        iat=int(NOW) - EPOCH - 90_000,
        listed=True,
    )
