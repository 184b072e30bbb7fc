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

    def add(self, product: str, times: int = 1) -> None:
        """Put a product into the order by its name on the button."""
        for _time in range(times):
            self._product(product).click()
            self._confirm_visit()

    def _product(self, name: str) -> Locator:
        return self.page.locator("article.product", has_text=name).first

    def _confirm_visit(self) -> None:
        """Take the proposed visit date, today."""
        dialog = self.page.locator(".modal .btn-primary:visible")
        if dialog.count():
            dialog.first.click()

    def total(self) -> str:
        return self.page.locator(".order-summary .total").first.inner_text().strip()

    def pay(self, method: str) -> None:
        """Take the whole amount by one payment method and print the slip."""
        self.page.click(".pay-order-button")
        self.page.click(f".paymentmethods .paymentmethod:has-text('{method}')")
        self.page.click(".payment-screen .validation-button.next")
        self.page.wait_for_selector(".receipt-screen .pos-receipt")

    def slip(self, path: Path) -> Path:
        """Photograph the slip as it is printed."""
        return browsing.screenshot(self.page, path, ".receipt-screen .pos-receipt")

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
