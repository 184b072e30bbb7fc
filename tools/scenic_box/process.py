"""The process of a box, and what can be asked of it from outside."""

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from scenic_tools import shell

from .layout import BoxFolder

START_S = 180


class BoxProcess:
    """One box. `port`: of its own pages on 127.0.0.1."""

    start_s: float = START_S  # for anything it is waited for
    answer_s: float = 15  # for one page

    def __init__(self, folder: BoxFolder, port: int):
        self.folder, self.port = folder, port
        self.url = f"http://127.0.0.1:{port}"
        self._child: subprocess.Popen | None = None

    @property
    def command(self) -> list[str]:
        """What starts the box in the foreground."""
        return [str(self.folder.script), "--config", str(self.folder.conf)]

    @property
    def environment(self) -> dict[str, str]:
        """What it needs besides the environment of its starter."""
        return {"SCENIC_GATE_HOME": str(self.folder.gate_home)}

    # --------------------------------------------------------------- process

    @property
    def pid(self) -> int | None:
        """Process number of a box that was started here before and still runs."""
        if self._child and self._child.poll() is None:
            return self._child.pid  # also while it begins anew and its file is not written yet
        path = self.folder.place / "box.pid"
        try:
            pid = int(path.read_text())
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return None
        return pid if str(self.folder.script).encode() in command else None

    def start(self) -> None:
        """Start it in the background and wait until it answers."""
        if self.pid:
            raise shell.SetupError(f"the box in {self.folder.place} runs already")
        with open(self.folder.log, "a") as log:
            self._child = subprocess.Popen(
                self.command,
                env=os.environ | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait(lambda: self.answers(), "it answers")

    def stop(self, kill: bool = False) -> None:
        """Stop it; `kill`: without giving it time for anything."""
        pid = self.pid
        if pid is None:
            return
        os.kill(pid, signal.SIGKILL if kill else signal.SIGTERM)
        self.wait(lambda: self.pid is None, "it ends")

    def wait(self, condition, what: str, seconds: float | None = None):
        """Wait for something about the box; SetupError with the end of its log when it fails."""
        deadline = time.monotonic() + (seconds or self.start_s)
        while not (result := condition()):
            if time.monotonic() > deadline:
                tail = self.folder.log.read_text()[-3000:] if self.folder.log.exists() else ""
                raise shell.SetupError(f"box in {self.folder.place}: not in time: {what}\n{tail}")
            time.sleep(0.2)
        return result

    # ------------------------------------------------------------------ pages

    def answers(self) -> bool:
        """Whether the stock box serves its pages."""
        return self._get("/iot_drivers/ping") is not None or self.status() is not None

    def status(self) -> dict | None:
        """State of the gates; None while the box has no gate handlers or does not answer."""
        text = self._get("/scenic_gate/status")
        return json.loads(text) if text else None

    def pair(self, line: str) -> None:
        """Do what the box's page does with a pairing line `URL?token=...&db_uuid=&...`.

        The box writes it down and starts itself again; it fetches its handlers then.
        """
        self._check(line)
        answer = self._call("/iot_drivers/connect_to_server", {"token": line})
        if answer.get("status") != "success":
            raise shell.SetupError(f"the box refused to be paired: {answer.get('message')}")
        self.wait(lambda: self.folder.paired, "it wrote the pairing down")

    @staticmethod
    def _check(line: str) -> None:
        # the stock box answers any of these mistakes with "try again"
        url, _, query = line.partition("?")
        names = {part.partition("=")[0] for part in query.split("&")}
        missing = {"token", "db_uuid", "enterprise_code"} - names
        if missing or names - {"token", "db_uuid", "enterprise_code", "db_name"}:
            raise shell.SetupError(f"a pairing line has token, db_uuid, enterprise_code: {line}")
        if "//localhost" in url:
            raise shell.SetupError("the box does not take `localhost`: use 127.0.0.1")

    def wait_ready(self, seconds: float | None = None) -> dict:
        """Wait until the box knows its lanes and every one of them can be used."""
        return self.wait(self._ready, "its lanes are ready", seconds)

    def _ready(self) -> dict | None:
        status = self.status()
        lanes = (status or {}).get("lanes") or {}
        return status if lanes and all(lane.get("usable") for lane in lanes.values()) else None

    def _get(self, path: str) -> str | None:
        try:
            with urllib.request.urlopen(self.url + path, timeout=self.answer_s) as reply:
                return reply.read().decode()
        except (urllib.error.URLError, OSError):
            return None

    def _call(self, path: str, params: dict) -> dict:
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}).encode()
        request = urllib.request.Request(
            self.url + path, body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as reply:
            return json.load(reply).get("result") or {}
