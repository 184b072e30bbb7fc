"""The stock IoT box of Odoo 19.0 as a process, with our handlers fetched from a server.

What is not ours here: Odoo's iot_drivers, its Manager, its download, its serial drivers.
"""

import os
import select
import time
from contextlib import ExitStack

import gate_hostile as hostile
import gate_kit as kit
import pytest
from gate_server import command
from patience import LIMIT_S, wait_for
from scenic_park.relay import Relay
from stock_kit import Installation, port

TELL = "/iot/box/send_websocket"
DEVICES = ("scenic_gate:G1", "scenic_printer:7", "scenic_gate:", "", "x" * 5000, "\ud800")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A box that was started empty, paired on its own page, and has fetched its handlers."""
    with ExitStack() as stack:
        made = Installation(stack, tmp_path_factory.mktemp("stock"))
        made.box.start()
        assert made.box.status() is None
        made.box.pair(made.http.pairing_line(kit.TOKEN))
        # read when it starts again, in a second: a box that belongs to nobody knows no lanes, so
        # the stock serial drivers may only come now
        made.folder.set("scenic_gate_box", handlers="scenic_*,serial_*,l10n_ke_*")
        made.first = made.box.wait_ready()
        yield made


def test_box_has_our_handlers_flat_beside_its_own(place):
    names = {str(path.relative_to(place.handlers)) for path in place.handlers.rglob("*.py")}
    assert {"scenic_gate/engine.py", "scenic_rules/passage.py"} <= names
    assert {"drivers/serial_scale_driver.py", "interfaces/serial_interface.py"} <= names
    assert not [name for name in names if name.count("/") != 1 or "__init__" in name]


def test_lane_is_a_device_of_the_box_and_the_server_knows_it(place):
    wait_for(lambda: "scenic_gate:G1" in place.http.setups[-1]["devices"])
    assert place.http.setups[-1]["iot_box"]["identifier"].startswith("linux-")
    assert place.first["online"]


def test_visitor_passes_the_stock_box(place):
    wait_for(lambda: place.box.status()["lanes"]["G1"]["state"] == "idle")
    with place.board.opening():
        place.scan(place.today(1))
    place.board.pulse_input(0)
    epoch = place.first["epoch"]
    wait_for(lambda: "passed" in [f["kind"] for f in place.server.chain(epoch)])
    assert place.box.status()["lanes"]["G1"]["last"]["reason"] == "OK"


def test_no_action_from_the_network_opens_a_gate(place):
    wait_for(lambda: not place.board.coils()[0])
    forged = command(expires=time.time() + 60) | {"sig": "0" * 64}
    for data in (
        {"action": "open"},
        {"action": "hold"},
        {"action": "command"},
        {"action": "command", "command": {"action": "open", "lane": "G1"}},
        {"action": "command", "command": forged},
        {"action": "serve_lane"},
        {"action": "run"},
    ):
        place.act(**data)
    time.sleep(0.5)
    assert not place.board.coils()[0]
    kinds = [f["kind"] for f in place.server.chain(place.first["epoch"])]
    assert "opened" not in kinds


def test_signed_command_from_the_network_opens_once(place):
    wait_for(lambda: place.box.status()["lanes"]["G1"]["state"] == "idle")
    before = [entry for entry in place.board.log if entry[0] == 5 and entry[2] == [True]]
    order = command(expires=time.time() + 60, box=place.server.box)
    for _ in range(3):
        place.act(action="command", command=order)
    wait_for(lambda: place.server.acks.get(order["uid"]) == "done")
    place.board.pulse_input(0)
    after = [entry for entry in place.board.log if entry[0] == 5 and entry[2] == [True]]
    assert len(after) == len(before) + 1


def test_a_hostile_client_of_the_network_opens_nothing_and_stops_nobody(place):
    wait_for(lambda: place.box.status()["lanes"]["G1"]["state"] == "idle")
    seq, log = len(place.server.chain(place.first["epoch"])), len(place.board.log)
    refused = sum(place.box.status()["orders_refused"].values())
    orders = [
        command(expires=time.time() - 60, box=place.server.box),  # expired
        command(expires=time.time() + 9999, box=place.server.box),  # for much later
        command(expires=time.time() + 60, box="box-2"),  # another box's
        command(expires=time.time() + 60, box=place.server.box, token="guessed"),
    ]
    told = place.http.seen.count(TELL)
    with hostile.Client(place.box.port) as client:
        replies = [*client.every_route(), *client.actions(DEVICES, orders)]
        client.half_requests()
        # visitors come while half-open connections wait
        with place.board.opening():
            place.scan(place.today(7))
        place.board.pulse_input(0)
        wait_for(lambda: place.box.status()["lanes"]["G1"]["last"]["reason"] == "OK")
    assert not [reply for reply in replies if reply.tells_a_traceback]
    wait_for(lambda: place.box.status()["lanes"]["G1"]["state"] == "idle")
    wait_for(lambda: place.box.status()["unsent"] == 0)
    said = [fact["kind"] for fact in place.server.chain(place.first["epoch"])[seq:]]
    assert set(said) <= {"reserved", "passed", "refused"}
    assert said.count("reserved") == 1
    opened = [entry for entry in place.board.log[log:] if entry[0] == 5 and entry[2] == [True]]
    assert len(opened) == 1
    assert sum(place.box.status()["orders_refused"].values()) >= refused + len(orders)
    # what nobody signed is neither kept, nor logged, nor told to the server; four were signed
    assert place.http.seen.count(TELL) <= told + 4
    lines = place.folder.log.read_text(errors="replace").splitlines()
    assert not [line[:300] for line in lines if hostile.JUNK in line]


def test_a_crowd_of_idle_connections_leaves_the_lanes_their_files(place):
    wait_for(lambda: place.box.status()["lanes"]["G1"]["state"] == "idle")
    files = f"/proc/{place.box.pid}/fd"
    before = len(os.listdir(files))
    with hostile.Client(place.box.port) as client:
        client.crowd(250)
        most = 0
        for serial in (8, 9):
            with place.board.opening():
                place.scan(place.today(serial))
            place.board.pulse_input(0)
            wait_for(lambda: not place.board.coils()[0])
            most = max(most, len(os.listdir(files)))
    assert most < before + 100
    wait_for(lambda: place.box.status()["lanes"]["G1"]["state"] == "idle")


def test_port_of_a_lane_is_never_probed_by_other_drivers(place):
    wait_for(lambda: f"{place.ours}" in place.http.setups[-1]["devices"])
    assert place.http.setups[-1]["devices"][str(place.ours)]["manufacturer"] == "Scenic"
    # the same stock drivers do write to a port that nobody claimed
    assert b"Ehello" in _read(place.weight, LIMIT_S, until=b"Ehello")
    assert _read(place.scanner, 1) == b""


def _read(path, seconds, until=None):
    """Return what the box wrote to a line, within some seconds."""
    seen, deadline = b"", time.monotonic() + seconds
    with open(path, "rb", buffering=0) as line:
        while time.monotonic() < deadline and not (until and until in seen):
            if select.select([line], [], [], 0.1)[0]:
                seen += line.read(256)
    return seen


def test_box_that_ends_shuts_a_held_gate(place):
    wait_for(lambda: place.box.status()["lanes"]["G1"]["state"] == "idle")
    order = command("hold", uid="b" * 32, expires=time.time() + 60, box=place.server.box)
    place.act(action="command", command=order)
    wait_for(lambda: place.board.coils()[0])
    place.box.stop()
    assert not place.board.coils()[0]


def test_pinned_box_starts_without_server_and_admits(place):
    place.folder.configure(place.box.port, pinned=True)
    server = place.folder.get("iot.box", "remote_server")
    place.folder.set("iot.box", remote_server="http://127.0.0.1:9")
    asked = place.http.seen.count("/iot/get_handlers")
    place.box.start()
    status = place.box.wait_ready()
    assert (status["online"], status["clock"]) == (False, "unsure")
    with place.board.opening():
        place.scan(place.today(2))
    place.board.pulse_input(0)
    wait_for(lambda: place.box.status()["lanes"]["G1"]["last"]["reason"] == "OK")
    place.box.stop(kill=True)
    place.folder.set("iot.box", remote_server=server)
    place.box.start()
    place.box.wait_ready()
    epoch = place.first["epoch"]
    wait_for(lambda: "offline" in [f["mode"] for f in place.server.chain(epoch)[6:]])
    wait_for(lambda: place.box.status()["unsent"] == 0)
    assert place.http.seen.count("/iot/get_handlers") == asked


def test_pinned_box_starts_beside_a_server_that_never_answers(place):
    """It listens and says nothing, which is worse than to be gone; then it comes back."""
    place.box.stop()
    server = place.folder.get("iot.box", "remote_server")
    target = ("127.0.0.1", int(server.rpartition(":")[2]))
    with Relay(port(), target) as network:
        network.freeze()
        place.folder.set("iot.box", remote_server=f"http://127.0.0.1:{network.port}")
        place.box.start()
        assert not place.box.wait_ready()["online"]
        place.somebody_passes(3)
        pid = place.box.pid
        network.join()
        wait_for(lambda: place.box.status()["online"])
        wait_for(lambda: place.box.status()["unsent"] == 0)
        assert place.box.pid == pid, "nobody had to restart it"
        place.box.stop()
    place.folder.set("iot.box", remote_server=server)


def test_unpinned_box_on_a_computer_starts_without_server_with_the_handlers_it_has(place, tmp_path):
    """As the README of scenic_gate_box says: no git, no upgrade. A Raspberry Pi would not start."""
    place.folder.configure(place.box.port, pinned=False)
    server = place.folder.get("iot.box", "remote_server")
    place.folder.set("iot.box", remote_server="http://127.0.0.1:9")
    calls = tmp_path / "git-calls"
    git = tmp_path / "git"
    git.write_text(f"#!/bin/sh\necho $@ >> {calls}\nexit 128\n")
    git.chmod(0o755)
    path = os.environ["PATH"]
    os.environ["PATH"] = f"{tmp_path}{os.pathsep}{path}"
    try:
        place.box.start()
    finally:
        os.environ["PATH"] = path
    assert not place.box.wait_ready()["online"]
    place.somebody_passes(4)
    assert not calls.exists(), calls.read_text()
    place.box.stop()
    place.folder.set("iot.box", remote_server=server)
    place.box.start()
    place.box.wait_ready()
    wait_for(lambda: place.box.status()["unsent"] == 0)
