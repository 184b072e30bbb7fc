"""A self-service page in a real browser, with a scanner, an acquirer and paper."""

import contextlib
import os

import engines
import lost_server
import requests
from playwright.sync_api import Page
from scenic_park import browser as browsers
from scenic_park import inside, waiting
from scenic_park.children import Children
from scenic_tools import database, paths, setup

PHONE = {"width": 390, "height": 844}
# what the browser prints is what it would show on paper
PAPER = """
window.scenicPapers = [];
window.print = () =>
    window.scenicPapers.push(document.getElementById("paper").cloneNode(true));
"""


class Kiosk(lost_server.LostServer):
    """A server with a park and one page that takes money; what is printed goes to `printer`."""

    def _make_park(self) -> int:
        with inside.environment(self.address.database) as env:
            import common_scenic
            import pay_case

            self.code = pay_case.code
            self.acquirer = pay_case.Acquirer()
            park = common_scenic.make_park(env)
            user = common_scenic.make_user(env, lost_server.LOGIN, "window")
            window = common_scenic.open_window(park, user=user).sudo()
            method = pay_case.add_method(env, window)
            window.write(
                {
                    "scenic_kiosk": True,
                    "scenic_kiosk_user_id": user.id,
                    "scenic_kiosk_method_id": method.id,
                }
            )
            self.token = window.scenic_kiosk_token
            return window.id

    def print_on(self, address: str, device: str) -> None:
        """Let the page print on a printer of a box."""
        with inside.environment(self.address.database) as env:
            printer = env["scenic.printer"].create(
                {"name": "Page", "box_address": address, "device": device}
            )
            env["pos.config"].browse(self.window).scenic_receipt_printer_id = printer

    @property
    def url(self) -> str:
        return f"{self.address.url}/scenic/kiosk/{self.token}"

    @property
    def key(self) -> str:
        """Where the browser keeps what the page is working on."""
        return f"scenic-kiosk-{self.token}"

    def ask(self, call: str, **params) -> dict:
        """Ask as a page does, beside it."""
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        return requests.post(f"{self.url}/{call}", json=body, timeout=30).json()["result"]

    def sold(self) -> list[list[str]]:
        """Return the codes of each sale of the page, the latest last."""
        rows = self.query(
            "SELECT t.pos_order_id, t.code FROM scenic_ticket t ORDER BY t.pos_order_id, t.id"
        )
        orders = {}
        for order, code in rows:
            orders.setdefault(order, []).append(code)
        return list(orders.values())

    def phone_url(self) -> str:
        """Return the page of the latest order, to which the QR code beside its number leads."""
        rows = self.query("SELECT token FROM scenic_kiosk_order ORDER BY id DESC LIMIT 1")
        return f"{self.address.url}/scenic/kiosk/order/{rows[0][0]}"

    def attempts(self) -> dict[str, int]:
        return dict(self.query("SELECT state, count(*) FROM scenic_pay_attempt GROUP BY state"))

    def assert_settled(self) -> None:
        """The acquirer holds what is booked, every sale has its money, the books prove."""
        booked = self.query("SELECT coalesce(sum(amount), 0) FROM pos_payment")[0][0]
        assert round(float(booked) * 100) == self.acquirer.money()
        unbooked = "SELECT count(*) FROM scenic_pay_attempt WHERE state = 'paid' AND pos_payment_id"
        assert self.query(f"{unbooked} IS NULL") == [(0,)]
        with inside.environment(self.address.database) as env:
            import common_scenic

            common_scenic.assert_balanced(env)


class Visitor:
    """Somebody at the page."""

    def __init__(self, page: Page):
        self.page = page

    def wait_step(self, step: str) -> None:
        waiting.until(lambda: self.step == step, f"the page shows {step}, not {self.step}")

    @property
    def step(self) -> str:
        return self.page.get_attribute("#kiosk", "data-step")

    def choose(self, count: int = 2) -> None:
        self.page.click("button.start:enabled")
        for _more in range(count):
            self.page.locator(".card", has_text="Adult").locator(".more").click()
        self.page.click(".bar .go:enabled")
        self.page.click(".bar .pay")
        self.wait_step("scan")

    def scan(self, code: str) -> None:
        """Hold a phone to the scanner, which types what it reads."""
        self.page.keyboard.type(code)
        self.page.keyboard.press("Enter")

    def reload(self) -> None:
        self.page.reload(wait_until="commit")

    def seen_on_a_phone(self, url: str) -> int:
        """Open a page as a phone does; return how many codes are there in full."""
        phone = self.page.context.new_page()
        phone.set_viewport_size(PHONE)
        phone.goto(url)
        phone.wait_for_selector(".slip img")
        seen = phone.evaluate(
            """() => document.documentElement.scrollWidth <= innerWidth &&
                [...document.images].filter((image) => image.naturalWidth > 50).length"""
        )
        phone.close()
        return seen

    def printed(self) -> str:
        self.page.wait_for_selector(".said[data-printing=printed], .said[data-printing=failed]")
        return self.page.get_attribute(".said", "data-printing")

    def done(self) -> None:
        self.page.click(".bar .go:enabled")
        self.page.wait_for_selector("button.start")


@contextlib.contextmanager
def opened(name: str):
    """Give a kiosk, its server started, and the browser that shows its page."""
    template = os.environ.get("SCENIC_TEMPLATE") or database.template(setup.ensure().version)
    database.copy(template, name)
    kiosk = None
    try:
        with Children(paths.LOCAL / "log" / "lost_server") as children:
            kiosk = Kiosk(name, children)
            kiosk.start()
            with engines.opened() as browser:
                context = browser.new_context(viewport=browsers.SCREEN, locale="en-US")
                context.set_default_timeout(30_000)
                context.add_init_script(PAPER)
                page = context.new_page()
                page.goto(kiosk.url, wait_until="commit")
                yield kiosk, Visitor(page)
        inside.leave(name)
    finally:
        if kiosk:
            kiosk.acquirer.stop()
        database.drop(name)
