"""hot-slot: 32 windows sell the same slot at once, beside the same orders without capacity."""

import copy
import threading
import time
from datetime import timedelta

import requests
from scenic_park import server
from scenic_park.bench import Bench, Row, interleaved, median
from scenic_park.processor import Meter

from .orders import Till, order

ROWS = ("hot-slot",)
BUYERS = 32
WORKERS = 8  # so many transactions really meet at the row of the slot
REPEATS = 3
LAST_PLACES = 10


def measure(bench: Bench) -> list[Row]:
    each = bench.size(4, 1)  # orders of a buyer in one repeat
    with bench.park() as name:
        with bench.environment(name) as env:
            park = _prepare(env)
        with bench.server(name, workers=WORKERS) as (address, child):
            crowd = Crowd(address, park, Meter(child.process.pid, name))
            for product in ("timed", "plain"):
                crowd.sell(product, 1)
            seconds = interleaved(
                {name: lambda name=name: crowd.sell(name, each) for name in ("timed", "plain")},
                REPEATS,
            )
            sold = BUYERS * (1 + each * REPEATS)
            crowd.check_counters(sold)
            crowd.fight_for_the_last(sold)
    detail = {
        "what": "time from order to order of all windows together",
        "buyers": BUYERS,
        "workers": WORKERS,
        "floor": "the same orders of a ticket without a slot",
        "oversold": 0,
        "cpu_ms_per_order": {k: round(median(v), 1) for k, v in crowd.cpu.items()},
        "last_places": f"{BUYERS} buyers of {LAST_PLACES} places: {LAST_PLACES} sold, "
        f"{BUYERS - LAST_PLACES} sold out, nothing else",
    }
    figure, floor = median(seconds["timed"]), median(seconds["plain"])
    return [Row("hot-slot", "ms", figure, floor, 1.43, BUYERS * each, detail)]


def _prepare(env) -> dict:
    """Make two equal ticket products, one with a slot, and 32 opened windows; returns their ids."""
    ticket = env.ref("yunlu.ticket_adult")
    plain, timed = (ticket.copy({"name": name}) for name in ("Plain", "Timed"))
    timed.entitlement_ids[0].slot_required = True
    site = ticket.scenic_site_id
    slot = env["scenic.slot"].create(
        {
            "zone_id": timed.entitlement_ids[0].zone_id.id,
            "date": site._today() + timedelta(1),
            "start_minute": 600,
            "length_minute": 60,
            "capacity": 1_000_000,
        }
    )
    method = env.ref("yunlu.pay_wechat")
    windows = env["pos.config"].create(
        [{"name": f"Buyer {k}", "payment_method_ids": [(6, 0, method.ids)]} for k in range(BUYERS)]
    )
    for window in windows.with_user(env.ref("base.user_admin")):
        window.open_ui()
        window.current_session_id.set_opening_control(0, None)
    return {
        "sessions": windows.mapped(lambda window: window.current_session_id.id),
        "windows": windows.ids,
        "method": method.id,
        "taxes": plain.taxes_id.ids,
        "plain": plain.product_variant_id.id,
        "timed": timed.product_variant_id.id,
        "slot": slot.id,
        "day": slot.date.isoformat(),
    }


class Crowd:
    """32 windows whose browsers are replaced by the calls that they make."""

    def __init__(self, address: server.Address, park: dict, meter: Meter):
        self.park, self.meter = park, meter
        self.admin = server.User(address, "admin", "admin")
        self.users = [self._again(self.admin) for _window in park["windows"]]
        self.cpu: dict[str, list[float]] = {"timed": [], "plain": []}

    @staticmethod
    def _again(user: server.User) -> server.User:
        """Return the same login on a connection of its own: a login costs 0.3 s."""
        twin = copy.copy(user)
        twin.session = requests.Session()
        twin.session.cookies.update(user.session.cookies)
        return twin

    def _at_once(self, work) -> list:
        """Do `work(number, user)` for all windows, started together; returns what they say."""
        barrier, answers = threading.Barrier(BUYERS), [None] * BUYERS

        def run(number: int) -> None:
            barrier.wait()
            try:
                answers[number] = work(number, self.users[number])
            except Exception as error:  # told below, in the thread of the caller
                answers[number] = error

        threads = [threading.Thread(target=run, args=[number]) for number in range(BUYERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        return answers

    def sell(self, product: str, each: int) -> float:
        """Each window sells `each` orders; returns milliseconds from order to order."""
        data = {"visit_date": self.park["day"]}
        if product == "timed":
            data["slot_id"] = self.park["slot"]
        tills = [
            Till(session, self.admin.uid, self.park["method"], self.park["taxes"])
            for session in self.park["sessions"]
        ]
        waiting = [
            [order(till, self.park[product], 1, data) for _k in range(each)] for till in tills
        ]

        def buy(number: int, user: server.User) -> None:
            for paid in waiting[number]:
                user.call("pos.order", "sync_from_ui", [paid])

        with self.meter as meter:
            started = time.perf_counter()
            self._at_once(buy)
            taken = time.perf_counter() - started
        self.cpu[product].append(meter.seconds / (BUYERS * each) * 1000)
        return taken / (BUYERS * each) * 1000

    def _slot(self) -> dict:
        fields = ["taken", "oversold", "capacity"]
        return self.admin.search("scenic.slot", [("id", "=", self.park["slot"])], fields)[0]

    def check_counters(self, sold: int) -> None:
        slot = self._slot()
        if (slot["taken"], slot["oversold"]) != (sold, 0):
            raise AssertionError(f"{sold} places were sold, but the slot says {slot}")

    def fight_for_the_last(self, sold: int) -> None:
        """All windows want one of the last places; none too many, and no other refusal."""
        self.admin.call("scenic.slot", "write", self.park["slot"], {"capacity": sold + LAST_PLACES})
        want = {
            "product_id": self.park["timed"],
            "date": self.park["day"],
            "slot_id": self.park["slot"],
            "persons": 1,
        }

        def hold(number: int, user: server.User) -> bool:
            token, window = f"last{number}", self.park["windows"][number]
            return user.call("scenic.slot", "pos_hold", token, want, window)["held"]

        got = self._at_once(hold).count(True)
        slot = self._slot()
        if got != LAST_PLACES or slot["taken"] != slot["capacity"] or slot["oversold"]:
            raise AssertionError(f"{got} of {LAST_PLACES} places were held: {slot}")
