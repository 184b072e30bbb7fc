"""A park that runs: server, lane hardware and gate box, each a process of its own."""

from pathlib import Path

from scenic_tools import paths

from . import box, lanes, server, waiting
from .children import Child, Children

HARDWARE_LIMIT = 90  # seconds
# as on the boards of scenic_park.hardware
BARRIER_OPTIONS = {"unit": 1, "out_coil": 0, "in_entry": 0}
BOX_LIMIT = 180  # seconds from the start of the box until all lanes are ready


class Scene:
    """Processes of one park, in a folder of its own."""

    def __init__(self, children: Children, folder: Path, address: server.Address):
        self.children = children
        self.folder = folder
        self.address = address
        self.control = lanes.LaneControl(folder)
        self.server: Child | None = None
        self.hardware: Child | None = None
        self.box: box.Box | None = None

    def start_server(self) -> None:
        self.server = server.start(self.children, self.address)

    def kill_server(self) -> None:
        """End the server without a word, as a power cut would."""
        self.server.kill()
        self.children.forget(self.server)

    def start_hardware(self, devices: list[lanes.LaneDevices]) -> None:
        """Start readers and barriers, and tell the server where they are plugged in."""
        config = self.folder / "lanes.json"
        lanes.write_config(config, self.control.path, devices)
        python = paths.VENV / "bin" / "python"
        self.hardware = self.children.start(
            "lanes",
            [python, "-m", "scenic_park.hardware", config],
            env={"PYTHONPATH": str(paths.ROOT / "tools")},
        )
        self.hardware.wait_ready(self.control.state, "the lane hardware answers", HARDWARE_LIMIT)
        admin = self.user("admin")
        for device in devices:
            code = device.code.lower()
            for role, place in (("reader", device.reader), ("barrier", device.barrier)):
                record = admin.id_of(f"yunlu.{role}_{code}")
                values = {"url": _url(role, place)}
                if role == "barrier":
                    values["options"] = BARRIER_OPTIONS | {"pulse_ms": device.pulse_ms}
                admin.call("scenic.device", "write", [record], values)
        here = [device.code for device in devices]
        elsewhere = admin.search("scenic.lane", [("code", "not in", here)], ["id"])
        admin.call("scenic.lane", "write", [lane["id"] for lane in elsewhere], {"active": False})

    def start_box(self, port: int, server_url: str | None = None, fresh: bool = True) -> None:
        """Start the park's box, pair it, and wait until its lanes are ready.

        `server_url`: the way from the box to the server, when it is not the direct one. `fresh`:
        it has no past.
        """
        self.box = box.Box(self.children, self.folder / "box", port)
        if fresh:
            self.box.forget()
        self.box.start()
        self.box.pair(self.user("admin"), server_url or self.address.url)
        self.wait_for_lanes()

    def wait_for_lanes(self) -> None:
        """Wait until the box can use all its lanes, and the server has heard from it."""
        self.box.child.wait_ready(self.box.ready, "it can use all its lanes", BOX_LIMIT)
        admin = self.user("admin")
        paired = [("state", "=", "paired"), ("is_online", "=", True)]
        waiting.until(
            lambda: admin.search("scenic.box", paired, ["id"]), "the server hears the box"
        )

    def user(self, login: str) -> server.User:
        return server.User(self.address, login, login)


def _url(role: str, place: int | Path) -> str:
    if isinstance(place, Path):
        return str(place)
    scheme = "socket" if role == "reader" else "tcp"
    return f"{scheme}://127.0.0.1:{place}"
