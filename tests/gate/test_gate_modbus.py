"""Our Modbus master against pymodbus's server, read back by minimalmodbus and mbpoll."""

import itertools
import re
import shutil
import subprocess
import time

import minimalmodbus
import pytest
from free_ports import free_port
from iot_handlers.scenic_gate import modbus_barrier
from iot_handlers.scenic_gate import port as gate_port
from iot_handlers.scenic_gate.device import Ack, DeviceError, Signal
from iot_handlers.scenic_gate.modbus_barrier import ModbusBarrier
from iot_handlers.scenic_gate.modbus_bus import ModbusBus
from modbus_board import rtu_board, tcp_board, wire
from patience import LIMIT_S, wait_for
from started import started

ENTRY, EXIT, FIRE = 0, 1, 2
PATIENT = {"timeout_ms": 20_000, "baud": 115200}  # a board on a slow machine answers late
OPTIONS = {"out_coil": 2, "in_entry": ENTRY, "in_exit": EXIT, "in_fire": FIRE, "pulse_ms": 300}


@pytest.fixture
def port():
    return free_port()


def barrier(url, wait=True, **options):
    """A barrier that is up; ``signals`` collects what it reports."""
    made = ModbusBarrier(ModbusBus(url, PATIENT), {**OPTIONS, **options})
    made.signals = []
    return started(made, lambda signal, count: made.signals.append(signal), wait)


@pytest.fixture(params=["tcp", "rtu"])
def line(request, port, tmp_path):
    """(board, URL) over Modbus TCP and over a serial line."""
    if request.param == "tcp":
        with tcp_board(port) as board:
            yield board, f"tcp://127.0.0.1:{port}"
    else:
        with wire(tmp_path) as (ours, theirs), rtu_board(theirs) as board:
            yield board, str(ours)


def test_outputs_are_off_before_anything_else(line):
    board, url = line
    board.set_coil(2, True)
    board.set_coil(5, True)
    with barrier(url, outputs=8) as made:
        assert board.coils() == [False] * 8
        assert board.log[0][:2] == (15, 0)
        assert made.signals == [Signal.UP]


def test_pulse_opens_and_ends_by_itself(line):
    board, url = line
    with barrier(url) as made:
        began = time.monotonic()
        with board.opening(2):
            assert made.open(1) is Ack.DONE
        wait_for(lambda: not board.coils()[2])
        assert time.monotonic() - began >= 0.3
        assert made.close() is Ack.DONE


@pytest.mark.parametrize("pulse", ["two_writes", "native"])
def test_second_person_gets_a_pulse_of_its_own(line, pulse):
    board, url = line
    with barrier(url, pulse=pulse, pulse_ms=60_000, gap_ms=50) as made:
        assert made.open(1) is made.open(1) is Ack.DONE
        edges = [bits[0] for function, _, bits in board.log if function == 5][-3:]
        assert edges == [True, False, True]


def test_bouncing_contact_is_one_person(line, monkeypatch):
    board, url = line
    clock = itertools.chain([100.0, 100.3, 100.6], itertools.repeat(101.1))
    with barrier(url, poll_ms=5, debounce_ms=400) as made:
        edge = made._is_new_edge

        def at_its_time(name):
            at = next(clock)
            with monkeypatch.context() as patch:
                patch.setattr(modbus_barrier, "monotonic", lambda: at)
                return edge(name)

        made._is_new_edge = at_its_time
        for _ in range(4):
            board.pulse_input(ENTRY, 0.03)
        assert made.signals == [Signal.UP, Signal.PASSED, Signal.PASSED]


def test_native_pulse_is_timed_by_the_board(line):
    board, url = line
    with barrier(url, pulse="native") as made:
        assert made.open(1) is Ack.DONE
        assert (5, 0x0202, [True]) in board.log
        assert board.flashed == [2]
        made.stop = lambda: None  # the box dies: nobody switches off any more
        writes = len([entry for entry in board.log if entry[0] == 5])
        wait_for(lambda: not board.coils()[2])
        assert len([entry for entry in board.log if entry[0] == 5]) == writes
        ModbusBarrier.stop(made)


def test_held_barrier_stays_open_until_it_is_closed(line):
    board, url = line
    with barrier(url) as made:
        assert made.open(3) is Ack.DONE
        time.sleep(0.5)
        assert board.coils()[2] is True
        assert made.close() is Ack.DONE
        assert board.coils()[2] is False
        assert made.hold() is Ack.DONE
        time.sleep(0.4)
        assert board.coils()[2] is True
    assert board.coils()[2] is False  # stopping shuts it


def test_passages_are_counted_by_their_rising_edge(line):
    board, url = line
    with barrier(url) as made:
        for _ in range(3):
            board.pulse_input(ENTRY)
        board.pulse_input(EXIT)
        assert made.signals == [Signal.UP, *[Signal.PASSED] * 3, Signal.REVERSE]


def test_person_in_the_beam_at_start_is_not_a_passage(line):
    board, url = line
    board.set_input(ENTRY, True)
    with barrier(url) as made:
        board.set_input(ENTRY, False)
        time.sleep(0.1)
        assert made.signals == [Signal.UP]


def test_emergency_input_is_watched_also_when_it_opens_by_breaking(line):
    board, url = line
    board.set_input(FIRE, True)  # normally closed contact
    with barrier(url, invert=["in_fire"]) as made:
        board.set_input(FIRE, False)
        wait_for(lambda: Signal.EMERGENCY_ON in made.signals)
        board.set_input(FIRE, True)
        wait_for(lambda: Signal.EMERGENCY_OFF in made.signals)


@pytest.mark.parametrize("before", [True, False])
def test_fire_that_ends_or_begins_while_the_line_is_cut_is_told(port, before):
    told = Signal.EMERGENCY_OFF if before else Signal.EMERGENCY_ON
    with barrier(f"tcp://127.0.0.1:{port}", wait=False) as made:
        with tcp_board(port) as board:
            board.set_input(FIRE, before)
            wait_for(lambda: made.health().ok and made._fire is before)
        wait_for(lambda: made.signals[-1] is Signal.DOWN)
        with tcp_board(port) as board:
            board.set_input(FIRE, not before)
            wait_for(lambda: made.signals[-2:] == [Signal.UP, told])
    assert made.signals.count(told) == 1


def test_order_the_board_refuses_was_not_sent(line):
    _, url = line
    with barrier(url, out_coil=2) as made:
        made._coil = 99  # the board has 16
        assert made.open(1) is Ack.NOT_SENT


def test_order_without_answer_is_read_back(port):
    url = f"tcp://127.0.0.1:{port}"
    with tcp_board(port) as board, barrier(url, poll_ms=60_000, pulse_ms=60_000) as made:
        ask = made._bus.request

        def impatient_for_what_was_lost(unit, pdu):
            made._bus._timeout = 0.2 if board.swallow else LIMIT_S
            return ask(unit, pdu)

        made._bus.request = impatient_for_what_was_lost
        board.swallow = 1
        assert made.open(1) is Ack.DONE  # the echo was lost, the output was seen on
        assert made.close() is Ack.DONE
        board.swallow = 2
        assert made.open(1) is Ack.UNKNOWN
        board.swallow = 1
        assert made.close() is Ack.UNKNOWN
        assert made.close() is Ack.DONE


def test_answer_that_came_while_the_host_stood_still_is_read(monkeypatch):
    class Line:
        def read(self, seconds):
            return b"" if seconds else b"answer"

    clock = itertools.count()  # each look at it is a second later
    monkeypatch.setattr(gate_port, "monotonic", lambda: next(clock))
    assert list(gate_port.answers(Line(), 0.3)) == [b"", b"answer"]


def test_board_that_is_away_was_sent_nothing(port):
    with barrier(f"tcp://127.0.0.1:{port}", wait=False) as made:
        assert made.open(1) is Ack.NOT_SENT
        assert not made.health().ok
        assert made.close() is Ack.UNKNOWN


def test_board_that_comes_back_is_shut_and_counts_on(port):
    url = f"tcp://127.0.0.1:{port}"
    with tcp_board(port), barrier(url) as made:
        pass
    made = ModbusBarrier(ModbusBus(url, PATIENT), OPTIONS)
    made.signals = []
    made.start(lambda signal, count: made.signals.append(signal))
    try:
        with tcp_board(port):
            wait_for(lambda: made.signals == [Signal.UP])
        wait_for(lambda: made.signals == [Signal.UP, Signal.DOWN])
        assert made.open(1) is Ack.NOT_SENT
        with tcp_board(port) as board:
            board.set_coil(2, True)
            wait_for(lambda: made.signals == [Signal.UP, Signal.DOWN, Signal.UP])
            assert board.coils()[2] is False
            board.pulse_input(ENTRY)
            assert made.signals[-1] is Signal.PASSED
    finally:
        made.stop()


def test_unplugged_serial_line_is_noticed_and_found_again(tmp_path):
    with wire(tmp_path) as (ours, theirs), rtu_board(theirs):
        url = str(ours)
        made = ModbusBarrier(ModbusBus(url, PATIENT), OPTIONS)
        made.signals = []
        made.start(lambda signal, count: made.signals.append(signal))
        wait_for(lambda: made.signals == [Signal.UP])
    try:
        wait_for(lambda: made.signals == [Signal.UP, Signal.DOWN])
        with wire(tmp_path) as (ours, theirs), rtu_board(theirs):
            wait_for(lambda: made.signals[-1] is Signal.UP)
    finally:
        made.stop()


def test_two_lanes_share_one_line(line):
    board, url = line
    bus = ModbusBus(url, PATIENT)
    one, two = (
        ModbusBarrier(bus, {"out_coil": coil, "in_entry": coil, "pulse_ms": 60_000})
        for coil in (0, 1)
    )
    seen = {one: [], two: []}
    for made, signals in seen.items():
        made.start(lambda signal, count, signals=signals: signals.append(signal))
    wait_for(lambda: all(signals == [Signal.UP] for signals in seen.values()))
    assert one.open(1) is two.open(2) is Ack.DONE
    assert board.coils()[:2] == [True, True]
    board.pulse_input(1)
    assert (seen[one], seen[two]) == ([Signal.UP], [Signal.UP, Signal.PASSED])
    one.stop()
    assert board.coils()[:2] == [False, True]
    two.stop()
    assert board.coils()[:2] == [False, False]
    assert not bus.in_use


def test_silent_neighbour_does_not_hold_up_a_lane(tmp_path):
    with wire(tmp_path) as (ours, theirs), rtu_board(theirs):
        bus, asked = ModbusBus(str(ours), {"baud": 115200, "timeout_ms": 100}), []
        request = bus.request
        bus.request = lambda unit, pdu: asked.append(unit) or request(unit, pdu)
        here, away = ModbusBarrier(bus, OPTIONS), ModbusBarrier(bus, {"unit": 9, "out_coil": 0})
        for made in (here, away):
            made.start(lambda signal, count: None)
        try:
            wait_for(lambda: here.health().ok and asked.count(9) >= 3)
            asked.clear()
            # the silent one costs a time-out each time: it is asked once a second, not 50 times
            wait_for(lambda: asked.count(1) > 8 * asked.count(9) >= 16)
            assert not away.health().ok
        finally:
            here.stop()
            away.stop()


def test_lamps_light_for_a_moment(line):
    board, url = line
    with barrier(url, green_coil=4, red_coil=5, lamp_ms=100) as made:
        with board.opening(4):
            made.feedback(True)
        wait_for(lambda: not any(board.coils()[4:6]))
        assert board.opens(5) == 0
        with board.opening(5):
            made.feedback(False)
        wait_for(lambda: not any(board.coils()[4:6]))
        assert board.opens(4) == board.opens(5) == 1


# ----------------------------------------------------------- independent eyes


def test_minimalmodbus_sees_the_output_we_switched(tmp_path):
    with wire(tmp_path) as (ours, theirs), rtu_board(theirs) as board:
        with barrier(str(ours), pulse_ms=60_000) as made:
            assert made.open(1) is Ack.DONE
            made.stop = lambda: None
            made._all_off = lambda: None  # leave the output on, as a crash would
            ModbusBarrier.stop(made)
        eyes = minimalmodbus.Instrument(str(ours), 1)
        eyes.serial.baudrate, eyes.serial.timeout = 115200, LIMIT_S
        assert eyes.read_bits(0, 4, functioncode=1) == [0, 0, 1, 0]
        assert board.coils()[2] is True
        eyes.serial.close()


def test_mbpoll_sees_the_output_we_switched(port):
    mbpoll = shutil.which("mbpoll")
    assert mbpoll, "install mbpoll"
    read = [mbpoll, "-m", "tcp", "-p", str(port), "-a", "1", "-t", "0", "-0", "-r", "0", "-o", "10"]
    with tcp_board(port), barrier(f"tcp://127.0.0.1:{port}") as made:
        assert made.open(2) is Ack.DONE
        out = subprocess.run(
            [*read, "-c", "4", "-1", "127.0.0.1"],
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=True,
        ).stdout
        assert re.findall(r"^\[\d+\]:\s+(\d)", out, re.M) == ["0", "0", "1", "0"]


@pytest.mark.parametrize(
    "options", [{"pulse": "sometimes"}, {"unit": "x"}, {"in_entry": "left"}, {"poll_ms": None}]
)
def test_bad_option_is_named(options):
    with pytest.raises(DeviceError, match=r"tcp://nowhere"):
        ModbusBarrier(ModbusBus("tcp://nowhere", {}), options)
