"""Handler updates on the stock IoT box as a process: every one ends with a working gate.

What is not ours here: Odoo's iot_drivers, its loading of handlers, its restart.
"""

import os
import signal
import sqlite3
import time
from contextlib import ExitStack

import gate_kit as kit
import page_kit
import pytest
from gate_guard import guard_module
from gate_http import ROOT, handler_zip_module
from iot_handlers.scenic_gate import auth
from iot_handlers.scenic_gate.transport import Answer
from patience import LIMIT_S, wait_for
from stock_kit import Installation

packer = handler_zip_module()
PROVE_S, HANG_S = 120, 14  # for handlers to prove themselves: good ones, and those that hang


def handlers(**changed):
    """The package as the server makes it, with some files changed or added."""
    roots = [ROOT / name / "iot_handlers" for name in ("scenic_ticketing", "scenic_gate_iot")]
    files = packer.gate_handlers(packer.collect(roots))
    for name, text in changed.items():
        path = name.replace("__", "/") + ".py"
        files[path] = text(files.get(path, b""))
    return packer.etag(files, packer.GATE_SALT), packer.pack(files)


class Place(Installation):
    """A pinned box that follows what its server announces."""

    def __init__(self, stack, folder):
        super().__init__(stack, folder)
        self.package = b""
        self.offer = None
        self.asked = 0
        self.server.config = kit.config(lanes=[self.lane()], page=page_kit.PAGE)
        reply = self.http.reply
        self.http.reply = lambda handler, body: (
            self._handlers(handler, body) or reply(handler, body)
        )
        self.server.tamper = self._announce

    def _announce(self, reply):
        return reply | ({"handlers": self.offer} if self.offer else {})

    def _handlers(self, handler, body):
        if handler.path != auth.HANDLERS_PATH:
            return None
        self.asked += 1
        nonce = auth.verify_request(kit.TOKEN, "POST", handler.path, handler.headers, body)
        answer = Answer(
            200, auth.reply_signature(kit.TOKEN, nonce, 200, self.package), self.package
        )
        self.http.send(handler, 200, answer.body, {auth.H_SIGNATURE: answer.signature})
        return True

    def announce(self, package, **offer):
        name, self.package = package
        self.offer = {"hash": name, "go": True, "quiet_s": 0, "limit_s": PROVE_S} | offer
        return name

    def told(self):
        return (self.box.status() or {}).get("handlers") or {}

    def until(self, condition, what, seconds=3 * LIMIT_S):
        return self.box.wait(condition, what, seconds)

    def events(self):
        return [event["what"] for event in guard_module.Guard("/", self.folder.gate_home).state()
                .get("events", [])]  # fmt: skip

    def admits(self, serial):
        """A visitor walks through; returns the facts so far, whole and in order."""
        self.until(self.box._ready, "its lanes are ready")
        wait_for(self._listens)
        with self.board.opening():
            self.scan(self.today(serial))
        self.board.pulse_input(0)
        wait_for(lambda: self.kinds().count("passed") == serial)
        return self.kinds()

    def _listens(self):
        devices = self.box.status()["lanes"]["G1"]["devices"]
        return all(device["ok"] for device in devices)

    def kinds(self):
        (epoch,) = {epoch for epoch, _seq in self.server.facts}  # never another journal
        return [fact["kind"] for fact in self.server.chain(epoch)]

    def integrity(self):
        db = sqlite3.connect(self.folder.gate_home / "gate.db")
        try:
            return db.execute("PRAGMA integrity_check").fetchone()[0]
        finally:
            db.close()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with ExitStack() as stack:
        made = Place(stack, tmp_path_factory.mktemp("update"))
        made.box.start()
        made.box.pair(made.http.pairing_line(kit.TOKEN))
        made.box.wait_ready()
        made.box.stop()
        made.folder.configure(made.box.port, pinned=True)
        made.box.start()
        made.box.wait_ready()
        yield made


def test_good_handlers_are_swapped_proved_and_kept(place):
    assert place.admits(1)
    before = place.told()["hash"]
    name = place.announce(handlers(scenic_gate__tomorrow=lambda _: b"NEW = 1\n"), go=False)
    place.until(lambda: place.told().get("state") == "waiting", "it waits for a quiet moment")
    place.until(lambda: place.asked, "it has fetched them")
    assert place.told()["hash"] == before  # not while visitors may come
    place.offer["go"] = True
    place.until(lambda: place.told().get("hash") == name, "they are in force")
    assert (place.handlers / "scenic_gate" / "tomorrow.py").exists()
    assert (place.handlers / "drivers" / "serial_base_driver.py").exists()
    place.until(lambda: place.told()["state"] == "steady", "they are proved")
    assert place.events() == ["swapped", "confirmed"]
    assert place.admits(2)


def test_handlers_that_are_no_python_are_not_even_tried(place):
    good = place.told()["hash"]
    place.announce(handlers(scenic_gate__engine=lambda old: old + b"\ndef (:\n"))
    place.until(lambda: place.told().get("state") == "rejected", "they are refused")
    assert place.told()["hash"] == good
    assert place.events() == ["swapped", "confirmed"]


def test_handlers_that_do_not_import_are_taken_back(place):
    good = place.told()["hash"]
    broken = handlers(scenic_gate__engine=lambda old: old + b"\nimport not_there\n")
    bad = place.announce(broken, limit_s=HANG_S)
    place.until(lambda: place.events()[-1:] == ["rolled_back"], "they are taken back")
    place.until(lambda: place.told().get("hash") == good, "the ones before are back")
    place.until(lambda: place.told().get("state") == "rejected", "they are not wanted again")
    assert place.told()["events"][-1]["hash"] == bad
    assert place.admits(3)
    tried = place.events().count("swapped")
    time.sleep(3)
    assert place.events().count("swapped") == tried  # not again by itself


def test_handlers_that_never_sync_are_taken_back(place):
    good = place.told()["hash"]
    hang = b"\nimport time\nSync.once = lambda self: time.sleep(3600)\n"
    place.announce(handlers(scenic_gate__sync=lambda old: old + hang), limit_s=HANG_S)
    place.until(lambda: place.events().count("rolled_back") == 2, "they are taken back")
    place.until(lambda: place.told().get("hash") == good, "the ones before are back")
    assert place.admits(4)


def test_power_cut_in_the_middle_of_swapping(place):
    """Killed as soon as the decision is on disk: the restart finishes what was begun."""
    pid = place.box.pid
    name = place.announce(handlers(scenic_gate__tomorrow=lambda _: b"NEW = 2\n"))
    state = place.folder.gate_home / "handlers.json"
    deadline = time.monotonic() + LIMIT_S
    while f'"want": "{name}"' not in state.read_text() and time.monotonic() < deadline:
        time.sleep(0.001)
    os.kill(pid, signal.SIGKILL)
    place.until(lambda: place.box.pid is None, "it is gone")
    found = guard_module.Guard("/", place.folder.gate_home).state()
    assert found["trial"], (found, place.told())
    place.box.start()
    place.until(lambda: place.told().get("hash") == name, "they are in force")
    place.until(lambda: place.told()["state"] == "steady", "they are proved")
    assert place.integrity() == "ok"
    assert place.admits(5)


def test_handlers_that_crash_the_process_go_back_after_some_starts(place):
    good = place.told()["hash"]
    crash = b"\nimport os\nos._exit(3)\n"
    place.announce(handlers(scenic_gate__engine=lambda old: old + crash))
    place.until(lambda: place.box.pid is None, "it has crashed")
    for _ in range(guard_module.MAX_BOOTS):  # what a service manager does
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(place.box, "wait", lambda *_args: None)
            place.box.start()
        place.until(lambda: place.box.pid is None or place.told().get("hash"), "it ended")
        if place.box.pid:
            break
    if place.box.pid is None:
        place.box.start()
    place.until(lambda: place.told().get("hash") == good, "the ones before are back")
    assert place.admits(6)
    kinds = place.kinds()
    assert kinds.count("reserved") == kinds.count("passed") == 6
    assert "unknown" not in kinds
