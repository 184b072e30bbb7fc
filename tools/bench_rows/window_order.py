"""window-order: an order of four tickets from a POS to stored tickets, beside plain products.

window-order-signed: tickets that the window has signed itself, as windows do; the server checks
them.

window-order-peer: the same order beside the one with which Odoo's own pos_event sells four tickets
of an event, each system in a database of its own.
"""

import time

from scenic_park import server
from scenic_park.bench import Bench, Row, interleaved, median
from scenic_park.processor import Meter

from .event_peer import EventWindow, prepare_event
from .orders import PRICE, Till, order
from .window_codes import WindowCodes

ROWS = ("window-order", "window-order-signed", "window-order-peer")
PEER = "scenic_bench_event"
TICKETS = 4
REPEATS = 3
WARM = 5


def measure(bench: Bench) -> list[Row]:
    orders = bench.size(60, 10)
    with bench.park() as name, bench.stock(PEER, "pos_event") as peer_name:
        with bench.environment(name) as env:
            plain = _plain_product(env)
        with bench.environment(peer_name) as env:
            event = prepare_event(env)
        with bench.server(name) as ours, bench.server(peer_name) as stock:
            window = Window(ours[0], plain, Meter(ours[1].process.pid, name))
            peer = EventWindow(stock[0], event, Meter(stock[1].process.pid, peer_name))
            works = {
                "tickets": lambda count=orders: window.sell(window.ticket, count),
                "signed": lambda count=orders: window.sell(window.ticket, count, signed=True),
                "plain": lambda count=orders: window.sell(plain, count),
                "event": lambda count=orders: peer.sell(TICKETS, count),
            }
            for work in works.values():
                work(WARM)
            cpu = interleaved(works, REPEATS)
            unsigned = window.unsigned()
            sold = window.admin.call("scenic.ticket", "search_count", [])
            registered = peer.registered()
    expected = (orders * REPEATS + WARM) * TICKETS
    if (sold, unsigned, registered) != (2 * expected, expected, expected):
        raise AssertionError(
            f"{sold} tickets ({unsigned} signed by the server) and {registered} registrations were "
            f"made, not {expected} of each kind"
        )
    detail = {
        "what": "processor time of workers and PostgreSQL for sync_from_ui",
        "tickets_per_order": TICKETS,
        "floor": "the same order of a plain service product",
    }
    beside = detail | {"floor": "the same order in stock pos_event, in a database of its own"}
    names = ("tickets", "signed", "plain", "event")
    figure, signed, floor, event_cpu = (median(cpu[name]) for name in names)
    return [
        Row("window-order", "ms CPU", figure, floor, 1.5, orders, detail),
        Row("window-order-signed", "ms CPU", signed, floor, 1.5, orders, detail),
        Row("window-order-peer", "ms CPU", figure, event_cpu, 1.0, orders, beside),
    ]


def _plain_product(env) -> int:
    """Make a service that costs what a ticket costs."""
    ticket = env.ref("yunlu.ticket_adult")
    vals = {
        "name": "Guided walk",
        "type": "service",
        "list_price": PRICE,
        "taxes_id": ticket.taxes_id.ids,
        "categ_id": ticket.categ_id.id,
        "available_in_pos": True,
    }
    return env["product.product"].create(vals).id


class Window:
    """One opened window whose browser is replaced by the calls that it makes."""

    def __init__(self, address: server.Address, plain: int, meter: Meter):
        self.meter = meter
        self.user = server.User(address, "window", "window")
        self.admin = server.User(address, "admin", "admin")
        template = self.admin.id_of("yunlu.ticket_adult")
        self.ticket = self._product([("product_tmpl_id", "=", template)])["id"]
        window = self.admin.id_of("yunlu.window_south_1")
        self.till = Till(
            session=self._open(window),
            user=self.user.uid,
            method=self.admin.id_of("yunlu.pay_wechat"),
            taxes=self._product([("id", "=", plain)])["taxes_id"],
        )
        # the park's clock is eight hours ahead of UTC
        self.visit = {"visit_date": time.strftime("%Y-%m-%d", time.gmtime(time.time() + 8 * 3600))}

        self.codes = WindowCodes(self.user, window, template)

    def _product(self, domain: list) -> dict:
        return self.admin.search("product.product", domain, ["taxes_id"])[0]

    def _open(self, config: int) -> int:
        self.user.call("pos.config", "open_ui", [config])
        domain = [("config_id", "=", config), ("state", "!=", "closed")]
        session = self.user.search("pos.session", domain, ["id"])[0]["id"]
        self.user.call("pos.session", "set_opening_control", [session], 0, "")
        return session

    def unsigned(self) -> int:
        """Return how many tickets the server signed itself."""
        others = [("kid", "!=", self.codes.certificate["kid"])]
        return self.admin.call("scenic.ticket", "search_count", others)

    def sell(self, product: int, count: int, signed: bool = False) -> float:
        """Send paid orders; return the milliseconds of processor time of one."""
        data = self.visit if product == self.ticket else None
        orders = [
            order(
                self.till,
                product,
                TICKETS,
                self.codes.line(self.visit, TICKETS) if signed else data,
            )
            for _order in range(count)
        ]
        with self.meter as meter:
            for paid in orders:
                self.user.call("pos.order", "sync_from_ui", [paid])
        return meter.seconds / count * 1000
