"""Orders to one device: a key for a reader, a restart. From the signed order to the device."""

import threading
import time

import gate_kit as kit
import pytest
from gate_kit import TOKEN
from gate_server import command
from iot_handlers.scenic_gate import device_orders
from iot_handlers.scenic_gate.config import parse
from iot_handlers.scenic_gate.sync import Pairing
from modbus_board import wire
from osdp_kit import NEW, OPTIONS, fresh_device
from patience import LIMIT_S, wait_for
from terminal_kit import HikDevice

UFACE = '{"code": "LAN_SUS-0", "result": 1, "success": true}'


class Served:
    """A whole box with one lane of given devices; the clock is the real one."""

    def __init__(self, folder, devices):
        self.box = kit.box(folder, pairing=lambda: Pairing("http://s", TOKEN, kit.BOX))
        self.box.clock.correct(time.time())
        self.stopped = threading.Event()
        self.follow(devices)
        self.thread = threading.Thread(
            target=self.box.serve_lane, args=("G1", self.stopped.is_set), daemon=True
        )
        self.thread.start()

    def follow(self, devices):
        """Take a configuration, as a sync brings it."""
        lane = kit.lane_config(devices=devices, confirm="none")
        self.box.engine.configure(parse(kit.config(lanes=[lane])))
        self.box._configured()

    def close(self):
        self.stopped.set()
        self.box.stop()
        self.thread.join(LIMIT_S)


def osdp(url, **options):
    return {
        "name": "Card reader",
        "role": "barrier",
        "driver": "osdp",
        "url": url,
        "options": OPTIONS | options,
    }


@pytest.fixture
def serve(tmp_path):
    made = []

    def start(devices):
        made.append(Served(tmp_path / "box", devices))
        return made[0]

    yield start
    for item in made:
        item.close()


def order(action, uid="a" * 32, seconds=60, name="Card reader"):
    return command(action, uid=uid, expires=time.time() + seconds, code=name)


def result(box, uid="a" * 32):
    return {ack["uid"]: ack["result"] for ack in box.desk.acks()}.get(uid)


def test_a_key_reaches_the_reader_by_a_signed_order_only(serve, tmp_path, monkeypatch):
    looked, is_ready = [], device_orders._is_ready
    monkeypatch.setattr(
        device_orders, "_is_ready", lambda *args: looked.append(is_ready(*args)) or looked[-1]
    )
    with fresh_device(tmp_path) as (made, bus):
        url = bus.url
        served = serve([osdp(url, password="default")])
        box = served.box
        wait_for(lambda: "G1" in box.runners and box.runners["G1"].lane.usable)
        # the order comes over the bus before the configuration with the key does
        assert box.desk.accept(order("keyset")) == "accepted"
        wait_for(lambda: looked)
        served.follow([osdp(url, password="default", password_new=NEW.hex())])
        wait_for(lambda: result(box) == "done")
        assert made.key == NEW
        # the server heard of it: the lane goes on under that key alone
        served.follow([osdp(url, password=NEW.hex())])
        wait_for(lambda: box.runners.get("G1") and box.runners["G1"].lane.usable)
        assert box.desk.accept(order("keyset") | {"uid": "b" * 32}) == "unsigned"


def test_a_configuration_with_a_new_key_installs_nothing(serve, tmp_path):
    with fresh_device(tmp_path) as (made, bus):
        served = serve([osdp(bus.url, password="default", password_new=NEW.hex())])
        wait_for(lambda: "G1" in served.box.runners and served.box.runners["G1"].lane.usable)
        assert made.key is None


def test_an_order_that_no_device_can_follow_ends_with_its_time(serve, tmp_path):
    with wire(tmp_path) as (ours, _theirs):
        keys = {"password": "default", "password_new": NEW.hex()}
        box = serve([osdp(str(ours), timeout_ms=300, **keys)]).box
        assert box.desk.accept(order("keyset", "b" * 32, 2)) == "accepted"  # nobody at the wire
        assert box.desk.accept(order("keyset", "c" * 32, 2, "Other")) == "accepted"
        wait_for(lambda: result(box, "b" * 32) == "busy")
        wait_for(lambda: result(box, "c" * 32) == "no_device")


def test_a_face_terminal_is_restarted_and_a_reader_is_not(serve, tmp_path):
    with HikDevice(UFACE) as device:
        face = {
            "name": "Face",
            "role": "terminal",
            "driver": "http_terminal",
            "url": device.url,
            "options": {"profile": "uface", "path": "/u", "password": "pass", "port": 8197},
        }
        box = serve([face]).box
        wait_for(lambda: "G1" in box.runners)
        assert box.desk.accept(order("restart", name="Face")) == "accepted"
        wait_for(lambda: result(box) == "done")
        assert device.calls == [("/restartDevice", "pass=pass")]
        assert box.desk.accept(order("keyset", "b" * 32, 2, "Face")) == "accepted"
        wait_for(lambda: result(box, "b" * 32) in ("busy", "bad_action"))


def test_orders_wait_for_an_empty_lane(monkeypatch):
    class Lane:
        state = device_orders.State.AWAIT

    class Runner:
        lane, retiring = Lane(), False

    assert not device_orders._is_ready(Runner(), [], "restart")
    Lane.state = device_orders.State.IDLE
    assert device_orders._is_ready(Runner(), [], "restart")
    Runner.retiring = True
    assert not device_orders._is_ready(Runner(), [], "restart")
