"""The browser that tests of pages open: Chromium, or the engine that SCENIC_ENGINE names.

All of them are programs of the system. Playwright drives Chromium; Firefox and WebKit, the engine
of every browser on an iPhone, are driven by modules of their names, which have the same calls.
"""

import contextlib
import importlib
import os
import shutil

from patience import LIMIT_S
from playwright.sync_api import sync_playwright

CHROMIUM, FIREFOX, WEBKIT = "chromium", "firefox", "webkit"
PROGRAMS = {
    CHROMIUM: ("chromium", "chromium-browser", "google-chrome"),
    FIREFOX: ("firefox-esr", "firefox"),
    WEBKIT: ("WebKitWebDriver",),
}
PACKAGES = {CHROMIUM: "chromium", FIREFOX: "firefox-esr", WEBKIT: "webkit2gtk-driver xvfb"}


def chosen() -> str:
    return os.environ.get("SCENIC_ENGINE") or CHROMIUM


def program(engine: str) -> str:
    found = next(filter(None, map(shutil.which, PROGRAMS[engine])), None)
    assert found, f"no {engine}. Please run: apt-get install {PACKAGES[engine]}"
    return found


@contextlib.contextmanager
def opened(engine: str = ""):
    """Give a browser of the engine: Playwright's, or what behaves like it."""
    engine = engine or chosen()
    path = program(engine)
    if engine != CHROMIUM:
        with importlib.import_module(engine).opened(path) as browser:
            yield browser
        return
    with sync_playwright() as playwright:
        sandbox = [] if os.geteuid() else ["--no-sandbox"]
        browser = playwright.chromium.launch(
            executable_path=path,
            args=[*sandbox, "--disable-dev-shm-usage"],
            timeout=LIMIT_S * 1000,
        )
        try:
            yield browser
        finally:
            browser.close()
