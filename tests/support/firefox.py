"""Firefox with the calls of Playwright that the tests of pages use.

Playwright asks more of WebDriver BiDi than the Firefox of a system may know, so the few things
that are needed are said here. Tabs are those of WebKit (`webkit_page.py`): what they ask of W3C
WebDriver becomes BiDi.
"""

import contextlib
import itertools
import json
import re
import subprocess
import tempfile

import websocket
from scenic_park import waiting
from webkit_found import ELEMENT
from webkit_page import Page, WebDriverError

SIZE = {"width": 1280, "height": 800}
PREFERENCES = """
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.startup.homepage_override.mstone", "ignore");
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("app.update.enabled", false);
user_pref("dom.disable_open_during_load", false);
"""


@contextlib.contextmanager
def opened(program: str):
    """Give a browser without a screen."""
    with tempfile.TemporaryDirectory(prefix="scenic_firefox_") as profile:
        with open(f"{profile}/user.js", "w") as file:
            file.write(PREFERENCES)
        words = [program, "--headless", "--no-remote", "--remote-debugging-port=0"]
        with open(f"{profile}/log", "w+") as log:
            child = subprocess.Popen([*words, "--profile", profile], stdout=log, stderr=log)
            try:
                wire = Wire(waiting.until(lambda: _address(f"{profile}/log"), "Firefox listens"))
                yield Browser(wire)
                wire.ask("browser.close")
                child.wait(20)
            finally:
                child.kill()
                child.wait()


def _address(log) -> str | None:
    with open(log) as file:
        found = re.search(r"WebDriver BiDi listening on (ws://\S+)", file.read())
    return found and f"{found[1]}/session"


class Wire:
    """One BiDi session."""

    def __init__(self, address):
        self._socket = websocket.create_connection(address, timeout=150, suppress_origin=True)
        self._numbers = itertools.count(1)
        self.ask("session.new", capabilities={"alwaysMatch": {"acceptInsecureCerts": True}})

    def ask(self, method, **params):
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            told = json.loads(self._socket.recv())
            if told.get("id") == number:
                if told["type"] == "error":
                    raise WebDriverError(told)
                return told["result"]


class Browser:
    """Gives contexts: users that know nothing of each other."""

    def __init__(self, wire):
        self._wire = wire

    def new_context(self, viewport=None, locale="en-US", **_others) -> "Context":
        return Context(self._wire, viewport or SIZE, locale)

    def new_page(self) -> Page:
        return self.new_context().new_page()

    def close(self) -> None:
        """Its contexts end with the program."""


class Context:
    """A user context; `call` takes what W3C WebDriver is asked."""

    def __init__(self, wire, viewport, locale):
        self._wire, self.viewport, self.limit = wire, viewport, 30_000
        self.scripts, self.pages = [], []
        self._user = wire.ask("browser.createUserContext")["userContext"]
        wire.ask("emulation.setLocaleOverride", locale=locale, userContexts=[self._user])
        self._tab = None

    def set_default_timeout(self, limit_ms) -> None:
        self.limit = limit_ms

    def add_init_script(self, script) -> None:
        """Run a script in each page that is opened, before its own."""
        self._preload(script, userContexts=[self._user])

    def add_page_script(self, handle, script) -> None:
        """The same for the pages of one tab."""
        self._preload(script, contexts=[handle])

    def _preload(self, script, **where):
        code = f"() => {{ {script} }}"
        self._wire.ask("script.addPreloadScript", functionDeclaration=code, **where)

    def new_page(self) -> Page:
        told = self._wire.ask("browsingContext.create", type="tab", userContext=self._user)
        self._tab = told["context"]
        page = Page(self, self._tab)
        self.pages.append(page)
        page.set_viewport_size(self.viewport)
        return page

    def close(self) -> None:
        self._wire.ask("browser.removeUserContext", userContext=self._user)

    def call(self, method, path, body=None):
        """Say in BiDi what W3C WebDriver calls so."""
        name = f"{method} {path.replace('element/', 'element ').split(' ')[0]}"
        return self._DO[name](self, path, body or {})

    def _in_tab(self, method, **params):
        return self._wire.ask(method, context=self._tab, **params)

    def _run(self, code, args, *, wait):
        told = self._wire.ask(
            "script.callFunction",
            functionDeclaration=code,
            arguments=[_said(arg) for arg in args],
            awaitPromise=wait,
            target={"context": self._tab},
        )
        if told["type"] == "exception":
            text = told["exceptionDetails"]["text"]
            raise WebDriverError({"error": "javascript error", "message": text})
        return _heard(told["result"])

    def _sync(self, _path, body):
        return self._run(f"function () {{ {body['script']} }}", body["args"], wait=False)

    def _async(self, _path, body):
        code = f"""(...given) => new Promise((done) =>
            (function () {{ {body["script"]} }}).apply(null, [...given, done]))"""
        return self._run(code, body["args"], wait=True)

    def _click(self, path, _body):
        shared = path.split("/")[2]
        self._run(
            "(node) => node.scrollIntoView({block: 'center'})", [{ELEMENT: shared}], wait=False
        )
        origin = {"type": "element", "element": {"sharedId": shared}}
        steps = [
            {"type": "pointerMove", "x": 0, "y": 0, "origin": origin},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        source = {"type": "pointer", "id": "mouse", "actions": steps}
        self._in_tab("input.performActions", actions=[source])

    def _switch(self, _path, body):
        self._tab = body["handle"]

    def _resize(self, _path, body):
        size = {"width": body["width"], "height": body["height"]}
        self._in_tab("browsingContext.setViewport", viewport=size)

    _DO = {
        "POST /execute/sync": _sync,
        "POST /execute/async": _async,
        "POST /element": _click,
        "POST /actions": lambda self, _path, body: self._in_tab("input.performActions", **body),
        "POST /url": lambda self, _path, body: self._in_tab(
            "browsingContext.navigate", url=body["url"], wait="none"
        ),
        "POST /refresh": lambda self, *_: self._in_tab("browsingContext.reload", wait="none"),
        "GET /url": lambda self, *_: self._run("() => location.href", [], wait=False),
        "GET /source": lambda self, *_: self._run(
            "() => document.documentElement.outerHTML", [], wait=False
        ),
        "POST /window": _switch,
        "DELETE /window": lambda self, *_: self._in_tab("browsingContext.close"),
        "POST /window/rect": _resize,
        "GET /screenshot": lambda self, *_: self._in_tab("browsingContext.captureScreenshot")[
            "data"
        ],
    }


def _said(value):
    """Write a value as BiDi does."""
    if isinstance(value, dict):
        if ELEMENT in value:
            return {"sharedId": value[ELEMENT]}
        return {"type": "object", "value": [[key, _said(item)] for key, item in value.items()]}
    if isinstance(value, list | tuple):
        return {"type": "array", "value": [_said(item) for item in value]}
    if value is None:
        return {"type": "null"}
    kinds = {bool: "boolean", str: "string", int: "number", float: "number"}
    return {"type": kinds[type(value)], "value": value}


def _heard(told):
    """Read a value as BiDi writes it."""
    kind, value = told["type"], told.get("value")
    if kind == "array":
        return [_heard(item) for item in value]
    if kind == "object":
        return {key: _heard(item) for key, item in value}
    if kind == "node":
        return {ELEMENT: told["sharedId"]}
    return value
