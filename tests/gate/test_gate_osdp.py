"""OSDP against libosdp, somebody else's device in C, on a serial line; plain and secure."""

import time
from contextlib import suppress

import osdp as libosdp
import pytest
from fuzzing import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from iot_handlers.scenic_gate import osdp
from iot_handlers.scenic_gate.bus import NoAnswer
from iot_handlers.scenic_gate.device import Ack, DeviceError, Feedback, Signal
from iot_handlers.scenic_gate.osdp_bus import OsdpBus
from iot_handlers.scenic_gate.osdp_device import OsdpBarrier, OsdpReader
from iot_handlers.scenic_gate.scan import kind_of
from modbus_board import wire
from osdp_kit import ADDR, INSTALL, KEY, NEW, OPTIONS, PatientBus, device, fresh_device
from patience import wait_for
from started import started


@pytest.fixture(params=["plain", "secure"])
def place(request, tmp_path):
    """(device, line, options) on one serial line."""
    key = KEY if request.param == "secure" else None
    options = OPTIONS | ({"password": KEY.hex()} if key else {})
    with wire(tmp_path) as (ours, theirs), device(theirs, key) as made:
        yield made, PatientBus(str(ours), options, made.line), options


def barrier(bus, options, wait=True):
    made = OsdpBarrier(bus, options)
    made.signals = []
    return started(made, lambda signal, count: made.signals.append(signal), wait)


def reader(bus, options):
    made = OsdpReader(bus, options)
    made.seen = []
    return started(made, made.seen.append)


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


def test_a_device_that_is_busy_when_it_is_found_is_asked_again(place):
    made, bus, options = place
    ours, busy, signals = OsdpBarrier(bus, options | {"in_fire": 3}), [1], []
    ask = ours._unit.ask

    def asked(code, data=b""):
        if code == osdp.ISTAT and busy:
            busy.pop()
            return osdp.Packet(ADDR, 0, osdp.BUSY)
        return ask(code, data)

    ours._unit.ask = asked
    ours.start(lambda signal, count: signals.append(signal))
    try:
        wait_for(lambda: signals == [Signal.UP])
        assert not busy
    finally:
        ours.stop()


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ([osdp.BUSY, osdp.BUSY, osdp.ISTATR], Signal.EMERGENCY_OFF),
        ([osdp.NAK], Signal.EMERGENCY_UNKNOWN),  # it tells only what changes
    ],
)
def test_a_device_that_was_away_in_a_fire_is_asked_before_it_is_up(place, answers, told):
    """Else an emergency that ended meanwhile would never be over."""
    made, bus, options = place
    with barrier(bus, options | {"in_fire": 3}) as ours:
        made.inputs(0, 0, 0, 1)
        wait_for(lambda: ours.signals[-1] is Signal.EMERGENCY_ON)
        ask, left = ours._unit.ask, list(answers)

        def asked(code, data=b""):
            if code == osdp.ISTAT and left:
                return osdp.Packet(ADDR, 0, left.pop(0), bytes(4))
            return ask(code, data)

        ours._unit.ask = asked
        made.line.deaf = True
        wait_for(lambda: ours.signals[-1] is Signal.DOWN)
        made.line.deaf = False
        wait_for(lambda: ours.signals[-1] is Signal.UP, 30)
        assert ours.signals[-3:] == [Signal.DOWN, told, Signal.UP]
        made.inputs(0, 0, 0, 1)
        wait_for(lambda: ours.signals[-1] is Signal.EMERGENCY_ON)


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
        wait_for(lambda: ours.signals[-1] is Signal.UP)
        wait_for(lambda: ours.open(1) is Ack.DONE)


def test_device_with_another_key_opens_nothing(tmp_path):
    options = OPTIONS | {"password": bytes(16).hex()}
    with wire(tmp_path) as (ours, theirs), device(theirs, KEY) as made:
        bus = PatientBus(str(ours), options)
        with barrier(bus, options, wait=False) as one:
            wait_for(lambda: bus.error)
            time.sleep(1)
            assert one.open(1) is Ack.NOT_SENT
            assert not one.health().ok
        assert made.outputs == [0] * 4
        assert made.orders.empty()


# ------------------------------------------------------------------------ keys


def test_a_new_device_gets_its_key_and_speaks_under_it_from_then_on(tmp_path):
    with fresh_device(tmp_path) as (made, bus):
        with barrier(bus, INSTALL) as ours:
            assert ours.open(1) is Ack.DONE  # under the key that every device knows
            assert made.key is None  # nobody ordered it: nothing was installed
            assert ours.install_key() == "done"
            assert made.key == NEW
            assert ours.open(1) is Ack.DONE
            assert made.device.is_sc_active()
            assert ours.install_key() == "done"  # the same order again
        # the server knows, a new configuration has that key only
        after = PatientBus(bus.url, OPTIONS)
        with barrier(after, OPTIONS | {"password": NEW.hex()}) as ours:
            assert ours.open(1) is Ack.DONE
        # and nobody opens it with the old one any more
        stale = PatientBus(bus.url, OPTIONS)
        with barrier(stale, OPTIONS | {"password": "default"}, wait=False) as ours:
            wait_for(lambda: stale.error)
            assert ours.open(1) is Ack.NOT_SENT


def test_a_device_that_got_its_key_before_the_power_went_is_found(tmp_path):
    with fresh_device(tmp_path) as (made, bus):
        with barrier(bus, INSTALL) as ours:
            assert ours.install_key() == "done"
        # the server never heard of it: the configuration still names both
        again = PatientBus(bus.url, INSTALL)
        with barrier(again, INSTALL) as ours:
            assert ours.open(1) is Ack.DONE
            assert ours.install_key() == "done"


def test_a_key_that_a_device_refuses_leaves_the_old_one(tmp_path):
    with fresh_device(tmp_path) as (made, bus):
        made.refuses_keys = True
        with barrier(bus, INSTALL) as ours:
            assert ours.install_key() == "refused"
            wait_for(lambda: ours.open(1) is Ack.DONE)
            assert made.key is None


def test_a_key_without_an_answer_is_proved_by_the_next_session(tmp_path):
    with fresh_device(tmp_path) as (made, bus), barrier(bus, INSTALL) as ours:
        ask, swallowed = ours._unit.ask, []

        def lost(code, data=b""):
            reply = ask(code, data)
            if code == osdp.KEYSET and not swallowed:
                swallowed.append(reply)
                raise NoAnswer("lost")
            return reply

        ours._unit.ask = lost
        assert ours.install_key() == "done"
        assert made.key == NEW


def test_a_device_that_is_away_gets_no_key(tmp_path):
    with fresh_device(tmp_path) as (made, bus), barrier(bus, INSTALL) as ours:
        made.line.deaf = True
        assert ours.install_key() == "unknown"
        wait_for(lambda: not ours.health().ok)
        assert ours.install_key() == "not_sent"
        made.line.deaf = False
        wait_for(lambda: ours.health().ok)
        assert ours.install_key() == "done"


def test_both_faces_follow_a_new_configuration(tmp_path):
    with fresh_device(tmp_path) as (made, bus):
        before = OPTIONS | {"password": "default"}
        with reader(bus, before), barrier(bus, INSTALL) as ours:
            # one device, attached by a lane that was not built anew yet
            assert ours.install_key() == "done"
            with barrier(bus, OPTIONS | {"password": NEW.hex()}) as later:
                assert later.open(1) is Ack.DONE
                assert later.install_key() == "not_sent"  # there is none to install


def test_the_visitor_reads_the_answer_where_there_is_a_screen(place):
    made, bus, options = place
    with reader(bus, options | {"text": "utf-8"}) as ours:
        ours.show(Feedback("bad", "E_USED", "票" * 20))
        while (order := made.order())["command"] != libosdp.Command.Text:
            continue
        assert order["data"] == "票" * 10  # no half of a letter
    with reader(bus, options | {"text": "ascii"}) as ours:
        ours.show(Feedback("good", "OK", "请进"))  # not in its letters: lamp only
        assert made.order()["command"] == libosdp.Command.LED
        ours.show(Feedback("good", "OK", "Welcome " * 9))
        while (order := made.order())["command"] != libosdp.Command.Text:
            continue
        assert order["data"] == ("Welcome " * 9)[: osdp.MAX_SCREEN]


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
