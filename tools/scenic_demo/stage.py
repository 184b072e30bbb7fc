"""Everything the demo plays on, built up and taken down."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser
from playwright.sync_api import Error as PlaywrightError
from scenic_park import databases, ports
from scenic_park.browser import open_browser
from scenic_park.children import Children
from scenic_park.evidence import Books, Journal
from scenic_park.lanes import LaneControl, LaneDevices
from scenic_park.observer import Observer
from scenic_park.relay import Relay
from scenic_park.scene import Scene
from scenic_park.server import Address, User
from scenic_park.window import Window
from scenic_tools import database, paths, shell

# long enough to be looked at while it is on
PULSE_MS = 2500


@dataclass
class Stage:
    """The running park and those who look at it."""

    scene: Scene
    relay: Relay
    browser: Browser
    books: Books
    root: Path = paths.ROOT
    pictures: Path = paths.LOCAL / "demo" / "pictures"
    window: Window | None = None
    accountant: User | None = None
    observers: dict[str, Observer] = field(default_factory=dict)
    last_session: int = 0
    album: object = None  # of pictures.Album

    @property
    def lanes(self) -> LaneControl:
        return self.scene.control

    @property
    def journal(self) -> Journal:
        return self.scene.box.journal

    def open_window(self) -> None:
        config = self.scene.user("admin").id_of("yunlu.window_south_1")
        self.window = Window(self.browser, self.scene.address, "window", config)

    def photograph_failure(self) -> None:
        """Keep what the window shows when a step failed."""
        if self.window:
            with contextlib.suppress(PlaywrightError):
                self.window.page.screenshot(path=self.pictures / "failed.png")
                if (more := self.window.page.get_by_text("See technical details")).count():
                    more.first.click()
                    print(self.window.page.locator(".o_error_detail").first.inner_text())


@contextlib.contextmanager
def prepared(odoo_version: str) -> Iterator[Stage]:
    """A fresh copy of the park on ports of its own, so that it can run beside `make run`."""
    name = f"scenic_demo_{os.getpid()}"
    # one at a time in a checkout: the folder of box and lanes is always the same
    with shell.locked(paths.LOCAL / "demo.lock"):
        database.copy(databases.template(odoo_version), name)
        try:
            with _running(name) as stage:
                yield stage
        finally:
            database.drop(name)


@contextlib.contextmanager
def _running(name: str) -> Iterator[Stage]:
    address = Address(name, ports.free(), ports.free())
    with (
        Children(paths.LOCAL / "log" / "demo") as children,
        open_browser() as browser,
        Relay(ports.free(), ("127.0.0.1", address.http)) as relay,
    ):
        scene = Scene(children, paths.LOCAL / "demo", address)
        yield Stage(scene, relay, browser, Books(name))


def devices(folder: Path) -> list[LaneDevices]:
    """A lane on serial lines, watched by a second Modbus master, and two on TCP."""
    serial = LaneDevices(
        "S1",
        reader=folder / "S1-reader",
        barrier=folder / "S1-barrier",
        observer=folder / "S1-second-look",
        visitor_after=None,
        pulse_ms=PULSE_MS,
    )
    tcp = [LaneDevices(code, ports.free(), ports.free(), None, None) for code in ("S2", "C1")]
    return [serial, *tcp]
