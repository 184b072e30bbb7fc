"""A real browser: the system's Chromium, driven by Playwright."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from scenic_tools import shell

from .server import Address

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SCREEN = {"width": 1366, "height": 900}


@contextlib.contextmanager
def open_browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if not program:
        raise shell.SetupError("no Chromium. Please run: apt-get install chromium")
    # Chromium's own sandbox refuses to run for root, and in most containers
    sandbox = [] if os.geteuid() else ["--no-sandbox"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=[*sandbox, "--disable-dev-shm-usage"]
        )
        try:
            yield browser
        finally:
            browser.close()


def log_in(browser: Browser, address: Address, login: str, password: str) -> Page:
    """Return a page of a user who logged in by the form, in a browser profile of its own."""
    page = browser.new_context(viewport=SCREEN, locale="en-US").new_page()
    page.set_default_timeout(90_000)
    page.goto(f"{address.url}/web/login", wait_until="domcontentloaded")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", password)
    page.click("button[type=submit]")
    page.wait_for_url("**/odoo**", wait_until="commit")
    return page


def screenshot(page: Page, path: Path, selector: str | None = None) -> Path:
    """Save what is seen, or one element of it, with all its pictures loaded."""
    path.parent.mkdir(parents=True, exist_ok=True)
    page.wait_for_function("[...document.images].every((image) => image.complete)")
    (page.locator(selector).first if selector else page).screenshot(path=path)
    return path
