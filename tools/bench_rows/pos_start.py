"""pos-load, pos-start: opening a window that sells 200 products over 5,000 time slots.

pos-load: processor time of the server for the data of the window. pos-start: seconds from the
address to the products on the screen, in Chromium with nothing cached. The floor is stock Odoo with
as many products, in a database of its own.
"""

import time
from datetime import timedelta

from scenic_park import browser, databases, inside, server
from scenic_park.bench import Bench, Row, interleaved, median
from scenic_park.processor import Meter
from scenic_tools import database, paths

from .orders import PRICE

ROWS = ("pos-load", "pos-start")
PRODUCTS, SLOTS = 200, 5_000
PARK, STOCK = "scenic_bench_start", "scenic_bench_start_stock"
REPEATS = 5
LIMIT = 60_000  # milliseconds until the products have to be there
SHOWN = ".product-screen .product-list article.product"


def measure(bench: Bench) -> list[Row]:
    repeats = bench.size(REPEATS, 3)
    database.copy(databases.template(bench.odoo_version), PARK)
    try:
        with bench.stock(STOCK) as stock_name:
            with bench.environment(PARK) as env:
                ours = _prepare_park(env)
            with bench.environment(stock_name) as env:
                stock = _prepare_stock(env)
            _build_assets(stock_name)
            return list(_compare(bench, stock_name, ours, stock, repeats))
    finally:
        inside.leave(PARK)
        database.drop(PARK)


def _compare(bench: Bench, stock_name: str, ours: dict, stock: dict, repeats: int):
    with bench.server(PARK) as one, bench.server(stock_name) as other:
        windows = {
            "scenic": Start(one[0], ours, Meter(one[1].process.pid, PARK)),
            "stock": Start(other[0], stock, Meter(other[1].process.pid, stock_name)),
        }
        shown = {name: window.products() for name, window in windows.items()}
        # each has a few products of its own: a tip, the fee of a rebooking
        if max(shown.values()) - min(shown.values()) > 5:
            raise AssertionError(f"the windows do not show as many products: {shown}")
        for window in windows.values():
            window.load()
        loads = interleaved({name: window.load for name, window in windows.items()}, repeats)
        with browser.open_browser() as chromium:
            works = {name: lambda w=window: w.start(chromium) for name, window in windows.items()}
            for work in works.values():
                work()
            starts = interleaved(works, repeats)
        sizes = {name: window.bytes for name, window in windows.items()}
    detail = {"products": PRODUCTS, "slots": SLOTS, "bytes_of_data": sizes}
    figure, floor = median(loads["scenic"]), median(loads["stock"])
    yield Row("pos-load", "ms CPU", figure, floor, 1.3, repeats, detail)
    figure, floor = median(starts["scenic"]), median(starts["stock"])
    yield Row("pos-start", "s", figure, floor, 1.3, repeats, detail)


def _build_assets(name: str) -> None:
    """Make what a browser asks for, as the park's database has it."""
    log = paths.LOCAL / "log" / f"bench-assets-{name}.log"
    script = database.PREGENERATE
    database.odoo("shell", "-d", name, "--no-http", log=log, input=script, text=True)


def _fill_up(env, vals: dict) -> None:
    """Make products until a window shows as many as wanted."""
    present = env["product.product"].search_count([("available_in_pos", "=", True)])
    env["product.product"].create(
        [{**vals, "name": f"Product {number}"} for number in range(PRODUCTS - present)]
    )


def _open(env, config, login: str) -> dict:
    user = env["res.users"].search([("login", "=", login)])
    config.with_user(user).open_ui()
    config.current_session_id.with_user(user).set_opening_control(0, "")
    return {"config": config.id, "session": config.current_session_id.id}


def _prepare_park(env) -> dict:
    """Make ticket products with prices of their own, and slots for the next half year."""
    adult = env.ref("yunlu.ticket_adult")
    site = adult.scenic_site_id
    present = env["product.template"].search_count([("available_in_pos", "=", True)])
    tickets = env["product.template"]
    for number in range(PRODUCTS - present):
        tickets |= adult.copy({"name": f"Ticket {number}", "gate_product_code": 5000 + number})
    timed = tickets[:20]
    for ticket in timed:
        ticket.entitlement_ids[0].slot_required = True
    zone = timed[0].entitlement_ids[0].zone_id
    first = site._today() + timedelta(1)
    each = 40
    env["scenic.slot"].create(
        [
            {
                "zone_id": zone.id,
                "date": first + timedelta(number // each),
                "start_minute": 480 + number % each * 15,
                "length_minute": 15,
                "capacity": 500,
            }
            for number in range(SLOTS)
        ]
    )
    _price(env, site, tickets)
    return _open(env, env.ref("yunlu.window_south_1"), "window")


def _price(env, site, tickets) -> None:
    """Add the tickets to every season of the published tariff."""
    tariff = env["scenic.tariff"].search(
        [("site_id", "=", site.id), ("state", "=", "published")], limit=1
    )
    seasons = tariff.season_ids
    env["scenic.price"].create(
        [
            {"season_id": season.id, "product_tmpl_id": ticket.id, "price": PRICE}
            for season in seasons
            for ticket in tickets
        ]
    )
    env.registry.clear_cache()


def _prepare_stock(env) -> dict:
    """Make as many plain services at a window of stock Odoo."""
    tax = env["account.tax"].create(
        {"name": "6 %", "amount": 6, "price_include_override": "tax_included"}
    )
    _fill_up(
        env,
        {
            "type": "service",
            "list_price": PRICE,
            "taxes_id": tax.ids,
            "available_in_pos": True,
        },
    )
    domain = [("type", "=", "bank"), ("company_id", "=", env.company.id)]
    journal = env["account.journal"].search(domain, limit=1)
    method = env["pos.payment.method"].create({"name": "Card", "journal_id": journal.id})
    config = env["pos.config"].create(
        {"name": "Window", "payment_method_ids": [(6, 0, method.ids)]}
    )
    groups = [env.ref(f"{name}_user").id for name in ("base.group", "point_of_sale.group_pos")]
    env["res.users"].create(
        {"name": "Cashier", "login": "window", "password": "window", "group_ids": [(6, 0, groups)]}
    )
    return _open(env, config, "window")


class Start:
    """A cashier who opens a window again and again."""

    def __init__(self, address: server.Address, window: dict, meter: Meter):
        self.address, self.window, self.meter = address, window, meter
        self.user = server.User(address, "window", "window")
        self.bytes = 0

    def products(self) -> int:
        return len(self._data()["product.template"])

    def _data(self) -> dict:
        return self.user.call("pos.session", "load_data", [self.window["session"]], [])

    def load(self) -> float:
        """Return the milliseconds of processor time that the data of the window cost."""
        with self.meter as meter:
            data = self._data()
        self.bytes = len(repr(data))
        return meter.seconds * 1000

    def start(self, chromium) -> float:
        """Return the seconds from the address to the products, in a browser without a cache."""
        context = chromium.new_context(viewport=browser.SCREEN, locale="en-US")
        login = self.user.session.cookies.get_dict()
        context.add_cookies(
            [{"name": k, "value": v, "url": self.address.url} for k, v in login.items()]
        )
        page = context.new_page()
        started = time.perf_counter()
        url = f"{self.address.url}/pos/ui/{self.window['config']}"
        page.goto(url, wait_until="commit")
        # the data is there when the window can be opened; what follows is drawing the products
        page.click(".screen-login .open-register-btn", timeout=LIMIT)
        page.wait_for_selector(SHOWN, timeout=LIMIT)
        taken = time.perf_counter() - started
        context.close()
        return taken
