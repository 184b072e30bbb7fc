"""WebKit (GTK's) with the calls of Playwright that the tests of pages use.

Playwright has no driver for a WebKit of the system, so these calls become those of W3C WebDriver,
which WebKitWebDriver speaks. A context is a browser process of its own: nothing is kept between
two. Tabs are in `webkit_page.py`.
"""

import contextlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import requests
from scenic_park import ports, waiting
from webkit_page import Page, WebDriverError

BROWSERS = "/usr/lib/*/webkit2gtk-4.1/MiniBrowser"
SIZE = {"width": 1280, "height": 800}


@contextlib.contextmanager
def opened(program: str):
    """Give a browser without a screen."""
    with contextlib.ExitStack() as stack:
        display = os.environ.get("DISPLAY") or stack.enter_context(_screen())
        yield Browser(stack, program, display)


@contextlib.contextmanager
def _screen():
    """A screen that nobody sees, large enough for every size of a page."""
    name = shutil.which("Xvfb")
    assert name, "no Xvfb. Please run: apt-get install xvfb"
    read, write = os.pipe()
    words = [name, "-displayfd", str(write), "-screen", "0", "2600x2000x24", "-nolisten", "tcp"]
    child = subprocess.Popen(words, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as told:
            yield f":{told.readline().strip()}"
    finally:
        child.terminate()
        child.wait()


class Browser:
    """Gives contexts; all of them end with it."""

    def __init__(self, stack, program, display):
        self._stack, self._program, self._display = stack, program, display

    def new_context(self, viewport=None, locale="en-US", **_others) -> "Context":
        context = Context(self._program, self._display, viewport or SIZE, locale)
        self._stack.callback(context.close)
        return context

    def new_page(self) -> "Page":
        return self.new_context().new_page()

    def close(self) -> None:
        """Its contexts end with the stack."""


class Context:
    """One process of WebKitWebDriver with one session."""

    def __init__(self, program, display, viewport, locale):
        self.viewport, self.scripts, self.pages, self.limit = viewport, [], [], 30_000
        port = ports.free()
        environment = os.environ | {
            "DISPLAY": display,
            # otherwise its language is "C", which no phone has
            "LANG": f"{locale.replace('-', '_')}.UTF-8",
            "LC_ALL": f"{locale.replace('-', '_')}.UTF-8",
            "LANGUAGE": locale.replace("-", "_"),
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "NO_AT_BRIDGE": "1",
        }
        self._child = subprocess.Popen(
            [program, f"--port={port}"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._url = f"http://127.0.0.1:{port}"
        waiting.until(self._is_ready, "WebKitWebDriver listens")
        (browser,) = Path("/").glob(BROWSERS[1:])
        options = {"binary": str(browser), "args": ["--automation"]}
        wanted = {
            "webkitgtk:browserOptions": options,
            "pageLoadStrategy": "none",
            "acceptInsecureCerts": True,
        }
        session = self._ask("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.version = session["capabilities"].get("browserVersion", "")
        self._url += f"/session/{session['sessionId']}"
        self.call("POST", "/timeouts", {"script": 120_000, "pageLoad": 60_000})

    def _is_ready(self):
        with contextlib.suppress(requests.ConnectionError):
            return requests.get(f"{self._url}/status", timeout=5).ok
        return False

    def _ask(self, method, path, body=None):
        text = None if method == "GET" else json.dumps(body or {})
        reply = requests.request(method, self._url + path, data=text, timeout=150)
        value = reply.json().get("value")
        if not reply.ok:
            raise WebDriverError(value)
        return value

    def call(self, method, path, body=None):
        return self._ask(method, path, body)

    def set_default_timeout(self, limit_ms) -> None:
        self.limit = limit_ms

    def add_init_script(self, script) -> None:
        """Run a script in each page that is opened; soon after it has begun, not before."""
        self.scripts.append(script)

    def new_page(self) -> "Page":
        if self.pages:
            handle = self.call("POST", "/window/new", {"type": "tab"})["handle"]
        else:
            handle = self.call("GET", "/window")
        page = Page(self, handle)
        self.pages.append(page)
        page.set_viewport_size(self.viewport)
        return page

    def close(self) -> None:
        if self._child.poll() is None:
            with contextlib.suppress(requests.RequestException, WebDriverError):
                self.call("DELETE", "")
            self._child.terminate()
            self._child.wait()
