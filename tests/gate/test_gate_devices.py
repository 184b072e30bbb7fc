"""From a configuration to devices: which driver, which shared line, what is refused."""

import gate_kit as kit
import pytest
from iot_handlers.scenic_gate import devices as registry
from iot_handlers.scenic_gate.bus import PolledBus
from iot_handlers.scenic_gate.config import parse
from iot_handlers.scenic_gate.device import Barrier, DeviceError, Health, Reader, Terminal
from iot_handlers.scenic_gate.devices import Devices, Factory
from iot_handlers.scenic_gate.driver_specs import SPECS, fits, problems
from iot_handlers.scenic_gate.runner import LaneRunner
from iot_handlers.scenic_gate.status import _devices

RELAY = {
    "role": "barrier",
    "driver": "modbus_barrier",
    "url": "tcp://h",
    "options": {"in_entry": 0},
}


def lane(*devices, code="G1", **fields):
    data = kit.config(lanes=[kit.lane_config(code, devices=list(devices), **fields)])
    return parse(data).lanes[code]


class Face(Reader):
    def health(self):
        return Health(True, "", 2)


class Wing(kit.FakeBarrier):
    def health(self):
        return Health(False, "away", 1)


class Both(Terminal):
    def __init__(self, line, options):
        self.line, self.options = line, options
        self.reader, self.barrier = Face(), Wing()


class OtherBus(PolledBus):
    """A line with another protocol."""


def test_every_driver_is_described_and_made():
    described = {(name, role) for name, spec in SPECS.items() for role in spec.roles}
    assert described == set(registry.FACTORIES)


def test_lanes_with_one_address_share_the_line_and_another_has_its_own():
    devices = Devices()
    barriers = [
        devices.build(lane({**RELAY, "url": url}))[1] for url in ("tcp://a", "tcp://a", "tcp://b")
    ]
    assert barriers[0]._bus is not barriers[1]._bus  # nobody was on it: settings may be new
    barriers[1]._bus.attach(barriers[1])
    try:
        assert devices.build(lane({**RELAY, "url": "tcp://a"}))[1]._bus is barriers[1]._bus
        assert barriers[2]._bus is not barriers[1]._bus
    finally:
        barriers[1]._bus.detach(barriers[1])


def test_line_in_use_takes_no_second_protocol(monkeypatch):
    monkeypatch.setitem(
        registry.FACTORIES, ("other", "barrier"), Factory(lambda line, options: Wing(), OtherBus)
    )
    devices = Devices()
    _, barrier = devices.build(lane(RELAY))
    barrier._bus.attach(barrier)
    try:
        with pytest.raises(DeviceError, match="another protocol"):
            devices.build(lane({**RELAY, "driver": "other"}))
    finally:
        barrier._bus.detach(barrier)
    devices.build(lane({**RELAY, "driver": "other"}))


def test_terminal_is_reader_and_barrier_of_its_lane(monkeypatch, tmp_path):
    monkeypatch.setitem(registry.FACTORIES, ("face", "terminal"), Factory(Both))
    spec = {"name": "T1", "role": "terminal", "driver": "face", "url": "http://h"}
    config = lane(spec)
    readers, barrier = Devices().build(config)
    assert isinstance(readers[0], Reader)
    assert isinstance(barrier, Barrier)
    runner = LaneRunner(config, kit.engine(tmp_path), kit.FakeClock(), barrier, readers)
    assert _devices(runner) == [
        {**dict(list(spec.items())[:3]), "ok": False, "detail": "away", "dropped": 3}
    ]
    with pytest.raises(DeviceError, match="more than one"):
        Devices().build(lane(spec, {**spec, "name": "T2"}))


def test_barrier_that_cannot_hold_serves_no_lane_that_wants_it(monkeypatch):
    class Short(Wing):
        can_hold = False

    monkeypatch.setitem(
        registry.FACTORIES, ("short", "barrier"), Factory(lambda url, options: Short())
    )
    spec = {"role": "barrier", "driver": "short", "url": "tcp://h"}
    Devices().build(lane(spec))
    with pytest.raises(DeviceError, match="holds open"):
        Devices().build(lane(spec, multi="hold_n"))


@pytest.mark.parametrize(
    ("driver", "options", "option", "code"),
    [
        ("modbus_barrier", {"out_coli": 1}, "out_coli", "unknown"),
        ("modbus_barrier", {"unit": 256}, "unit", "whole"),
        ("modbus_barrier", {"unit": True}, "unit", "whole"),
        ("modbus_barrier", {"unit": 1.5}, "unit", "whole"),
        ("modbus_barrier", {"pulse": "sometimes"}, "pulse", "choice"),
        ("modbus_barrier", {"pulse_ms": None}, "pulse_ms", "number"),
        ("modbus_barrier", {"invert": "in_fire"}, "invert", "names"),
        ("modbus_barrier", {"invert": ["in_fir"]}, "invert", "names"),
        ("line_reader", {"good": "xy"}, "good", "hex"),
        ("line_reader", {"parity": "none"}, "parity", "choice"),
        ("line_reader", {"max_chars": [1]}, "max_chars", "whole"),
        ("http_terminal", {"profile": "face"}, "path", "missing"),
        ("http_terminal", {"profile": "zk_push"}, "sn", "missing"),
        ("frame_barrier", {}, "frames.open", "frame"),
    ],
)
def test_option_that_no_driver_follows_is_named(driver, options, option, code):
    assert [(item.option, item.code) for item in problems(driver, options)] == [(option, code)]


def test_what_drivers_follow_is_no_problem():
    good = {"unit": "1", "in_entry": None, "invert": ["in_fire"], "stop": 1.5, "pulse_ms": 50.5}
    assert problems("modbus_barrier", good) == []
    assert problems("unheard_of", {"x": 1}) == []
    assert fits("line_reader", "socket://h:1")
    assert not fits("line_reader", "http://h")
