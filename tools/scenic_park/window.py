"""What the person at a ticket window does in the POS, click by click."""

from pathlib import Path

from playwright.sync_api import Browser, Locator, Page

from . import browser as browsing
from .server import Address


class Window:
    """One opened ticket window in a browser."""

    def __init__(self, browser: Browser, address: Address, login: str, config: int):
        self.page: Page = browsing.log_in(browser, address, login, login)
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.goto(f"{address.url}/pos/ui/{config}", wait_until="domcontentloaded")

    def open_register(self, cash: str = "500") -> None:
        """Begin the shift: count the change money, open the register."""
        self.page.click(".screen-login .open-register-btn, .opening-cash-section")
        self.page.fill(".opening-cash-section input", cash)
        self.page.click(".modal-footer .btn-primary")
        self.page.wait_for_selector(".product-screen .product-list")

    def add(self, product: str, quantity: int = 1) -> None:
        """Put goods into the order, by the name on the button."""
        for _time in range(quantity):
            self._product(product).click()

    def add_tickets(self, product: str, quantity: int = 1) -> None:
        """Put tickets for today into the order: the popup proposes the day, asks how many."""
        self._product(product).click()
        popup = self.page.locator(".o_scenic_visit_popup")
        for _more in range(quantity - 1):
            popup.locator(".o_scenic_plus").click()
        popup.locator(".o_scenic_confirm").click()
        popup.wait_for(state="detached")

    def _product(self, name: str) -> Locator:
        return self.page.locator("article.product", has_text=name).first

    def total(self) -> str:
        return self.page.locator(".order-summary .total").first.inner_text().strip()

    def pay(self, method: str) -> None:
        """Take the whole amount by one payment method and print the slip."""
        self.page.click(".pay-order-button")
        self.page.click(f".paymentmethods .paymentmethod:has-text('{method}')")
        self.page.click(".payment-screen .validation-button.next")
        self.page.wait_for_selector(".receipt-screen .pos-receipt")

    def slips(self, path: Path) -> Path:
        """Photograph the ticket slips that are printed."""
        self.page.wait_for_selector(".o_scenic_slips svg")
        return browsing.screenshot(self.page, path, ".o_scenic_slips")

    def next_order(self) -> None:
        self.page.click(".receipt-screen .button.next")
        self.page.wait_for_selector(".product-screen .product-list")

    def close_register(self) -> None:
        """End the shift: count everything as expected, close the register."""
        self.page.click(".pos-rightheader button:has(.fa-bars)")
        self.page.click(".dropdown-item:has-text('Close Register')")
        for button in self.page.locator(".close-pos-popup button.fa-clone").all():
            button.click()
        self.page.click(".close-pos-popup .modal-footer .btn-primary")
        self.page.wait_for_selector(".close-pos-popup", state="detached")
