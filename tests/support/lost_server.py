"""A ticket window in a real browser, and a server that is killed, stopped and started again."""

import contextlib
import json
import os
import signal
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, TimeoutError, sync_playwright
from scenic_park import browser, databases, inside, ports, server, waiting
from scenic_park.children import Children
from scenic_tools import database, paths, setup

LOGIN = "window_cashier"
# the paper goes to a list; the clock of the computer can be set, also for pages to come
PREPARE = """
window.scenicPapers = [];
window.print = (element) => window.scenicPapers.push(element.cloneNode(true));
{
    const RealDate = Date;
    const shift = () => Number(localStorage.getItem("test.clock") || 0);
    window.Date = class extends RealDate {
        constructor(...args) {
            args.length ? super(...args) : super(RealDate.now() + shift());
        }
        static now() {
            return RealDate.now() + shift();
        }
    };
}
"""
SIGN = ".o_scenic_network"
# what the server has of the sales of a window, by uuid
SALES = """
    SELECT o.uuid, count(DISTINCT o.id), min(o.state), count(DISTINCT t.id), count(DISTINCT p.id)
      FROM pos_order o
      LEFT JOIN scenic_ticket t ON t.pos_order_id = o.id
      LEFT JOIN pos_payment p ON p.pos_order_id = o.id
     WHERE o.uuid = ANY(%s) GROUP BY o.uuid
"""


class LostServer:
    """A server that can be taken away, with a small park and one window in its database."""

    def __init__(self, name: str, children: Children):
        self.children = children
        self.address = server.Address(name, ports.free(), ports.free())
        self.child = None
        self.window = self._make_park()

    def _make_park(self) -> int:
        with inside.environment(self.address.database) as env:
            import common_scenic

            park = common_scenic.make_park(env)
            user = common_scenic.make_user(env, LOGIN, "base.group_user", "window")
            window = common_scenic.open_window(park, user=user, scenic_auto_print=True)
            self.product = park.adult.id
            return window.id

    def start(self) -> None:
        self.child = server.start(self.children, self.address, crons=0)

    def kill(self) -> None:
        """End the server as a power cut would."""
        self.child.kill()
        self.children.forget(self.child)

    def hang(self) -> None:
        """Let the server accept connections and never answer."""
        os.killpg(self.child.process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.killpg(self.child.process.pid, signal.SIGCONT)

    def sales(self, uuids: list[str]) -> dict[str, tuple]:
        """Return {uuid: (orders, state, tickets, payments)} as stored."""
        with databases.connect(self.address.database) as connection:
            cursor = connection.cursor()
            cursor.execute(SALES, [uuids])
            return {row[0]: row[1:] for row in cursor.fetchall()}

    def query(self, sql: str, *values):
        with databases.connect(self.address.database) as connection:
            cursor = connection.cursor()
            cursor.execute(sql, values)
            return cursor.fetchall() if cursor.description else None

    def assert_sold_once(self, uuids: list[str], tickets: int = 2) -> None:
        """Each sale is there once, with its payment and its tickets; the books prove."""
        expected = {uuid: (1, "paid", tickets, 1) for uuid in uuids}
        found = waiting.until(
            lambda: (lambda now: len(now) == len(uuids) and now)(self.sales(uuids)),
            f"the server has the {len(uuids)} sales",
        )
        assert found == expected
        with inside.environment(self.address.database) as env:
            import common_scenic

            common_scenic.assert_balanced(env)


class Till:
    """The browser of one window; it may be killed, and keeps its profile."""

    def __init__(self, playwright, folder: Path, lost: LostServer):
        self.playwright, self.folder, self.lost = playwright, folder, lost
        self.context: BrowserContext = None
        self.cookies = []

    def start(self) -> None:
        program = next(filter(None, map(browser.shutil.which, browser.NAMES)))
        sandbox = [] if os.geteuid() else ["--no-sandbox"]
        self.context = self.playwright.chromium.launch_persistent_context(
            self.folder,
            executable_path=program,
            args=[*sandbox, "--disable-dev-shm-usage"],
            viewport=browser.SCREEN,
            locale="en-US",
        )
        self.context.set_default_timeout(90_000)
        self.context.add_init_script(PREPARE)
        if self.cookies:
            # a killed browser may not have written its newest cookies; a login is not our subject
            self.context.add_cookies(self.cookies)

    def log_in(self) -> None:
        page = self.context.new_page()
        page.goto(f"{self.lost.address.url}/web/login", wait_until="domcontentloaded")
        page.fill("input[name=login]", LOGIN)
        page.fill("input[name=password]", LOGIN)
        page.click("button[type=submit]")
        page.wait_for_url("**/odoo**", wait_until="commit")
        self.cookies = self.context.cookies()
        page.close()

    def open(self, path: str = "") -> "Tab":
        page = self.context.new_page()
        # a page that is left while it keeps sales asks nothing
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(self.url + path, wait_until="commit")
        return Tab(page)

    @property
    def url(self) -> str:
        return f"{self.lost.address.url}/pos/ui/{self.lost.window}"

    def kill(self) -> None:
        """End all processes of this browser at once, as a power cut would."""
        for folder in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                words = (folder / "cmdline").read_bytes().split(b"\0")
                if f"--user-data-dir={self.folder}".encode() in words:
                    os.kill(int(folder.name), signal.SIGKILL)
        with contextlib.suppress(Exception):
            self.context.close()


class Tab:
    """What a cashier does in one tab of the window."""

    def __init__(self, page: Page):
        self.page = page
        self.wait_loaded()

    def wait_loaded(self) -> None:
        """Wait until the window can sell; pass the screen that greets at the first address."""
        ready = self.page.locator(".product-screen .product-list, .receipt-screen")
        greeting = self.page.locator(".screen-login .open-register-btn")
        ready.or_(greeting).first.wait_for()
        if greeting.is_visible():
            greeting.click()
            ready.first.wait_for()

    def add(self, count: int = 2) -> str:
        """Put tickets for today into the order; return its uuid."""
        self.page.evaluate("() => { posmodel.scenicTodayMode = true; }")
        product = self.page.locator("article.product", has_text="Adult").first
        for number in range(1, count + 1):
            product.click()
            product.locator(".product-cart-qty", has_text=str(number)).wait_for()
        return self.page.evaluate("() => posmodel.getOrder().uuid")

    def add_more(self) -> None:
        self.page.locator("article.product", has_text="Adult").first.click()
        self.page.locator("article.product .product-cart-qty", has_text="2").wait_for()

    def stored(self, uuid: str) -> None:
        """Wait until an open order is in the store of the browser, where another tab finds it."""
        self.page.wait_for_function(
            """async (uuid) => {
                const rows = await posmodel.data.indexedDB.readAll(["pos.order", "pos.order.line"]);
                const order = rows["pos.order"].find((order) => order.uuid === uuid);
                return order && rows["pos.order.line"].some((line) => line.qty === 2);
            }""",
            arg=uuid,
        )

    def has_open_order(self, uuid: str) -> bool:
        return self.page.evaluate(
            "(uuid) => posmodel.getOpenOrders().some((order) => order.uuid === uuid)", uuid
        )

    def go_to_payment(self) -> None:
        self.page.click(".pay-order-button")
        # the only method of payment is chosen by itself
        self.page.wait_for_selector(".payment-screen .paymentline.selected")

    def validate(self) -> None:
        self.page.click(".payment-screen .validation-button.next")
        self.page.wait_for_selector(".receipt-screen .pos-receipt")

    def pay(self) -> None:
        self.go_to_payment()
        self.validate()

    def next_order(self) -> None:
        self.page.click(".receipt-screen .button.next")
        self.page.wait_for_selector(".product-screen .product-list")

    def sell(self, count: int = 2) -> str:
        uuid = self.add(count)
        self.pay()
        self.next_order()
        return uuid

    def wait_sign(self, state: str, waiting_sales: int, limit: int = 90) -> None:
        """Wait until the sign in the top bar says so; else tell what is seen instead."""
        wanted = f"{SIGN}[data-state={state}][data-waiting='{waiting_sales}']"
        try:
            self.page.wait_for_selector(wanted, timeout=limit * 1000)
        except TimeoutError as error:
            seen = self.page.inner_text("body")[:400]
            raise AssertionError(f"{wanted} is not shown but: {seen}") from error

    def wait_kept(self, uuids: list[str]) -> None:
        """Wait until the window, loaded without the server, has these sales.

        Beside them may stand sales whose confirmation was not written yet: sent again, ignored.
        """
        self.page.wait_for_selector(f"{SIGN}[data-state=offline]")
        waiting.until(lambda: set(uuids) <= set(self.kept), "the sales are kept")

    def open_sign(self) -> None:
        self.page.click(SIGN)
        self.page.wait_for_selector(".o_scenic_network_dialog")

    def reload(self) -> None:
        self.page.reload(wait_until="commit")
        self.wait_loaded()

    def picture(self, version: str) -> int:
        """Ask for the picture of a product as the screen does; return the status."""
        return self.page.evaluate(
            """async (version) => {
                const [product] = posmodel.models["product.template"].getAll();
                const params = { model: "product.template", field: "image_128", id: product.id };
                const query = new URLSearchParams({ ...params, unique: version });
                return (await fetch(`/web/image?${query}`)).status;
            }""",
            version,
        )

    def set_clock(self, ms: int) -> None:
        """Set the clock of this computer `ms` off, for all tabs and pages to come."""
        self.page.evaluate("(ms) => localStorage.setItem('test.clock', ms)", str(ms))

    @property
    def offset(self) -> int:
        return self.page.evaluate("() => posmodel.scenicNetwork.clockOffset")

    @property
    def today(self) -> str:
        """The visit date that a ticket for today gets."""
        return self.page.evaluate(
            """() => {
                const templates = posmodel.models["product.template"];
                return templates.find((template) => template.is_scenic_ticket).getScenicToday();
            }"""
        )

    @property
    def kept(self) -> list[str]:
        """The uuids of the sales on the disk of this computer."""
        return self.page.evaluate(
            "async () => (await posmodel.data.scenicOutbox.all()).map((sale) => sale.uuid)"
        )

    def wait_papers(self, count: int) -> None:
        self.page.wait_for_function("(count) => window.scenicPapers.length >= count", arg=count)

    def refuse(self, uuid: str) -> None:
        """Let the server refuse one sale, as it would for a lock date or a closed session."""
        error = {"code": 200, "message": "Odoo Server Error"}
        error["data"] = {"name": "odoo.exceptions.UserError", "message": "Books are closed."}
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "error": error})

        def answer(route):
            if uuid in (route.request.post_data or ""):
                route.fulfill(status=200, content_type="application/json", body=body)
            else:
                route.continue_()

        self.page.route("**/sync_from_ui*", answer)

    def lose_reply(self) -> None:
        """Let the next sale reach the server, and its answer get lost."""

        def answer(route):
            route.fetch()
            route.abort("connectionreset")

        self.page.route("**/sync_from_ui*", answer, times=1)


@contextlib.contextmanager
def opened(name: str):
    """Give a started server, a logged-in browser and a window that was opened once before."""
    template = os.environ.get("SCENIC_TEMPLATE") or database.template(setup.ensure().version)
    database.copy(template, name)
    folder = paths.LOCAL / "lost_server" / name
    try:
        with Children(paths.LOCAL / "log" / "lost_server") as children:
            lost = LostServer(name, children)
            lost.start()
            with sync_playwright() as playwright:
                till = Till(playwright, folder, lost)
                till.start()
                till.log_in()
                tab = till.open()
                tab.page.wait_for_function("() => navigator.serviceWorker.controller")
                tab.reload()
                yield lost, till, tab
                till.kill()
        inside.leave(name)
    finally:
        database.drop(name)
