"""The gate box of the park: the stock IoT box as a child process."""

import shutil
from pathlib import Path

from scenic_box import BoxFolder, BoxProcess
from scenic_tools import setup

from .children import Child, Children
from .evidence import Journal
from .server import User

START_LIMIT = 180  # seconds
RECORD = "yunlu.box_valley"


class Box:
    """One box in a folder, with its pages on a port."""

    def __init__(self, children: Children, place: Path, port: int):
        self.children = children
        self.folder = BoxFolder(place)
        self.process = BoxProcess(self.folder, port)
        self.journal = Journal(self.folder.gate_home / "gate.db")
        self.child: Child | None = None

    @property
    def url(self) -> str:
        return self.process.url

    @property
    def identifier(self) -> str:
        return self.folder.get("iot.box", "generated_identifier")

    def start(self) -> None:
        """Start it and wait for its pages; what it was paired with stays."""
        self.process.stop(kill=True)  # one that an interrupted command left behind
        self.folder.ensure(setup.ensure())
        self.folder.configure(self.process.port)
        self.child = self.children.start("box", self.process.command, self.process.environment)
        self.child.wait_ready(self.process.answers, "the box serves its pages", START_LIMIT)

    def pair(self, admin: User, server_url: str) -> None:
        """Pair it with the park's record of it, unless it is already."""
        record = admin.id_of(RECORD)
        token = admin.call("scenic.box", "read", [record], ["token"])[0]["token"]
        known = (self.folder.get("iot.box", "remote_server"), self.folder.get("iot.box", "token"))
        if known != (server_url, token):
            database = admin.address.database
            self.process.pair(
                f"{server_url}?token={token}&db_uuid=&enterprise_code=&db_name={database}"
            )

    def kill(self) -> None:
        """Cut its power."""
        self.child.kill()
        self.children.forget(self.child)

    def ready(self) -> bool:
        """Tell whether the box can use all its lanes; LookupError names what it waits for."""
        lanes = (self.process.status() or {}).get("lanes")
        if not lanes:
            raise LookupError("it knows no lane yet")
        missing = [
            f"{code}: {device['name']} {device['detail']}"
            for code, lane in lanes.items()
            for device in lane["devices"]
            if not (lane["usable"] and device["ok"])
        ]
        if missing:
            raise LookupError("; ".join(missing))
        return True

    def forget(self) -> None:
        """Make it a new box: without pairing, tickets and journal."""
        self.process.stop(kill=True)
        shutil.rmtree(self.folder.place, ignore_errors=True)
