"""The frame barrier on real lines: vendor-printed frames, answers late, twice, never."""

import itertools
import threading
import time

import pytest
from frame_board import SerialBoard, TcpBoard
from iot_handlers.scenic_gate import bus as gate_bus
from iot_handlers.scenic_gate import frame_bus
from iot_handlers.scenic_gate.device import Ack, DeviceError, Signal
from iot_handlers.scenic_gate.frame_barrier import FrameBarrier
from iot_handlers.scenic_gate.frame_bus import FrameBus
from modbus_board import wire
from patience import LIMIT_S, wait_for
from started import started
from test_gate_frames import INVENTED, invented

SILENCE_S = 0.2  # how long an answer is waited for that does not come
# Digicon's manual: orders, and what the board says
OPEN_A, OPEN_B = bytes.fromhex("0202004848"), bytes.fromhex("0202004141")
HOLD_A, BACK = bytes.fromhex("0203004C4805"), bytes.fromhex("0202004343")
ACK, NAK = bytes.fromhex("0202000606"), bytes.fromhex("0202001515")
RET1, RET2 = bytes.fromhex("0202001A1A"), bytes.fromhex("0202001B1B")
TX1500 = {OPEN_A: ACK, OPEN_B: ACK, HOLD_A: ACK, BACK: ACK}
# the relay: every shop that sells it prints these
ON, OFF = bytes.fromhex("A00101A2"), bytes.fromhex("A00100A1")


class PatientBus(FrameBus):
    """Waits for a slow machine, but not for answers to orders that will not come: `silent`."""

    def __init__(self, url, options):
        self.silent, self._asks = (), threading.local()
        super().__init__(url, {"late_ms": LIMIT_S * 1000, **options})

    @property
    def _timeout(self):
        return SILENCE_S if getattr(self._asks, "silent", False) else LIMIT_S

    @_timeout.setter
    def _timeout(self, seconds):
        """Not that of the options."""

    def exchange(self, device, data, wanted):
        # while one is owed, that of this order is taken for it
        self._asks.silent = data in self.silent or bool(self._owed_until)
        return super().exchange(device, data, wanted)


def barrier(url, wait=True, bus=None, **options):
    """A barrier that is up; ``signals`` collects what it reports."""
    made = FrameBarrier(bus or PatientBus(url, options), options)
    made.signals = []
    return started(made, lambda signal, count: made.signals.append((signal, count)), wait)


@pytest.fixture(params=["tcp", "serial"])
def tx1500(request, tmp_path):
    if request.param == "tcp":
        with TcpBoard(TX1500) as board:
            yield board
    else:
        with wire(tmp_path) as (ours, theirs), SerialBoard(theirs, TX1500) as board:
            board.url = str(ours)
            yield board


def test_turnstile_is_shut_first_and_opens_for_one(tx1500):
    with barrier(tx1500.url, preset="tx1500") as made:
        assert tx1500.heard == [BACK]
        assert made.confirm == "sensor"
        assert made.open(1) is Ack.DONE
        assert made.close() is Ack.DONE
        assert made.open(3) is Ack.DONE
        assert tx1500.heard == [BACK, OPEN_A, BACK, HOLD_A]
    assert tx1500.heard[-1] == BACK
    assert tx1500.strange == b""


def test_turnstile_tells_who_went_which_way(tx1500):
    with barrier(tx1500.url, preset="tx1500") as made:
        assert made.open(1) is Ack.DONE
        tx1500.say(RET1)
        wait_for(lambda: (Signal.PASSED, 1) in made.signals)
        tx1500.say(RET1)  # the same pulse again
        tx1500.say(RET2)
        wait_for(lambda: (Signal.REVERSE, 1) in made.signals)
        assert made.signals == [(Signal.UP, 0), (Signal.PASSED, 1), (Signal.REVERSE, 1)]


def test_order_that_the_board_refuses_was_not_sent(tx1500):
    with barrier(tx1500.url, preset="tx1500") as made:
        tx1500.answers[OPEN_A] = NAK
        assert made.open(1) is Ack.NOT_SENT
        assert made.health().ok


def test_order_without_answer_is_unknown_and_never_repeated(tx1500):
    with barrier(tx1500.url, preset="tx1500") as made:
        tx1500.answers[OPEN_A], made._bus.silent = b"", {OPEN_A}
        assert made.open(1) is Ack.UNKNOWN
        time.sleep(0.5)
        assert tx1500.heard.count(OPEN_A) == 1


def test_late_answer_does_not_confirm_the_next_order(tx1500):
    with barrier(tx1500.url, preset="tx1500") as made:
        tx1500.answers[OPEN_A], made._bus.silent = b"", {OPEN_A}
        assert made.open(1) is Ack.UNKNOWN
        tx1500.say(ACK)  # late, and nobody waits for it now
        wait_for(lambda: not made._bus._owed_until)
        assert made.open(1) is Ack.UNKNOWN
        tx1500.answers[OPEN_A] = ACK
        assert made.open(1) is Ack.UNKNOWN  # that of the order before comes while this one waits
        wait_for(lambda: not made._bus._owed_until)
        made._bus.silent = ()
        assert made.open(1) is Ack.DONE


def test_lost_answer_costs_one_unsure_order_not_all(tx1500):
    with barrier(tx1500.url, preset="tx1500") as made:
        tx1500.answers[OPEN_A], made._bus.silent = b"", {OPEN_A}
        assert made.open(1) is Ack.UNKNOWN
        tx1500.answers[OPEN_A] = ACK
        assert made.open(1) is Ack.UNKNOWN  # it may be the one that was owed
        wait_for(lambda: not made._bus._owed_until)
        made._bus.silent = ()
        assert made.open(1) is made.open(1) is Ack.DONE


def test_second_answer_does_not_confirm_the_next_order(tx1500):
    with barrier(tx1500.url, preset="tx1500") as made:
        tx1500.answers[OPEN_A] = ACK + ACK
        assert made.open(1) is Ack.DONE
        answered = time.monotonic()
        wait_for(lambda: made._bus.heard_until > answered + 0.1)
        tx1500.answers[OPEN_A], made._bus.silent = b"", {OPEN_A}
        assert made.open(1) is Ack.UNKNOWN


def test_answer_of_pieces_is_one_answer(tx1500):
    def slowly():
        for byte in ACK:
            tx1500.say(bytes((byte,)))
            time.sleep(0.005)
        return b""

    with barrier(tx1500.url, preset="tx1500", frame_gap_ms=10_000) as made:
        tx1500.answers[OPEN_A] = slowly
        assert made.open(1) is Ack.DONE


def test_silent_board_is_down_and_comes_back_shut(tx1500):
    with barrier(tx1500.url, preset="tx1500") as made:
        tx1500.answers |= {OPEN_A: b"", BACK: b""}
        made._bus.silent = {OPEN_A, BACK}
        for _ in range(3):
            assert made.open(1) is Ack.UNKNOWN
        wait_for(lambda: made.signals[-1] == (Signal.DOWN, 0))
        assert not made.health().ok
        tx1500.answers[BACK] = ACK
        wait_for(lambda: made.signals[-1] == (Signal.UP, 0))
        assert tx1500.heard[-1] == BACK


def test_noise_opens_nothing_and_is_counted(tx1500):
    with barrier(tx1500.url, preset="tx1500") as made:
        tx1500.say(b"\x00\xff\x1a\x1b" * 20 + RET1[:-1] + b"\x00" + RET1)
        wait_for(lambda: (Signal.PASSED, 1) in made.signals)
        assert made.signals == [(Signal.UP, 0), (Signal.PASSED, 1)]
        assert made.health().dropped >= 1
        assert tx1500.heard == [BACK]


class LatePort:
    """A line whose board answers at once, read by a host that stands still meanwhile."""

    def __init__(self):
        self._answered = threading.Event()

    def write(self, _data):
        self._answered.set()

    def read(self, _seconds):
        if not self._answered.wait(0.01):
            return b""
        self._answered.clear()
        time.sleep(0.3)
        return ACK

    def close(self):
        """Nothing to give back."""


def test_answer_that_is_read_late_is_not_missing(monkeypatch):
    monkeypatch.setattr(gate_bus, "open_port", lambda url, options: LatePort())
    monkeypatch.setattr(frame_bus, "BEHIND_S", LIMIT_S)
    bus = FrameBus("tcp://late", {"preset": "tx1500", "timeout_ms": 100})
    with barrier("", bus=bus, preset="tx1500") as made:
        assert made.open(1) is Ack.DONE


def test_line_that_breaks_during_an_order_leaves_it_unknown():
    with TcpBoard(TX1500) as board, barrier(board.url, preset="tx1500") as made:
        board.answers[OPEN_A], made._bus.silent = lambda: board.cut() or b"", {OPEN_A}
        assert made.open(1) is Ack.UNKNOWN
        wait_for(lambda: board.heard[-1] == BACK)  # found again, and shut before anything else
        board.answers[OPEN_A], made._bus.silent = ACK, ()
        wait_for(lambda: made.open(1) is Ack.DONE)


def test_board_that_is_away_was_sent_nothing(tmp_path):
    with barrier(str(tmp_path / "nothing"), wait=False, preset="lcus") as made:
        assert made.open(1) is Ack.NOT_SENT
        assert made.close() is Ack.UNKNOWN
        assert not made.health().ok
        assert made.health().detail


# ---------------------------------------------------- a relay without any answer


@pytest.fixture
def relay(tmp_path):
    with wire(tmp_path) as (ours, theirs), SerialBoard(theirs, {}, orders=(ON, OFF)) as board:
        board.url = str(ours)
        yield board


def test_relay_without_timer_is_switched_off_by_us(relay):
    with barrier(relay.url, preset="lcus", pulse_ms=150) as made:
        wait_for(lambda: relay.heard == [OFF])
        began = time.monotonic()
        assert made.open(1) is Ack.DONE
        wait_for(lambda: relay.heard == [OFF, ON, OFF])
        assert time.monotonic() - began >= 0.15
        assert made.close() is Ack.UNKNOWN  # nobody says that it is off
        assert made.confirm == "none"


def test_second_person_gets_a_pulse_of_its_own(relay):
    with barrier(relay.url, preset="lcus", pulse_ms=60_000, gap_ms=20) as made:
        assert made.open(1) is made.open(1) is Ack.DONE
        wait_for(lambda: relay.heard == [OFF, ON, OFF, ON])


def test_relay_is_off_whatever_happens_to_the_order(relay):
    with barrier(relay.url, preset="lcus", pulse_ms=100) as made:
        send = made._bus.exchange

        def broken(device, data, wanted):
            send(device, data, wanted)
            raise RuntimeError("a driver's mistake")

        made._bus.exchange = broken
        with pytest.raises(RuntimeError):
            made.open(1)
        made._bus.exchange = send
        wait_for(lambda: relay.heard == [OFF, ON, OFF])


def test_held_relay_stays_on_until_closed_and_goes_off_with_the_box(relay):
    with barrier(relay.url, preset="lcus", pulse_ms=50) as made:
        assert made.hold() is Ack.DONE
        wait_for(lambda: relay.heard == [OFF, ON])
        time.sleep(0.3)
        assert relay.heard == [OFF, ON]
        made.close()
        made.hold()
    wait_for(lambda: relay.heard == [OFF, ON, OFF, ON, OFF])


def test_unplugged_relay_is_off_when_it_comes_back(tmp_path):
    with barrier(str(tmp_path / "end_a"), wait=False, preset="lcus", pulse_ms=60_000) as made:
        with wire(tmp_path) as (_, theirs), SerialBoard(theirs, {}, orders=(ON, OFF)):
            wait_for(lambda: made.health().ok)
            assert made.open(1) is Ack.DONE
        wait_for(lambda: made.signals[-1] == (Signal.DOWN, 0))
        with wire(tmp_path) as (_, theirs), SerialBoard(theirs, {}, orders=(ON, OFF)) as board:
            wait_for(lambda: made.signals[-1] == (Signal.UP, 0))
            wait_for(lambda: board.heard[:1] == [OFF])
            assert ON not in board.heard


# ---------------------------------------------------------- a board of your own


def state(entered, left, addr="05"):
    return invented(f"7E 0A {addr} A0 00 {entered:04X} {left:04X} 00")


def polled_board(**answers):
    orders = {
        invented("7E 06 05 10 01 28"): invented("7E 05 05 90 00"),
        invented("7E 06 05 10 04 28"): invented("7E 05 05 90 00"),
        invented("7E 04 05 11"): invented("7E 05 05 90 00"),
        invented("7E 04 05 20"): state(10, 3),
    }
    return TcpBoard(orders, **answers)


def test_invented_board_works_by_configuration():
    poll = invented("7E 04 05 20")
    with polled_board() as board, barrier(board.url, **INVENTED, poll_ms=20) as made:
        assert made.open(1) is made.open(4) is Ack.DONE
        board.answers[poll] = state(12, 4)
        wait_for(lambda: (Signal.REVERSE, 1) in made.signals)
        assert made.signals == [(Signal.UP, 0), (Signal.PASSED, 2), (Signal.REVERSE, 1)]
        board.answers[poll] = state(0, 0)  # it was switched off and on: nobody went
        wait_for(lambda: len(board.heard) > 12)
        board.answers[poll] = state(1, 0)
        wait_for(lambda: made.signals[-1] == (Signal.PASSED, 1))
        board.say(invented("7E 05 05 B0 03") + invented("7E 05 05 B0 04"))
        wait_for(lambda: made.signals[-2:] == [(Signal.BLOCKED, 1), (Signal.TIMEOUT, 0)])
        board.answers[poll], made._bus.silent = b"", {poll}
        wait_for(lambda: made.signals[-1] == (Signal.DOWN, 0))
        assert len(made.signals) == 8 - 1


def test_counter_goes_on_after_its_largest_number():
    poll = invented("7E 04 05 20")
    with polled_board() as board:
        board.answers[poll] = state(0xFFFF, 0)
        with barrier(board.url, **INVENTED, poll_ms=20) as made:
            wait_for(lambda: made._counted)
            board.answers[poll] = state(1, 0)
            wait_for(lambda: made.signals[-1] == (Signal.PASSED, 2))


def test_two_boards_on_one_line_hear_only_themselves():
    ack = {n: invented(f"7E 05 0{n} 90 00") for n in (5, 6)}
    orders = {
        invented(f"7E 0{size} 0{n} {rest}"): ack[n]
        for n in (5, 6)
        for size, rest in ((6, "10 01 28"), (4, "11"))
    }
    options = INVENTED | {"frames": {**INVENTED["frames"], "poll": None}}
    with TcpBoard(orders) as board:
        bus = PatientBus(board.url, options)
        with (
            barrier("", bus=bus, **options) as five,
            barrier("", bus=bus, **options | {"addr": 6}) as six,
        ):
            assert five.open(1) is six.open(1) is Ack.DONE
            order = invented("7E 06 05 10 01 28")
            board.answers[order], bus.silent = ack[6], {order}
            assert five.open(1) is Ack.UNKNOWN
            board.say(invented("7E 05 06 B0 03"))
            wait_for(lambda: (Signal.BLOCKED, 1) in six.signals)
            assert (Signal.BLOCKED, 1) not in five.signals
        assert not bus.in_use


def test_two_lanes_of_one_turnstile_count_their_own_direction():
    with TcpBoard(TX1500) as board:
        bus = PatientBus(board.url, {"preset": "tx1500"})
        with (
            barrier("", bus=bus, preset="tx1500") as a,
            barrier("", bus=bus, preset="tx1500", side="b") as b,
        ):
            assert a.open(1) is b.open(1) is Ack.DONE
            assert board.heard[-2:] == [OPEN_A, OPEN_B]
            board.say(RET2 + RET1)
            wait_for(lambda: a.signals == b.signals == [(Signal.UP, 0), (Signal.PASSED, 1)])


def test_board_that_says_nobody_went_is_shut():
    order = bytes.fromhex("FE8001000000AB")
    with TcpBoard({}, orders=(order,)) as board, barrier(board.url, preset="fe_tripod") as made:
        assert made.open(1) is Ack.DONE
        assert made.close() is Ack.UNKNOWN  # it has no order to shut it
        board.say(bytes.fromhex("FE4401000000AB"))
        wait_for(lambda: made.signals[-1] == (Signal.TIMEOUT, 0))
        assert made.close() is Ack.DONE


def test_read_back_tells_what_an_order_did():
    options = {
        "frames": {"open": "01", "close": "02", "query": "03", "good": "0A", "bad": "0B"},
        "match": {"ack": "06", "open": "4F", "shut": "53"},
    }
    with (
        TcpBoard({b"\x01": b"", b"\x02": b"\x06", b"\x03": b"O"}, orders=(b"\n", b"\x0b")) as board,
        barrier(board.url, **options) as made,
    ):
        made._bus.silent = {b"\x01"}
        assert made.open(1) is Ack.DONE  # not answered, seen open
        made._bus.silent = {b"\x02"}
        assert made.close() is Ack.UNKNOWN  # an answer is owed
        wait_for(lambda: not made._bus._owed_until)
        made._bus.silent = ()
        assert made.close() is Ack.UNKNOWN  # answered, and still open
        board.answers[b"\x03"] = b"S"
        assert made.close() is Ack.DONE
        made.feedback(True)
        made.feedback(False)
        wait_for(lambda: board.heard[-2:] == [b"\n", b"\x0b"])


# -------------------------------------------------------------- an emergency

FIRE, QUIET = b"F", b"Q"
TELLS_FIRE = {
    "frames": {"open": "01", "close": "02"},
    "match": {"ack": "06", "pass_in": "50", "fire_on": "46", "fire_off": "51"},
}
ASKED = {
    **TELLS_FIRE,
    "frames": {**TELLS_FIRE["frames"], "poll": "04"},
    "match": {**TELLS_FIRE["match"], "state": "53"},
    "poll_ms": 20,
}


def fire_board(**answers):
    return TcpBoard({b"\x01": b"\x06", b"\x02": b"\x06", b"\x04": b"S"}, **answers)


def fires(made):
    """What was told of it; a board that a slow machine lost more than once says the same again."""
    told = (signal for signal, _count in made.signals if signal.value.startswith("emergency"))
    return [signal for signal, _again in itertools.groupby(told)]


def test_fire_that_ends_while_the_line_is_cut_waits_for_no_word_of_the_board():
    """It tells only what changes. Previously staff could never end the emergency."""
    on, off, unknown = Signal.EMERGENCY_ON, Signal.EMERGENCY_OFF, Signal.EMERGENCY_UNKNOWN
    with fire_board() as board, barrier(board.url, **TELLS_FIRE) as made:
        wait_for(lambda: fires(made) == [unknown])  # nobody knows at the beginning either
        board.say(FIRE + FIRE)
        wait_for(lambda: fires(made)[-1] is on)
        board.cut()
        wait_for(lambda: fires(made)[-1] is unknown)
        board.say(FIRE)
        wait_for(lambda: fires(made)[-1] is on)
        board.say(QUIET)
        wait_for(lambda: fires(made)[-1] is off)
        assert fires(made) == [unknown, on, unknown, on, off]


def test_board_that_falls_silent_in_a_fire_is_no_longer_believed():
    with fire_board() as board, barrier(board.url, **TELLS_FIRE) as made:
        board.say(FIRE)
        wait_for(lambda: Signal.EMERGENCY_ON in fires(made))
        board.answers |= {b"\x01": b"", b"\x02": b""}
        made._bus.silent = {b"\x01", b"\x02"}
        for _ in range(3):
            made.open(1)
        wait_for(lambda: made.signals[-1] == (Signal.DOWN, 0))
        board.answers[b"\x02"] = b"\x06"
        wait_for(lambda: fires(made)[-1] is Signal.EMERGENCY_UNKNOWN)


@pytest.mark.parametrize("after", [FIRE, QUIET, b"S"])
def test_board_that_can_be_asked_says_what_is_true_when_the_line_is_back(after):
    told = {
        FIRE: [],  # it still burns: nothing is new
        QUIET: [Signal.EMERGENCY_OFF],
        b"S": [Signal.EMERGENCY_UNKNOWN],  # an answer that says nothing of it
    }[after]
    with fire_board() as board:
        board.answers[b"\x04"] = FIRE
        with barrier(board.url, **ASKED) as made:
            wait_for(lambda: fires(made))
            assert fires(made) == [Signal.EMERGENCY_ON]
            board.answers[b"\x04"] = after
            connections, made._bus.silent = made._bus.opened, {b"\x02", b"\x04"}
            board.cut()
            wait_for(lambda: made._fire_at > connections)
            polls = len(board.heard)
            wait_for(lambda: len(board.heard) > polls + 5)
            assert fires(made) == [Signal.EMERGENCY_ON, *told]


def test_fire_that_begins_while_the_line_is_cut_is_told_by_a_board_that_is_asked():
    with fire_board() as board, barrier(board.url, **ASKED) as made:
        board.answers[b"\x04"], made._bus.silent = FIRE, {b"\x02", b"\x04"}
        board.cut()
        wait_for(lambda: Signal.EMERGENCY_ON in fires(made))


@pytest.mark.parametrize(
    "options",
    [{}, {"preset": "tx2000"}, {"preset": "lcus", "gap_ms": "x"}, {"frames": {"open": "zz"}}],
)
def test_bad_option_is_named(options):
    with pytest.raises(DeviceError, match="tcp://nowhere"):
        FrameBarrier(FrameBus("tcp://nowhere", {}), options)


def test_pulse_without_an_end_is_refused():
    with pytest.raises(DeviceError, match="pulse_ms"):
        FrameBarrier(FrameBus("tcp://x", {}), {"frames": {"open": "01"}, "pulse_ms": 100})
