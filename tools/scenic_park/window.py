"""What the person at a ticket window does in the POS, click by click."""

import re
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page

from . import browser as browsing
from .server import Address

# stands where the browser's print dialog would: keeps what is given to the printer
PRINTER = """
window.scenicPapers = [];
window.print = (element) => window.scenicPapers.push(element.cloneNode(true));
"""
LAY_OUT_SLIPS = """
() => {
    const slips = window.scenicPapers.flatMap((p) => [...p.querySelectorAll(".o_scenic_slip")]);
    window.scenicPapers = [];
    const paper = document.createElement("div");
    paper.id = "scenic-paper";
    paper.className = "o_scenic_slips";
    paper.style = "position: fixed; top: 0; left: 0; z-index: 99999; background: white;";
    document.body.append(paper);
    window.scenicShowSlip = (number) => paper.replaceChildren(slips[number]);
    window.scenicClearPaper = () => paper.remove();
    return slips.length;
}
"""


class Window:
    """One opened ticket window in a browser."""

    def __init__(self, browser: Browser, address: Address, login: str, config: int):
        self.page: Page = browsing.log_in(browser, address, login, login)
        self.problems: list[str] = []
        self.printed = 0
        self.page.add_init_script(PRINTER)
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
        """Put tickets for today into the order.

        The first ticket of an order opens the popup that proposes the day and asks how many;
        further ones are taken for the same day at once.
        """
        card = self._product(product)
        popup = self.page.locator(".o_scenic_visit_popup")
        for count in range(1, quantity + 1):
            card.click()
            in_order = card.locator(".product-cart-qty", has_text=re.compile(rf"^\s*{count}\s*$"))
            popup.or_(in_order).first.wait_for()
            if popup.is_visible():
                for _more in range(quantity - count):
                    popup.locator(".o_scenic_plus").click()
                popup.locator(".o_scenic_confirm").click()
                popup.wait_for(state="detached")
                return

    def _product(self, name: str) -> Locator:
        return self.page.locator("article.product", has_text=name).first

    def total(self) -> str:
        return (
            self.page.locator(".order-summary .total")
            .first.inner_text()
            .replace("\xa0", " ")
            .strip()
        )

    def pay(self, method: str) -> None:
        """Take the whole amount by one payment method and print the slip."""
        self.page.click(".pay-order-button")
        self.page.click(f".paymentmethods .paymentmethod:has-text('{method}')")
        self.page.click(".payment-screen .validation-button.next")
        self.page.wait_for_selector(".receipt-screen .pos-receipt")

    def slips(self, folder: Path) -> list[Path]:
        """Return pictures of the ticket slips that went to the printer since the last call."""
        self.page.wait_for_function("window.scenicPapers.some((p) => p.querySelector('svg'))")
        count = self.page.evaluate(LAY_OUT_SLIPS)
        pictures = []
        for number in range(count):
            self.page.evaluate("(number) => window.scenicShowSlip(number)", number)
            path = folder / f"slip-{self.printed + 1}.png"
            pictures.append(browsing.screenshot(self.page, path, "#scenic-paper"))
            self.printed += 1
        self.page.evaluate("window.scenicClearPaper()")
        return pictures

    def next_order(self) -> None:
        self.page.click(".receipt-screen .button.next")
        self.page.wait_for_selector(".product-screen .product-list")

    def reload(self) -> None:
        self.page.reload(wait_until="domcontentloaded")
        self.page.wait_for_selector(".product-screen .product-list")

    def close_register(self) -> None:
        """End the shift: count everything as expected, close the register."""
        self.page.click(".pos-rightheader button:has(.fa-bars)")
        self.page.click(".dropdown-item:has-text('Close Register')")
        self.page.locator(".o_scenic_shift_row").first.wait_for()
        for row in self.page.locator(".o_scenic_shift_row[data-cash='1']").all():
            expected = row.locator(".o_scenic_shift_expected").inner_text()
            row.locator("input").fill(re.sub(r"[^0-9.-]", "", expected))
        self.page.click(".o_scenic_shift_count:not(:disabled)")
        self.page.click(".o_scenic_shift_close:not(:disabled)")
        self.page.wait_for_selector(".o_scenic_shift .o_scenic_shift_paper")
