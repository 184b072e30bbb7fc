"""OSDP against libosdp, somebody else's device in C, on a serial line; plain and secure."""

import os
import queue
import select
import time
from contextlib import contextmanager, suppress

import osdp as libosdp
import pytest
from fuzzing import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from iot_handlers.scenic_gate import osdp
from iot_handlers.scenic_gate.bus import NoAnswer
from iot_handlers.scenic_gate.device import Ack, DeviceError, Signal
from iot_handlers.scenic_gate.osdp_bus import OsdpBus
from iot_handlers.scenic_gate.osdp_device import OsdpBarrier, OsdpReader
from iot_handlers.scenic_gate.scan import kind_of
from modbus_board import wait_for, wire

KEY = bytes(range(1, 17))
ADDR = 5
OPTIONS = {"addr": ADDR, "baud": 115200, "timeout_ms": 300, "poll_ms": 20}


class Line(libosdp.Channel):
    """libosdp's way to a serial line."""

    def __init__(self, path):
        super().__init__()
        self._line = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self.deaf = False

    def read(self, max_bytes):
        if not select.select([self._line], [], [], 0)[0]:
            return b""
        data = os.read(self._line, max_bytes)
        return b"" if self.deaf else data

    def write(self, buf):
        return os.write(self._line, buf)

    def flush(self):
        return


class Device:
    """A reader with four outputs and four inputs made of libosdp."""

    def __init__(self, path, key):
        flags = [libosdp.LibFlag.EnforceSecure] if key else []
        self.line, self.orders = Line(path), queue.SimpleQueue()
        cap, self.outputs = libosdp.Capability, [0] * 4
        info = libosdp.PDInfo(ADDR, self.line, scbk=key, name="reader", flags=flags)
        capabilities = libosdp.PDCapabilities(
            [
                (cap.OutputControl, 1, 4),
                (cap.ContactStatusMonitoring, 1, 4),
                (cap.LEDControl, 1, 1),
                (cap.AudibleControl, 1, 1),
                (cap.CommunicationSecurity, 1, 1),
            ]
        )
        self.device = libosdp.PeripheralDevice(
            info, capabilities, libosdp.LogLevel.Emergency, self._command
        )

    def _command(self, command):
        if command["command"] == libosdp.Command.Status:
            return -1, None  # its Python cannot tell the state of outputs
        if command["command"] == libosdp.Command.Output:
            self.outputs[command["output_no"]] = int(command["control_code"] in (2, 4, 5))
        self.orders.put(command)
        return 0, None

    def order(self):
        return self.orders.get(timeout=5)

    def card(self, data, bits):
        self.device.submit_event(
            {
                "event": libosdp.Event.CardRead,
                "reader_no": 0,
                "direction": 0,
                "format": libosdp.CardFormat.Wiegand,
                "length": bits,
                "data": data,
            }
        )

    def inputs(self, *levels):
        self.device.submit_event(
            {
                "event": libosdp.Event.Status,
                "type": libosdp.StatusReportType.Input,
                "nr_entries": 4,
                "report": bytes(levels),
            }
        )


@contextmanager
def device(path, key=None):
    made = Device(path, key)
    made.device.start()
    try:
        yield made
    finally:
        made.device.teardown()


@pytest.fixture(params=["plain", "secure"])
def place(request, tmp_path):
    """(device, line, options) on one serial line."""
    key = KEY if request.param == "secure" else None
    options = OPTIONS | ({"password": KEY.hex()} if key else {})
    with wire(tmp_path) as (ours, theirs), device(theirs, key) as made:
        yield made, OsdpBus(str(ours), options), options


@contextmanager
def barrier(bus, options, wait=True):
    made = OsdpBarrier(bus, options)
    made.signals = []
    made.start(lambda signal, count: made.signals.append(signal))
    try:
        if wait:
            wait_for(lambda: made.health().ok)
        yield made
    finally:
        made.stop()


@contextmanager
def reader(bus, options):
    made = OsdpReader(bus, options)
    made.seen = []
    made.start(lambda scan: made.seen.append(scan))
    try:
        wait_for(lambda: made.health().ok)
        yield made
    finally:
        made.stop()


def test_channel_is_what_it_should_be(place):
    made, bus, options = place
    with barrier(bus, options):
        assert made.device.is_sc_active() is bool(options.get("password"))


def test_output_is_off_first_and_opens_by_a_pulse_that_the_device_ends(place):
    made, bus, options = place
    with barrier(bus, options | {"out": 2, "pulse_ms": 700}) as ours:
        first = made.order()
        assert (first["output_no"], first["control_code"]) == (2, osdp.OUT_OFF)
        assert ours.open(1) is Ack.DONE
        order = made.order()
        assert (order["output_no"], order["control_code"]) == (2, osdp.OUT_TIMED)
        assert order["timer_count"] == 7
        assert ours.signals == [Signal.UP]


def test_held_output_stays_on_until_it_is_shut(place):
    made, bus, options = place
    with barrier(bus, options) as ours:
        assert ours.open(3) is Ack.DONE
        assert made.outputs[0] == 1
        assert ours.close() is Ack.DONE
        assert made.outputs[0] == 0
        ours.hold()
    wait_for(lambda: made.outputs[0] == 0)


def test_output_read_back_as_on_is_not_shut(place):
    _, bus, options = place
    with barrier(bus, options) as ours:
        ask, states = ours._unit.ask, [b"\x01", b"\x00", b"\x01", b"\x00"]

        def told(code, data=b""):
            if code == osdp.OSTAT:
                return osdp.Packet(ADDR, 0, osdp.OSTATR, states.pop(0))
            if code == osdp.OUT and data[1] == osdp.OUT_TIMED:
                raise NoAnswer("lost")
            return ask(code, data)

        ours._unit.ask = told
        assert [ours.close(), ours.close()] == [Ack.UNKNOWN, Ack.DONE]
        assert [ours.open(1), ours.open(1)] == [Ack.DONE, Ack.UNKNOWN]


def test_card_is_a_card_and_no_code(place):
    made, bus, options = place
    with reader(bus, options) as ours:
        made.card(bytes.fromhex("0AB12C40"), 26)
        wait_for(lambda: ours.seen)
        assert (str(ours.seen[0]), kind_of(ours.seen[0])) == ("0AB12C40", "card")


def test_inputs_tell_passages_and_emergency(place):
    made, bus, options = place
    options = options | {"in_entry": 0, "in_exit": 1, "in_fire": 3, "debounce_ms": 0}
    with barrier(bus, options) as ours:
        assert ours.confirm == "sensor"
        made.inputs(0, 0, 0, 0)
        for levels in ((1, 0, 0, 0), (0, 0, 0, 0), (0, 1, 0, 0), (0, 0, 0, 1), (0, 0, 0, 0)):
            made.inputs(*levels)
            time.sleep(0.1)
        wait_for(lambda: Signal.EMERGENCY_OFF in ours.signals)
        told = [Signal.UP, Signal.PASSED, Signal.REVERSE]
        assert ours.signals == [*told, Signal.EMERGENCY_ON, Signal.EMERGENCY_OFF]


def test_emergency_that_ends_while_the_device_is_away_is_over(place):
    """Previously the lane waited for the panel for ever, and no staff could reset it."""
    made, bus, options = place
    options = options | {"in_fire": 3}
    with barrier(bus, options) as ours:
        made.inputs(0, 0, 0, 1)
        wait_for(lambda: ours.signals[-1] is Signal.EMERGENCY_ON)
        ours.down()  # as the line does when it is lost, and everything begins anew
        ours.up()
        ours.heard(osdp.ISTATR, bytes(4))
        assert ours.signals[-1] is Signal.EMERGENCY_OFF
        assert ours.signals.count(Signal.EMERGENCY_ON) == 1


def test_reader_and_barrier_are_one_device(place):
    made, bus, options = place
    with reader(bus, options) as one, barrier(bus, options) as two:
        assert two.open(1) is Ack.DONE
        made.card(bytes.fromhex("01020304"), 32)
        wait_for(lambda: one.seen == ["01020304"])
        one.feedback(False)
        kinds = []
        while libosdp.Command.Buzzer not in kinds:
            kinds.append(made.order()["command"])
        assert libosdp.Command.LED in kinds
    assert not bus.in_use


def test_device_that_is_deaf_for_a_while_is_found_again(place):
    made, bus, options = place
    with barrier(bus, options) as ours:
        made.line.deaf = True
        assert ours.open(1) is Ack.UNKNOWN
        wait_for(lambda: ours.signals[-1] is Signal.DOWN)
        assert ours.open(1) is Ack.NOT_SENT
        made.line.deaf = False
        wait_for(lambda: ours.signals[-1] is Signal.UP, 30)
        wait_for(lambda: ours.open(1) is Ack.DONE)


def test_device_with_another_key_opens_nothing(tmp_path):
    options = OPTIONS | {"password": bytes(16).hex()}
    with wire(tmp_path) as (ours, theirs), device(theirs, KEY) as made:
        bus = OsdpBus(str(ours), options)
        with barrier(bus, options, wait=False) as one:
            wait_for(lambda: bus.error)
            time.sleep(1)
            assert one.open(1) is Ack.NOT_SENT
            assert not one.health().ok
        assert made.outputs == [0] * 4
        assert made.orders.empty()


# ----------------------------------------------------------------------- bytes


def test_packet_is_the_one_of_the_standard():
    # POLL to address 0 with sequence 0: the example of the standard, checksum by CRC
    packet = osdp.sealed(osdp.Packet(0, 0, osdp.POLL).head())
    assert packet[:6].hex() == "530008000460"
    assert osdp.decode(packet).code == osdp.POLL


@given(st.binary(max_size=300))
@settings(max_examples=examples(200))
def test_random_bytes_are_a_packet_or_refused(data):
    for text in (data, b"\x53" + data, osdp.sealed(data), _framed(data)):
        with suppress(osdp.BadPacket):
            osdp.decode(text)
    osdp.card(osdp.RAW, data)
    osdp.card(osdp.FMT, data)


def _framed(data):
    # right size and right checksum, anything inside
    size = (len(data) + 5).to_bytes(2, "little")
    return osdp.sealed(b"\x53" + data[:1] + size + data[1:])


def test_damaged_and_cut_packets_are_refused():
    whole = osdp.sealed(osdp.Packet(0x85, 1, osdp.RAW, b"\x00\x01\x1a\x00\x0a\xb1\x2c\x40").head())
    for at in range(len(whole)):
        with pytest.raises(osdp.BadPacket):
            osdp.size_of(whole[:at]) and osdp.decode(whole[:at]) or _raise()
        for bit in range(8):
            damaged = bytearray(whole)
            damaged[at] ^= 1 << bit
            with pytest.raises(osdp.BadPacket):
                osdp.decode(bytes(damaged))


def _raise():
    raise osdp.BadPacket("not whole yet")


@pytest.mark.parametrize(
    "options", [{"addr": "x"}, {"password": "12"}, {"password": "zz"}, {"pulse_ms": "long"}]
)
def test_bad_option_is_named(options):
    with pytest.raises(DeviceError, match="tcp://nowhere"):
        OsdpBarrier(OsdpBus("tcp://nowhere", {}), options)
