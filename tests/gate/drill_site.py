"""A box with two lanes and the package of a drill for the first; for the drill tests."""

import shutil
import socket
import threading
from contextlib import contextmanager
from dataclasses import replace

import gate_kit as kit
from free_ports import free_port
from gate_kit import ticket_row
from iot_handlers.scenic_gate.transport import HttpTransport
from modbus_board import tcp_board
from patience import LIMIT_S, wait_for
from test_gate_box import Site

DRILL_KID = DRILL_PRODUCT = 0xFFFF
OURS = {"kid": DRILL_KID, "product": DRILL_PRODUCT}
RISKY = {"kid": DRILL_KID, "product": DRILL_PRODUCT - 1}
EXPECTED = {
    "good": "OK", "used": "E_USED", "forged": "E_SIG", "revoked": "E_REVOKED", "unlisted": "OK",
    "risky": "R_UNLISTED_CUT_OFF",
}  # fmt: skip


class TwoLanes(Site):
    """G1 is drilled; G2 has hardware of its own."""

    def __init__(self, stack, folder):
        super().__init__(stack, folder)
        self.port_2 = free_port()
        self.board_2 = stack.enter_context(tcp_board(self.port_2))
        self.scanner_2 = socket.create_server(("127.0.0.1", 0))
        stack.callback(self.scanner_2.close)
        self.server.config = self.config()

    def config(self, **fields):
        # nobody walks through for a test ticket
        return kit.config(lanes=[self.lane(pass_timeout_s=1), self.lane_2()], **fields)

    def lane_2(self):
        port, scanner, board = self.port, self.scanner, self.board
        self.port, self.scanner, self.board = self.port_2, self.scanner_2, self.board_2
        made = self.lane(code="G2")
        self.port, self.scanner, self.board = port, scanner, board
        return made

    @contextmanager
    def running(self):
        self.box = kit.box(self.folder, HttpTransport(), self.pairing)
        stop = threading.Event()
        lanes = [
            threading.Thread(target=self.box.serve_lane, args=(code, stop.is_set))
            for code in ("G1", "G2")
        ]
        for thread in (self.box, *lanes):
            thread.start()
        try:
            wait_for(lambda: all(self.lane_status(c).get("usable") for c in ("G1", "G2")))
            self.reader, _ = self.scanner.accept()
            self.reader_2, _ = self.scanner_2.accept()
            wait_for(lambda: self.box.engine.online)
            yield self.box
        finally:
            stop.set()
            for thread in lanes:
                thread.join(LIMIT_S)
            self.box.stop()

    def visitor_at_g1(self, text):
        """Somebody is let in at the lane of the drill; passes however late this machine sees it."""
        lane = self.box.runners["G1"].lane
        before, lane.settings = lane.settings, replace(lane.settings, pass_timeout_s=LIMIT_S)
        with self.board.opening():
            self.reader.sendall(text.encode() + b"\r\n")
        self.board.pulse_input(0)
        wait_for(lambda: lane.state.value == "idle")
        lane.settings = before

    def lane_status(self, code):
        return self.box.status()["lanes"].get(code, {})

    # ------------------------------------------------------------- the drill

    def text(self, serial, **fields):
        return self.code(serial, **OURS | {"iat": int(self.now - kit.EPOCH) - 60} | fields)

    def row(self, serial, state="valid", used=0):
        fields = self.ticket(serial) | OURS
        return ticket_row(serial, state=state, elsewhere={kit.ZONE: used}, **fields) | {"a": ""}

    def package(self, **fields):
        now = int(self.now)
        good = self.text(1)
        rule = kit.config()["rules"][0] | {"product": DRILL_PRODUCT}
        return {
            "uid": "d" * 32,
            "lane": "G1",
            "expires": now + 600,
            "quiet_s": 0,
            "certificate": kit.KEYS.issue_server_certificate(
                kit.SITE, DRILL_KID, now - 86400, now + 86400
            ).hex(),
            "rule": rule,
            "rules": [rule, rule | {"product": DRILL_PRODUCT - 1, "risk": 2}],
            "tickets": [self.row(1), self.row(2, used=1), self.row(4, state="void")],
            "steps": [
                {"name": "good", "text": good},
                {"name": "used", "text": self.text(2)},
                {
                    "name": "forged",
                    "text": good[:-20] + ("A" if good[-20] != "A" else "B") + good[-19:],
                },
                {"name": "revoked", "text": self.text(4)},
                {"name": "unlisted", "text": self.text(5)},
            ],
            "more_steps": [{"name": "risky", "text": self.text(6, **RISKY)}],
        } | fields

    def offer(self, **fields):
        """Let the server announce a drill."""
        package = self.package(**fields)
        self.server.tamper = lambda reply: reply | {"drill": package}

    @property
    def drills(self):
        return self.box.care.drills

    def ended(self):
        """Wait for the end of the drill and of its write-back; return the report."""
        wait_for(lambda: self.drills.told().get("state") in ("done", "broken", "interrupted"))
        wait_for(lambda: self.box.status()["unsent"] == 0)
        return self.drills.told()

    def stops_at(self, monkeypatch, name):
        """Let the drill wait before the step ``name``; returns (it is there, go on)."""
        there, go_on = threading.Event(), threading.Event()
        show = self.drills._show

        def held(runner, step, text):
            if step == name:
                there.set()
                assert go_on.wait(LIMIT_S)
            return show(runner, step, text)

        monkeypatch.setattr(self.drills, "_show", held)
        return there, go_on

    # -------------------------------------------------------------- evidence

    def told_facts(self):
        """Facts the server has, in the order of their numbers."""
        return [fact for _key, fact in sorted(self.server.facts.items())]

    def of_tests(self, facts):
        return [fact for fact in facts if fact["uid"] and fact["uid"].startswith("0000ffff")]

    def photograph(self, into):
        """Copy the files as a power cut would leave them now."""
        with self.box.store.lock:
            aside = self.drills._aside
            if aside:
                aside.store.lock.acquire()
            try:
                shutil.copytree(self.folder, into)
            finally:
                if aside:
                    aside.store.lock.release()
