"""A whole box: real threads, real ports, a real HTTP server, pymodbus as the gate."""

import socket
import sqlite3
import threading
import time
from contextlib import ExitStack, contextmanager

import gate_kit as kit
import pytest
from free_ports import free_port
from gate_http import HttpServer
from gate_kit import code, ticket_row
from gate_server import FakeServer, command
from iot_handlers.scenic_gate import sync, transport
from iot_handlers.scenic_gate.box import AlreadyRunning
from iot_handlers.scenic_gate.store import Store
from iot_handlers.scenic_gate.sync import Pairing
from iot_handlers.scenic_gate.transport import HttpTransport, Offline
from modbus_board import tcp_board
from patience import LIMIT_S, wait_for


class Site:
    """One lane with its hardware, the server, and a box between them."""

    def __init__(self, stack, folder):
        self.folder, self.stack = folder, stack
        self.now = time.time()
        self.port = free_port()
        self.board = stack.enter_context(tcp_board(self.port))
        self.scanner = socket.create_server(("127.0.0.1", 0))
        self.scanner.settimeout(LIMIT_S)
        stack.callback(self.scanner.close)
        self.server = FakeServer(kit.config(lanes=[self.lane()]))
        self.server.now, self.server.batch = self.now, 500
        self.http = stack.enter_context(HttpServer(self.server))
        self.cut = False
        self.box = None

    def lane(self, **fields):
        reader = {
            "name": "QR",
            "role": "reader",
            "driver": "line_reader",
            "url": f"socket://127.0.0.1:{self.scanner.getsockname()[1]}",
        }
        barrier = {
            "name": "relay",
            "role": "barrier",
            "driver": "modbus_barrier",
            "url": f"tcp://127.0.0.1:{self.port}",
            "options": {"in_entry": 0, "in_fire": 2, "pulse_ms": 200, "timeout_ms": 20_000},
        }
        # who is let in passes, however long this machine takes for it
        return kit.lane_config(**{"devices": [reader, barrier], "pass_timeout_s": 60} | fields)

    def pairing(self):
        url = "http://127.0.0.1:9" if self.cut else self.http.url
        return Pairing(url, kit.TOKEN, kit.BOX, "park")

    @contextmanager
    def running(self, ready=True):
        """A box process's worth of threads."""
        self.box = kit.box(self.folder, HttpTransport(), self.pairing)
        stop = threading.Event()
        lane = threading.Thread(target=self.box.serve_lane, args=("G1", stop.is_set))
        self.box.start()
        lane.start()
        try:
            if ready:
                wait_for(lambda: self.status().get("usable"))
                self.reader, _ = self.scanner.accept()
                wait_for(self.listens)
            yield self.box
        finally:
            stop.set()
            lane.join(LIMIT_S)
            self.box.stop()

    def status(self):
        return self.box.status()["lanes"].get("G1", {})

    def listens(self):
        """Whether the lane reads what the scanner sends."""
        devices = self.status().get("devices", [])
        return any(device["role"] == "reader" and device["ok"] for device in devices)

    def scan(self, text):
        self.reader.sendall(text.encode() + b"\r\n")

    def ticket(self, serial, **fields):
        """A ticket that is valid today, whatever day the tests run."""
        today = int(self.now + 8 * 3600 - kit.EPOCH) // 86400
        return {"valid_from": today - 1, "valid_days": 3, "iat": 0} | fields

    def code(self, serial, **fields):
        return code(serial, **self.ticket(serial, **fields))

    def nobody_passes(self):
        """End the time that the visitor under way has."""
        lane = self.box.runners["G1"].lane
        wait_for(lambda: lane.state.value == "await")
        lane.deadline = 0.0
        wait_for(lambda: lane.state.value == "idle")

    def kinds(self):
        db = sqlite3.connect(self.folder / "gate.db")
        rows = db.execute("SELECT kind FROM fact WHERE kind != 'boot' ORDER BY seq").fetchall()
        db.close()
        return [kind for (kind,) in rows]


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.setattr(sync, "ONLINE_S", 0.1)
    monkeypatch.setattr(sync, "BACKOFF_S", (0.2,))
    with ExitStack() as stack:
        yield Site(stack, tmp_path)


def test_visitor_scans_walks_through_and_reaches_the_server(site):
    site.server.tickets = [ticket_row(1, **site.ticket(1))]
    with site.running():
        wait_for(lambda: site.box.engine.snapshot.count() == 1)
        with site.board.opening():
            site.scan(site.code(1))
        site.board.pulse_input(0)
        wait_for(lambda: site.kinds() == ["reserved", "passed"])
        wait_for(lambda: len(site.server.facts) == 3)
        assert site.status()["last"]["text"] == "请进"
        site.scan(site.code(1))  # the reader sees it again while the visitor leaves
        site.scan("no ticket at all")
        wait_for(lambda: "refused" in site.kinds())
        assert site.kinds() == ["reserved", "passed", "refused"]
    assert not any(site.board.coils())


def test_cut_off_box_admits_an_unlisted_ticket_once_and_reports_it_later(site):
    site.server.config = kit.config(lanes=[site.lane(pass_timeout_s=1)])
    with site.running():
        site.cut = True
        wait_for(lambda: not site.box.engine.online)
        with site.board.opening():
            site.scan(site.code(7))
        wait_for(lambda: site.kinds() == ["reserved", "released"])
        site.server.config, site.server.config_rev = kit.config(lanes=[site.lane()]), "2"
        site.cut = False
        wait_for(lambda: site.box.engine.config.lanes["G1"].settings.pass_timeout_s > 1)
    site.cut = True
    with site.running():
        with site.board.opening():
            site.scan(site.code(7))
        site.board.pulse_input(0)
        wait_for(lambda: "passed" in site.kinds())
        assert site.box.status()["clock"] == "unsure"
        site.cut = False
        wait_for(lambda: site.box.engine.online)
        wait_for(lambda: len(site.server.facts) == site.box.engine.journal.seq)
    assert [f["mode"] for f in site.server.chain(site.box.store.epoch)].count("offline") >= 4


def test_command_of_the_server_opens_within_a_sync(site):
    with site.running():
        order = command(expires=time.time() + 60, n=1)
        with site.board.opening():
            site.server.commands = [order]
        wait_for(lambda: site.server.acks == {order["uid"]: "done"})
        wait_for(lambda: site.kinds() == ["opened"])


def test_emergency_input_stops_the_lane_until_staff_resets_it(site):
    with site.running():
        site.board.set_input(2, True)
        wait_for(lambda: site.status()["state"] == "emergency")
        site.scan(site.code(1))
        site.board.pulse_input(0)
        site.board.set_input(2, False)
        wait_for(lambda: site.kinds() == ["emergency_on", "refused"])
        wait_for(lambda: not site.box.runners["G1"].lane._panel)
        site.box.desk.accept(command("reset", expires=time.time() + 60))
        wait_for(lambda: site.status()["state"] == "idle")
        rows = site.box.engine.journal.facts(0, 99)
        assert [f["pax"] for f in rows if f["kind"] == "emergency_off"] == [1]


def test_lane_follows_its_configuration_when_nobody_passes(site):
    with site.running():
        site.server.config = kit.config(lanes=[site.lane(name="New", multi="hold_n")])
        site.server.config_rev = "2"
        wait_for(lambda: "G1" in site.box.runners and site.box.runners["G1"].config.name == "New")
        wait_for(lambda: site.status().get("usable"))
        site.reader, _ = site.scanner.accept()
        wait_for(site.listens)
        with site.board.opening():
            site.scan(site.code(1))


@pytest.mark.parametrize(
    ("devices", "words"),
    [
        ([{"role": "barrier", "driver": "magic", "url": "x"}], "no barrier driver 'magic'"),
        ([{"role": "reader", "driver": "magic", "url": "x"}], "no reader driver 'magic'"),
        ([{"role": "terminal", "driver": "magic", "url": "x"}], "no terminal driver 'magic'"),
        ([{"role": "barrier", "driver": "modbus_barrier", "url": "tcp://h"}], "waits for a sensor"),
        ([{"role": "barrier", "driver": "modbus_barrier", "url": "tcp://h"}] * 2, "more than one"),
    ],
)
def test_lane_that_cannot_work_says_why(site, devices, words):
    site.server.config = kit.config(lanes=[kit.lane_config(devices=devices)])
    with site.running(ready=False):
        wait_for(lambda: words in site.status().get("error", ""))


def test_gate_without_its_board_turns_visitors_away_untouched(site):
    site.server.config = kit.config(lanes=[site.lane()])
    site.port = free_port()  # nobody listens there
    site.server.config["lanes"][0]["devices"][1]["url"] = f"tcp://127.0.0.1:{site.port}"
    with site.running(ready=False):
        site.reader, _ = site.scanner.accept()
        wait_for(site.listens)  # what comes while the port opens is thrown away
        site.scan(site.code(1))
        wait_for(lambda: site.kinds() == ["refused"])
        assert not site.status()["usable"]


def test_two_processes_never_share_a_journal(site):
    with site.running(), pytest.raises(AlreadyRunning, match=str(site.folder)):
        kit.box(site.folder)
    kit.box(site.folder).stop()


def test_damaged_database_is_put_aside_and_the_gate_starts_anew(tmp_path):
    first = kit.box(tmp_path)
    epoch = first.store.epoch
    first.stop()
    (tmp_path / "gate.db").write_bytes(b"\0" * 8192)
    box = kit.box(tmp_path)
    assert box.store.epoch != epoch
    box.stop()
    assert len(list(tmp_path.glob("damaged-*gate.db"))) == 1


def test_box_starts_on_a_full_disk_and_says_so(tmp_path, monkeypatch):
    kit.box(tmp_path).stop()
    prepare = Store._prepare

    def full(self, random_hex):
        prepare(self, random_hex)
        self.db.execute("PRAGMA query_only=1")

    monkeypatch.setattr(Store, "_prepare", full)
    box = kit.box(tmp_path)
    assert box.status()["waiting"] == 1
    box.stop()


# ------------------------------------------------------------------- transport


@pytest.mark.parametrize("kind", ["redirect", "huge", "slow"])
def test_transport_takes_no_strange_answer(kind, monkeypatch):
    class Strange(HttpServer):
        def reply(self, handler, body):
            if kind == "redirect":
                self.send(handler, 302, b"", {"Location": self.url + "/elsewhere"})
            elif kind == "huge":
                self.send(handler, 200, b"x" * (transport.MAX_BODY + 2))
            else:
                time.sleep(1.5)

    monkeypatch.setattr(transport, "READ_S", 0.3)
    with Strange() as http:
        client = HttpTransport()
        if kind == "redirect":
            assert client.post(http.url + "/p", {}, b"").status == 302
            assert http.seen == ["/p"]
        else:
            with pytest.raises(Offline):
                client.post(http.url + "/p", {}, b"")


def test_transport_that_finds_nobody_is_offline():
    with pytest.raises(Offline):
        HttpTransport().post(f"http://127.0.0.1:{free_port()}/p", {}, b"")
