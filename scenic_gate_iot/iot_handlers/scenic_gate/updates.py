"""Fetches new handlers, has them swapped at a quiet moment, and proves that they work.

The guard (module ``scenic_gate_box``, never updated this way) owns the files and the way back; this
file only asks it. A box without guard, or one that lets the stock code fetch handlers, stays as it
is and says so.
"""

from __future__ import annotations

import io
import json
import logging
import shutil
import zipfile
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from . import auth, selftest
from .lane import State
from .store import StoreError

if TYPE_CHECKING:
    from .box import GateBox

_logger = logging.getLogger(__name__)

MAX_UNPACKED, MAX_FILES = 8 * 1024 * 1024, 500
ROOM = 4 * MAX_UNPACKED  # bytes on disk for two sets and what is written meanwhile
RETRY_S = 60.0  # after a download that failed
EMPTY_S = 6.0  # lanes get that long to become empty, else the swap waits
LIMITS = (10.0, 900.0)  # seconds to prove itself


class UpdateError(Exception):
    """The handlers that came are not those that were announced."""


class Updates:
    """Follows the handlers that the server announces. ``guard``: of ``scenic_gate_box``."""

    def __init__(self, box: GateBox, guard=None, pinned: Callable[[], bool] = lambda: True) -> None:
        self._box, self._guard, self._pinned = box, guard, pinned
        self.live = ""
        self.error = ""
        self._offer: Mapping = {}
        self._retry_at = 0.0
        self._refused: set[str] = set()  # downloaded and not fit to be tried
        if guard:
            self.live = _digest_of(guard)

    def offered(self, offer: object) -> None:
        """Take what the server announces: hash, go, order, quiet_s, limit_s."""
        good = isinstance(offer, Mapping) and isinstance(offer.get("hash"), str)
        self._offer = offer if good and len(offer["hash"]) == 64 else {}

    def step(self) -> None:
        """Do what is due; called every second or so."""
        if self._guard is None:
            return
        state = self._guard.state()
        if state.get("trial"):
            self._prove(state)
        elif self._offer and self._wanted(state):
            self._follow(state)

    def _wanted(self, state: dict) -> bool:
        name, order = self._offer["hash"], self._offer.get("order") or ""
        if name == self.live or name in self._refused or not self._pinned():
            return False
        if name in (state.get("rejected") or {}):
            # what failed is tried again only when somebody says so, once for each time
            return bool(order) and order != state.get("order")
        return True

    def _follow(self, state: dict) -> None:
        name = self._offer["hash"]
        if not self._guard.is_staged(name):
            if self._box.clock.mono() < self._retry_at:
                return
            try:
                self._guard.stage(name, self._fetch(name))
                self.error = ""
            except UpdateError as err:
                self._refused.add(name)
                self.error = str(err)
                return
            except Exception as err:
                # the network, the disk: tried again
                self.error = f"{type(err).__name__}: {err}"[:200]
                self._retry_at = self._box.clock.mono() + RETRY_S
                return
        if self._offer.get("go") is True and self._is_quiet():
            self._swap(name)

    # ------------------------------------------------------------------ download

    def _fetch(self, name: str) -> dict[str, bytes]:
        data = self._box.care.signed_post(auth.HANDLERS_PATH, {"v": 1, "hash": name})
        files = unpack(data)
        for file, text in files.items():
            if file.endswith(".py"):
                try:
                    compile(text, file, "exec")
                except (SyntaxError, ValueError) as err:
                    raise UpdateError(f"{file}: {err}") from err
        return files

    # ---------------------------------------------------------------------- swap

    def _is_quiet(self) -> bool:
        quiet_s = float(self._offer.get("quiet_s") or 0)
        now = self._box.clock.now()
        for runner in list(self._box.runners.values()):
            lines = runner.recent.lines
            if runner.lane.state is not State.IDLE or (lines and now - lines[0]["t"] < quiet_s):
                return False
        return True

    def _swap(self, name: str) -> None:
        """Empty the lanes, write everything down, and let the guard restart the box."""
        expect = [code for code, runner in self._box.runners.items() if runner.lane.usable]
        limit_s = min(max(float(self._offer.get("limit_s") or 180), LIMITS[0]), LIMITS[1])
        if shutil.disk_usage(self._box.home).free < ROOM:
            self.error = "disk"  # the way back has to be written, too
            return
        if not self._box.care.empty_lanes(EMPTY_S):
            return
        _logger.warning("Scenic handlers %s come into force", name[:12])
        self._box.stop(wait=False)
        try:
            self._guard.swap(name, expect, limit_s, str(self._offer.get("order") or ""))
        except Exception:
            # the box is stopped already: it begins anew with the handlers that it has
            _logger.exception("Scenic handlers %s", name[:12])
            self._guard._restart()  # guards in the field have no other name for it

    # --------------------------------------------------------------------- proof

    def _prove(self, state: dict) -> None:
        """Tell the guard that this code works: lanes, decisions, disk, and the server."""
        missing = self.missing(state.get("expect") or ())
        self.error = missing
        if not missing:
            self._guard.confirm()
            self.live = _digest_of(self._guard)
            self._box.wake.set()

    def missing(self, expect) -> str:
        """Return what is still to be seen before this code counts as working."""
        box = self._box
        for code in expect:
            runner = box.runners.get(code)
            if code in box.lanes and not (runner and runner.lane.usable):
                return f"lane {code}"
        if wrong := selftest.run():
            return f"decision {wrong}"
        try:
            box.store.put(selftest=box.clock.now())
        except StoreError:
            return "disk"
        return "" if box.engine.online else "sync"

    # -------------------------------------------------------------------- status

    def told(self) -> dict:
        """Return what the server and the status page are told."""
        if self._guard is None:
            return {"hash": self.live, "state": "unguarded", "error": ""}
        state = self._guard.state()
        name = self._offer.get("hash") or ""
        word = "trial" if state.get("trial") else "steady"
        if word == "steady" and not self._pinned():
            word = "stock"
        elif word == "steady" and name and name != self.live:
            rejected = state.get("rejected") or {}
            word = "rejected" if name in rejected or name in self._refused else "waiting"
        return {
            "hash": self.live,
            "state": word,
            "wanted": name,
            "error": self.error[:200],
            "order": state.get("order") or "",
            "events": (state.get("events") or [])[-6:],
        }


def _digest_of(guard) -> str:
    try:
        return guard.live_hash()
    except OSError:
        return ""


def unpack(data: bytes) -> dict[str, bytes]:
    """Return the files of a package; UpdateError when it is too large or no package."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > MAX_FILES or sum(m.file_size for m in members) > MAX_UNPACKED:
                raise UpdateError("the package is too large")
            return {member.filename: archive.read(member) for member in members}
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError) as err:
        raise UpdateError(f"the package cannot be read: {err}") from err


def signed_post(transport, pairing, path: str, now: int, nonce: str, data: dict) -> bytes:
    """Post to the server and return the body of its signed answer; raises when it is not its."""
    if pairing is None:
        raise ConnectionError("not paired")
    body = json.dumps(data, separators=(",", ":")).encode()
    headers = auth.request_headers(pairing.token, "POST", path, pairing.box, now, nonce, body)
    if pairing.database:
        headers["X-Odoo-Database"] = pairing.database
    answer = transport.post(pairing.server + path, headers, body)
    if not auth.verify_reply(pairing.token, nonce, answer.status, answer.body, answer.signature):
        raise ConnectionError("the answer is not signed by the server")
    if answer.status != 200:
        raise ConnectionError(f"the server answered {answer.status}")
    return answer.body
