"""A tab of WebKit, with the calls of Playwright that the tests of pages use."""

import base64
import contextlib
import fnmatch
import re
import time
from pathlib import Path

from scenic_park import waiting
from webkit_found import Found

KEYS = {"Enter": "\ue007", "Tab": "\ue004", "Escape": "\ue00c"}
# what went wrong in the page is asked for with the next command
LISTEN = """
    if (!window.webkitFaults) {
        window.webkitFaults = [];
        addEventListener("error", (event) => webkitFaults.push(event.message));
        addEventListener("unhandledrejection", (event) => webkitFaults.push(String(event.reason)));
    }
    return webkitFaults.splice(0);
"""


class WebDriverError(Exception):
    """What the driver answered; `code` is W3C's."""

    def __init__(self, told: dict):
        super().__init__(f"{told.get('error')}: {told.get('message')}")
        self.code = told.get("error")


class Keyboard:
    """Keys as a scanner or a person presses them."""

    def __init__(self, page):
        self._page = page

    def press(self, key) -> None:
        self.type(KEYS.get(key, key))

    def type(self, text) -> None:
        keys = [{"type": kind, "value": sign} for sign in text for kind in ("keyDown", "keyUp")]
        actions = [{"type": "key", "id": "keyboard", "actions": keys}]
        self._page.call("POST", "/actions", {"actions": actions})


class Page:
    """One tab."""

    workers = ()  # these drivers reach no worker

    def __init__(self, context, handle):
        self.context, self.handle, self.limit = context, handle, context.limit
        self.keyboard, self._scripts, self._hears = Keyboard(self), [], []

    def call(self, method, path, body=None):
        if len(self.context.pages) > 1:
            self.context.call("POST", "/window", {"handle": self.handle})
        return self.context.call(method, path, body)

    def script(self, text, *values):
        return self.call("POST", "/execute/sync", {"script": text, "args": list(values)})

    def quietly(self, ask):
        """Return what `ask` finds; nothing while the page is being drawn or loaded."""
        gone = "stale element reference", "no such element", "element click intercepted"
        try:
            return ask()
        except WebDriverError as error:
            if error.code in (*gone, "element not interactable", "javascript error"):
                return None
            raise

    def tell_faults(self) -> None:
        for fault in self.quietly(lambda: self.script(LISTEN)) or []:
            for hear in self._hears:
                hear(fault)

    def close(self) -> None:
        self.call("DELETE", "/window")
        self.context.pages.remove(self)
        self.context.call("POST", "/window", {"handle": self.context.pages[0].handle})

    def on(self, event, hear) -> None:
        if event == "pageerror":
            self._hears.append(hear)

    def set_default_timeout(self, limit_ms) -> None:
        self.limit = limit_ms

    def add_init_script(self, script) -> None:
        if hasattr(self.context, "add_page_script"):
            self.context.add_page_script(self.handle, script)
        else:
            self._scripts.append(script)

    def goto(self, url, **_how) -> None:
        self._load(lambda: self.call("POST", "/url", {"url": url}))

    def reload(self, **_how) -> None:
        self._load(lambda: self.call("POST", "/refresh"))

    def _load(self, begin) -> None:
        """Begin to load; what stood there is gone when this returns, and the scripts have run."""
        self.quietly(lambda: self.script("window.webkitOld = true"))
        begin()

        def is_new():
            return self.script("return !window.webkitOld && Boolean(document.documentElement)")

        waiting.until(lambda: self.quietly(is_new), "the page is loaded", 60)
        for text in [*self.context.scripts, *self._scripts]:
            self.script(text)
        self.tell_faults()
        ready = "return document.readyState !== 'loading'"
        waiting.until(lambda: self.quietly(lambda: self.script(ready)), "the page is read", 60)

    @property
    def url(self) -> str:
        return self.call("GET", "/url")

    def wait_for_url(self, pattern, **_how) -> None:
        waiting.until(lambda: fnmatch.fnmatch(self.url, pattern), pattern, self.limit / 1000)

    def evaluate(self, source, arg=None):
        """Evaluate an expression, or call a function with the argument; promises are waited for."""
        is_function = re.match(r"\s*(async\s+)?(\(|\w+\s*=>|function)", source) and "=>" in source
        call = f"({source})(arguments[0])" if is_function else f"(() => {{ {_value(source)} }})()"
        script = f"""
            const answer = arguments[arguments.length - 1];
            const given = arguments;
            (async function () {{ return {call}; }}).apply(null, given).then(
                (value) => answer({{ value }}), (fault) => answer({{ fault: String(fault) }}));
        """
        told = self.call("POST", "/execute/async", {"script": script, "args": [arg]})
        if "fault" in told:
            raise AssertionError(told["fault"])
        return told.get("value")

    def locator(self, selector, has_text="") -> Found:
        return Found(self, [[selector, has_text]])

    def wait_for_selector(self, selector, timeout=None, state="visible") -> Found:
        return self.locator(selector).first.wait_for(timeout, state)

    def wait_for_function(self, source, arg=None, timeout=None) -> None:
        waiting.until(lambda: self.evaluate(source, arg), source, (timeout or self.limit) / 1000)

    def query_selector_all(self, selector) -> list:
        found = self.locator(selector)
        return [found.nth(number) for number in range(found.count())]

    def query_selector(self, selector):
        return next(iter(self.query_selector_all(selector)), None)

    def is_visible(self, selector) -> bool:
        return bool(self.quietly(self.locator(selector).is_visible))

    def click(self, selector) -> None:
        self.locator(selector).click()

    def fill(self, selector, text) -> None:
        self.locator(selector).fill(text)

    def press(self, selector, key) -> None:
        self.locator(selector).press(key)

    def select_option(self, selector, value) -> None:
        self.locator(selector).select_option(value)

    def inner_text(self, selector) -> str:
        return self.locator(selector).inner_text()

    def get_attribute(self, selector, name):
        return self.locator(selector).get_attribute(name)

    def content(self) -> str:
        return self.call("GET", "/source")

    def wait_for_timeout(self, pause_ms) -> None:
        time.sleep(pause_ms / 1000)

    def set_viewport_size(self, size) -> None:
        """Make the page so large; the window has a frame around it."""
        wanted = [size["width"], size["height"]]
        rect = dict(size)
        for _try in range(4):
            self.call("POST", "/window/rect", rect)
            with contextlib.suppress(waiting.TimedOut):
                waiting.until(lambda: self._size() == wanted, "the size is right", 1)
                return
            seen = self._size()
            rect["width"] += wanted[0] - seen[0]
            rect["height"] += wanted[1] - seen[1]

    def _size(self) -> list:
        return self.script("return [innerWidth, innerHeight]")

    def screenshot(self, path, **_how) -> None:
        Path(path).write_bytes(base64.b64decode(self.call("GET", "/screenshot")))


def _value(source):
    """Make statements give the value of the last one when there is only one."""
    text = source.strip().rstrip(";")
    return f"{text};" if ";" in text else f"return ({text});"
