"""The line reader: serial and TCP sources, garbage, cut frames, unplugging."""

import os
import random
import socket
import threading
import time

import gate_kit as kit
import pytest
from hypothesis import given
from hypothesis import strategies as st
from iot_handlers.scenic_gate.device import DeviceError
from iot_handlers.scenic_gate.line_reader import LineReader, LineSplitter
from modbus_board import wire
from patience import wait_for

TICKET = kit.code(1)


class Scans(list):
    """A started reader's texts."""

    def __init__(self, url, **options):
        self.reader = LineReader(url, options)
        self.reader.start(self.append)

    def __enter__(self):
        wait_for(lambda: self.reader.health().ok)
        return self

    def __exit__(self, *_):
        self.reader.stop()


# --------------------------------------------------------------------- bytes


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\x03", b"\x00"])
def test_terminator_ends_a_code_at_once(end):
    splitter = LineSplitter()
    assert splitter.feed(b"\x02AB C" + end + b"D", 0) == ["AB C"]
    assert splitter.feed(b"E" + end, 0.01) == ["DE"]


def test_silence_ends_a_code_without_terminator():
    splitter = LineSplitter(gap_s=0.05)
    assert splitter.feed(b"ABC", 1.0) == []
    assert splitter.idle(1.04) == []
    assert splitter.idle(1.06) == ["ABC"]
    assert splitter.idle(9) == []
    splitter.feed(b"DEF", 10)
    assert splitter.idle(10.1) == ["DEF"]
    splitter.feed(b"GHI", 11)
    # read late by a host that stood still: nobody heard a silence
    assert splitter.feed(b"JKL\r", 13) == ["GHIJKL"]


def test_reader_without_gap_forgets_half_a_code():
    splitter = LineSplitter(gap_s=0)
    assert splitter.feed(b"ABC", 0) == []
    assert splitter.feed(b"DEF\r", 0.9) == ["ABCDEF"]
    assert splitter.feed(b"ABC", 10) == []
    assert splitter.idle(11.4) == []
    assert splitter.feed(b"DEF\r", 11.5) == ["DEF"]


def test_too_long_a_line_is_dropped_whole():
    splitter = LineSplitter(max_chars=8)
    assert splitter.feed(b"123456789ABC\rOK\r", 0) == ["OK"]
    assert splitter.dropped == 1
    assert splitter.feed(b"x" * 10_000, 1) == []
    assert len(splitter._buffer) <= 8
    assert splitter.idle(2) == []
    assert splitter.feed(b"OK\r", 3) == ["OK"]


@given(st.lists(st.tuples(st.binary(max_size=40), st.floats(0, 0.2)), max_size=20))
def test_any_bytes_give_short_printable_texts(chunks):
    splitter, now = LineSplitter(max_chars=64), 0.0
    for data, pause in chunks:
        now += pause
        for text in splitter.feed(data, now):
            assert text
            assert len(text) <= 64
            assert text.isprintable()


@given(
    st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ234567-", min_size=1, max_size=200), st.randoms()
)
def test_code_survives_any_cutting_into_packets(text, rng):
    splitter, out, now = LineSplitter(), [], 0.0
    data = text.encode() + b"\r\n"
    while data:
        cut = rng.randint(1, len(data))
        out += splitter.feed(data[:cut], now)
        data, now = data[cut:], now + 0.04
    assert out == [text]


# ----------------------------------------------------------------- real ports


def test_serial_scanner_with_and_without_terminator(tmp_path):
    with wire(tmp_path) as (ours, theirs), Scans(str(ours)) as scans:
        scanner = os.open(theirs, os.O_RDWR | os.O_NOCTTY)
        os.write(scanner, TICKET.encode() + b"\r\n")
        wait_for(lambda: scans == [TICKET])
        os.write(scanner, b"NOEND")
        wait_for(lambda: scans == [TICKET, "NOEND"])
        os.close(scanner)


def test_slow_serial_line_does_not_cut_a_code(tmp_path):
    # this machine itself may be slower than the line: silence that long would be an end
    with wire(tmp_path) as (ours, theirs), Scans(str(ours), gap_ms=20_000) as scans:
        scanner = os.open(theirs, os.O_RDWR | os.O_NOCTTY)
        for byte in TICKET.encode()[:40]:  # 9600 baud: 1 ms a character
            os.write(scanner, bytes((byte,)))
            time.sleep(0.001)
        os.write(scanner, b"\r")
        wait_for(lambda: scans == [TICKET[:40]])
        scans.reader._stopped.set()
        os.write(scanner, b"\r")  # so that it hears of it at once
        os.close(scanner)


def test_tcp_scanner_comes_and_goes():
    server = socket.create_server(("127.0.0.1", 0))
    # half a code is no code before that silence
    with Scans(f"socket://127.0.0.1:{server.getsockname()[1]}", gap_ms=20_000) as scans:
        first, _ = server.accept()
        first.sendall(TICKET.encode() + b"\n")
        wait_for(lambda: scans == [TICKET])
        first.sendall(b"HALF A CO")
        first.close()
        second, _ = server.accept()
        wait_for(lambda: scans.reader.health().ok)  # opening throws away what came before
        second.sendall(b"SECOND\n")
        wait_for(lambda: scans[-1] == "SECOND")
        second.close()
    server.close()
    assert scans == [TICKET, "SECOND"]


def test_garbage_between_codes_loses_no_code(tmp_path):
    rng = random.Random(5)
    with wire(tmp_path) as (ours, theirs), Scans(str(ours), gap_ms=0) as scans:
        scanner = os.open(theirs, os.O_RDWR | os.O_NOCTTY)
        for number in range(20):
            os.write(scanner, bytes(rng.randrange(256) for _ in range(rng.randrange(60))) + b"\r")
            os.write(scanner, f"CODE{number}\r".encode())
        wait_for(lambda: "CODE19" in scans)
        os.close(scanner)
    assert [text for text in scans if text.startswith("CODE")] == [f"CODE{n}" for n in range(20)]


def test_unplugged_scanner_is_reported_and_found_again(tmp_path):
    scans = Scans(str(tmp_path / "end_a"))
    try:
        assert not scans.reader.health().ok
        for number in range(2):
            with wire(tmp_path) as (_, theirs):
                wait_for(lambda: scans.reader.health().ok)
                scanner = os.open(theirs, os.O_RDWR | os.O_NOCTTY)
                os.write(scanner, f"N{number}\r".encode())
                wait_for(lambda number=number: f"N{number}" in scans)
                os.close(scanner)
            wait_for(lambda: not scans.reader.health().ok)
        assert scans.reader.health().detail
    finally:
        scans.reader.stop()


def test_reader_answers_with_a_beep():
    server = socket.create_server(("127.0.0.1", 0))
    url = f"socket://127.0.0.1:{server.getsockname()[1]}"
    with Scans(url, good="06", bad="15 15") as scans:
        peer, _ = server.accept()
        wait_for(lambda: scans.reader.health().ok)
        scans.reader.feedback(True)
        scans.reader.feedback(False)
        assert peer.recv(3, socket.MSG_WAITALL) == b"\x06\x15\x15"
        peer.close()
    server.close()


def test_stopping_ends_the_thread(tmp_path):
    before = threading.active_count()
    Scans(str(tmp_path / "nothing")).reader.stop()
    assert threading.active_count() == before


@pytest.mark.parametrize(
    "options", [{"gap_ms": "long"}, {"max_chars": None}, {"good": "xy"}, {"kind": "door"}]
)
def test_bad_option_is_named(options):
    with pytest.raises(DeviceError, match="/dev/scanner"):
        LineReader("/dev/scanner", options)
