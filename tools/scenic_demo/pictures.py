"""Pictures for the README, taken while the demo runs (`tools/demo --pictures FOLDER`)."""

import shutil
from pathlib import Path

from scenic_park import browser as browsing
from scenic_park import waiting

from .stage import Stage

LANES = "/odoo/scenic-lanes"
ENTRY = "/odoo/m-account.move/{}"


class Album:
    """Where the pictures go; without a folder none is taken."""

    def __init__(self, folder: Path | None):
        self.folder = folder

    def window(self, stage: Stage) -> None:
        if self.folder:
            browsing.screenshot(stage.window.page, self.folder / "window.png")

    def slip(self, printed: Path) -> None:
        if self.folder:
            shutil.copy(printed, self.folder / "slip.png")

    def lanes(self, stage: Stage) -> None:
        if self.folder:
            admin = stage.scene.user("admin")
            waiting.until(
                lambda: all(
                    lane["live_state"] for lane in admin.search("scenic.lane", [], ["live_state"])
                ),
                "the board knows the state of the lanes",
                40,
            )
        self._page(stage, "gate", LANES, ".o_kanban_record .badge", "lanes.png", 600)

    def books(self, stage: Stage, move: int) -> None:
        path = ENTRY.format(move)
        self._page(stage, "accountant", path, ".o_list_renderer", "books.png", 680)

    def _page(self, stage: Stage, login: str, path: str, wanted: str, name: str, height: int):
        if self.folder:
            page = browsing.log_in(stage.browser, stage.scene.address, login, login)
            page.goto(stage.scene.address.url + path, wait_until="domcontentloaded")
            page.wait_for_selector(wanted)
            page.set_viewport_size({"width": 1366, "height": height})
            browsing.screenshot(page, self.folder / name)
            page.context.close()
