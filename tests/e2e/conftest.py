"""A whole park for the tests of this folder: real server, stock box process, simulated lanes."""

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools"))

from scenic_park import databases, evidence, inside, lanes, ports, scene, server, waiting  # noqa: E402
from scenic_park.children import Children  # noqa: E402
from scenic_tools import database, paths, setup  # noqa: E402

LANES = ("S1", "S2")


class Park:
    """A running park, and what is stored in it."""

    def __init__(self, running: scene.Scene):
        self.scene = running
        self.lanes = running.control
        self.box = running.box
        self.books = evidence.Books(running.address.database)
        self.journal = running.box.journal

    def issue(self, count: int) -> list[dict]:
        """Sell adult tickets for today and wait until the box has heard of them."""
        tickets = self._issue(count)
        last = tickets[-1]["uid"]
        waiting.until(lambda: self.journal.knows_ticket(last), "the box hears of the sale")
        return tickets

    def _issue(self, count: int) -> list[dict]:
        with inside.environment(self.scene.address.database) as env:
            product = env.ref("yunlu.ticket_adult").product_variant_id
            today = env.ref("yunlu.site_yunlu")._today()
            tickets = env["scenic.ticket"]._issue(
                [{"product_id": product.id, "visit_date": today} for _ticket in range(count)]
            )
            return tickets.read(["id", "uid", "code", "alias"])


@pytest.fixture(scope="module")
def park():
    name = f"scenic_e2e_{os.getpid()}"
    database.copy(databases.template(setup.ensure().version, assets=False), name)
    folder = paths.LOCAL / "e2e"
    try:
        with Children(paths.LOCAL / "log" / "e2e") as children:
            address = server.Address(name, ports.free(), ports.free())
            running = scene.Scene(children, folder, address)
            running.start_server()
            running.start_hardware(
                [lanes.LaneDevices(code, ports.free(), ports.free(), None, 0.1) for code in LANES]
            )
            running.start_box(ports.free())
            yield Park(running)
            inside.leave(name)
    finally:
        database.drop(name)
