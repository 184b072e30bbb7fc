"""The near side of the lane hardware: where its devices are, and what is told to them."""

import hashlib
import json
import os
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class LaneDevices:
    """Where the devices of one lane are plugged in: a TCP port or the path of a serial line."""

    code: str
    reader: int | Path
    barrier: int | Path
    observer: Path | None = None
    visitor_after: float | None = 0.6
    pulse_ms: int = 500

    def config(self) -> dict:
        def device(place):
            return {"tcp": place} if isinstance(place, int) else {"serial": str(place)}

        return {
            "code": self.code,
            "reader": device(self.reader),
            "barrier": device(self.barrier),
            "observer": self.observer and str(self.observer),
            "visitor_after": self.visitor_after,
        }


SOCKET_LIMIT = 100  # bytes of the path of a Unix socket


class LaneControl:
    """Tells the hardware process of the park in `folder` what visitors do."""

    def __init__(self, folder: Path):
        self.path = folder / "lanes.sock"
        if len(os.fsencode(self.path)) > SOCKET_LIMIT:
            name = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:16]
            self.path = Path(tempfile.gettempdir()) / f"scenic-{name}.sock"

    def _ask(self, **order) -> dict:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(60)
            connection.connect(str(self.path))
            connection.sendall(json.dumps(order).encode() + b"\n")
            answer = json.loads(connection.makefile().readline())
        if "error" in answer:
            raise LookupError(answer["error"])
        return answer

    def scan(self, lane: str, text: str) -> None:
        self._ask(do="scan", lane=lane, text=text)

    def walk(self, lane: str) -> None:
        self._ask(do="walk", lane=lane)

    def state(self) -> dict:
        return self._ask(do="state")


def write_config(path: Path, control: Path, lanes: list[LaneDevices]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        json.dumps({"control": str(control), "lanes": [lane.config() for lane in lanes]})
    )
