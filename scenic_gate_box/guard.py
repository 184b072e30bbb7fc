"""Changes the gate handlers of a box, and takes a change back that does not prove itself.

Runs before ``iot_drivers`` and depends on nothing that is ever updated: whatever is wrong with new
handlers, this file still decides which set is in force. State is one file, replaced atomically;
copying a set is repeated until it is complete, so a power cut at any moment does no harm.

    DATA/handlers.json        what is in force, what is on trial, what was rejected, what happened
    DATA/handlers/HASH/       complete sets: the one in force and the one before
"""

import hashlib
import json
import logging
import os
import shutil
import sys
import threading
import time
from pathlib import Path

_logger = logging.getLogger(__name__)

MAX_BOOTS = 3  # starts that a set on trial gets
TRIAL_S = 180.0  # and the time to prove itself after a start
KEEP_EVENTS = 20
SALT = "scenic-handlers-v1"
OURS = "scenic_"  # files of the stock box stay those of its own Odoo


def is_ours(name):
    """Tell whether a file of a package (`folder/file`) belongs to the gate handlers."""
    folder, _, file = name.partition("/")
    if not file or "/" in file or "\\" in name or file.startswith((".", "_")):
        return False
    return folder.startswith(OURS) or (
        folder in ("drivers", "interfaces") and file.startswith(OURS)
    )


def digest(files):
    """Return the name of a set, {name: bytes}; the server computes the same."""
    made = hashlib.sha256(SALT.encode())
    for name in sorted(files):
        made.update(b"\0%d %s\0%d " % (len(name), name.encode(), len(files[name])))
        made.update(files[name])
    return made.hexdigest()


class Guard:
    """``live``: folder that the stock box loads handlers from; ``home``: data of the gates."""

    def __init__(self, live, home, restart=None, now=time.time):
        self.live, self.home = Path(live), Path(home)
        self.sets, self._file = self.home / "handlers", self.home / "handlers.json"
        self._restart = restart or restart_process
        self._now = now
        self._lock = threading.RLock()

    # ------------------------------------------------------------------- state

    def state(self):
        """Return what is known; an unreadable file counts as nothing."""
        try:
            data = json.loads(self._file.read_text())
        except (OSError, ValueError):
            return {}
        return data if isinstance(data, dict) else {}

    def _save(self, state, what="", **event):
        if what:
            events = [*state.get("events", ()), {"t": int(self._now()), "what": what, **event}]
            state = state | {"events": events[-KEEP_EVENTS:]}
        self.home.mkdir(parents=True, exist_ok=True)
        write_durably(self._file, json.dumps(state).encode())
        return state

    def live_files(self):
        """Return the gate handlers in force, {name: bytes}."""
        return read_set(self.live)

    # -------------------------------------------------------------- at the start

    def boot(self):
        """Bring the handlers into the state that was decided; call it before they are loaded."""
        try:
            state = self.state()
            if state.get("trial") and not state.get("copying"):
                state = self._count_start(state)
            if state.get("copying"):
                state = self._finish_copying(state)
            if state.get("trial"):
                seconds = float(state.get("limit_s") or TRIAL_S)
                threading.Thread(target=self._watch, args=(seconds,), daemon=True).start()
        except Exception:
            # the box must start in any case, with whatever handlers it has
            _logger.exception("Scenic guard")

    def _count_start(self, state):
        boots = int(state.get("boots") or 0) + 1
        state = self._save(state | {"boots": boots})
        return state if boots <= MAX_BOOTS else self._decide_back(state, "starts")

    def _finish_copying(self, state):
        try:
            self._copy(state["want"])
        except OSError as err:
            _logger.exception("Scenic guard: handlers %s", state["want"][:12])
            if not state.get("trial"):
                raise
            state = self._decide_back(state, f"copy: {err.strerror}")
            self._copy(state["want"])
        boots = 1 if state.get("trial") else 0
        return self._save(state | {"copying": False, "current": state["want"], "boots": boots})

    def _copy(self, name):
        """Make the live folder equal to a set; harmless to repeat."""
        files = read_set(self.sets / name)
        if digest(files) != name:
            raise OSError(5, f"set {name[:12]} is damaged")
        for old in self.live_files():
            if old not in files:
                (self.live / old).unlink()
        for file, data in files.items():
            path = self.live / file
            if not path.is_file() or path.read_bytes() != data:
                path.parent.mkdir(parents=True, exist_ok=True)
                write_durably(path, data)
        for cache in self.live.glob("*/__pycache__"):
            # a compiled file of the old code may have the same time and size
            shutil.rmtree(cache, ignore_errors=True)

    def _watch(self, seconds):
        """Take a set back that has not been confirmed in time, however it hangs."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            time.sleep(min(1.0, max(0.05, deadline - time.monotonic())))
            if not self.state().get("trial"):
                return
        self.give_up("time")

    # ------------------------------------------------------------------ changing

    def stage(self, name, files):
        """Lay a set beside the others; ValueError when it is not what ``name`` says."""
        strange = [file for file in files if not is_ours(file)]
        if strange or digest(files) != name:
            raise ValueError("the handlers are not those that were announced")
        write_set(self.sets / name, files)

    def is_staged(self, name):
        """Tell whether a set lies complete beside the others."""
        return digest(read_set(self.sets / name)) == name

    def live_hash(self):
        """Return the name of the set in force."""
        return digest(self.live_files())

    def swap(self, name, expect, limit_s=TRIAL_S, order=""):
        """Decide for a set; it comes into force with the restart that follows.

        ``expect``: lanes that must work again; ``order``: of the person who wanted it now.
        """
        with self._lock:
            if not self.is_staged(name):
                raise ValueError("the handlers are not staged")
            files = self.live_files()
            previous = digest(files)
            write_set(self.sets / previous, files)  # the way back
            self._save(
                self.state()
                | {
                    "want": name,
                    "previous": previous,
                    "trial": True,
                    "copying": True,
                    "boots": 0,
                    "expect": list(expect),
                    "limit_s": limit_s,
                    "order": order,
                },
                "swapped",
                hash=name,
            )
        self._restart()

    def confirm(self):
        """The set on trial has proved itself."""
        with self._lock:
            state = self.state()
            if not state.get("trial"):
                return
            self._save(state | {"trial": False, "boots": 0}, "confirmed", hash=state["want"])
            keep = {state["want"], state.get("previous")}
        for folder in self.sets.iterdir():
            if folder.name not in keep:
                shutil.rmtree(folder, ignore_errors=True)

    def give_up(self, why):
        """Take the set on trial back and restart."""
        with self._lock:
            state = self.state()
            if not state.get("trial"):
                return
            self._decide_back(state, why)
        _logger.error("Scenic guard: the new handlers did not prove themselves (%s)", why)
        self._restart()

    def _decide_back(self, state, why):
        bad = state["want"]
        rejected = dict(list((state.get("rejected") or {}).items())[-9:]) | {bad: why}
        return self._save(
            state
            | {"want": state["previous"], "trial": False, "copying": True, "rejected": rejected},
            "rolled_back",
            hash=bad,
            why=why,
        )


# ------------------------------------------------------------------------ files


def read_set(folder):
    """Return the gate handlers in a folder, {name: bytes}."""
    folder = Path(folder)
    found = {}
    for path in sorted(folder.glob("*/*")):
        name = path.relative_to(folder).as_posix()
        if is_ours(name) and path.is_file() and path.suffix != ".pyc":
            found[name] = path.read_bytes()
    return found


def write_set(folder, files):
    """Write a complete set under its name, or nothing."""
    if digest(read_set(folder)) == folder.name:
        return
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    for name, data in files.items():
        (part / name).parent.mkdir(parents=True, exist_ok=True)
        write_durably(part / name, data)
    part.rename(folder)
    sync_folder(folder.parent)


def write_durably(path, data):
    """Replace a file; after a power cut it is the old one or the new one."""
    part = path.with_name(path.name + ".part")
    with open(part, "wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())
    part.replace(path)
    sync_folder(path.parent)


def sync_folder(folder):
    """Make names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def restart_process():
    """Begin this process anew, whatever its threads are at."""
    os.execv(sys.executable, [sys.executable, *sys.argv])


# --------------------------------------------------------------------- the box

_installed = None


def install(helpers):
    """Guard the handlers of this box; ``helpers``: those of ``iot_drivers``, just executed."""
    global _installed
    home = Path(os.environ.get("SCENIC_GATE_HOME") or Path.home() / "scenic_gate")
    live = helpers.path_file("odoo", "addons", "iot_drivers", "iot_handlers")
    _installed = Guard(live, home)
    _installed.boot()


def installed():
    """Return the guard of this process, None where none was installed."""
    return _installed
