"""The parts that the demo's claims stand on: the cable that is cut, the waiting, the QR reader."""

import contextlib
import os
import socket
import threading

import pytest
import segno
from patience import LIMIT_S
from scenic_park import ports, qr, waiting
from scenic_park.bench import Row, interleaved
from scenic_park.relay import Relay
from scenic_park.serial_lines import SerialEnd


@pytest.fixture
def echo():
    """A server that sends back what it gets; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            while True:
                try:
                    connection, _address = server.accept()
                except OSError:
                    return
                threading.Thread(target=answer, args=(connection,), daemon=True).start()

        def answer(connection):
            with connection:
                while data := connection.recv(100):
                    connection.sendall(data)

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def relay(echo):
    with Relay(ports.free(), ("127.0.0.1", echo)) as relay:
        yield relay


def connect(relay) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", relay.port), timeout=LIMIT_S)
    return connection


def test_a_joined_relay_carries_both_ways(relay):
    with connect(relay) as connection:
        connection.sendall(b"passage")
        assert connection.recv(100) == b"passage"


def test_a_cut_relay_resets_and_refuses(relay):
    with connect(relay) as connection:
        connection.sendall(b"x")
        connection.recv(100)
        relay.cut()
        with contextlib.suppress(ConnectionError):
            assert connection.recv(100) == b"", "ended, one way or the other"
    with pytest.raises(ConnectionRefusedError):
        connect(relay)
    relay.join()
    connect(relay).close()


def test_a_frozen_relay_connects_and_says_nothing_until_it_is_joined(relay):
    relay.cut()
    relay.freeze()
    with connect(relay) as connection:
        connection.sendall(b"fact")
        connection.settimeout(0.3)
        with pytest.raises(TimeoutError):
            connection.recv(100)
        assert relay.carried == 0
        relay.join()
        connection.settimeout(LIMIT_S)
        assert connection.recv(100) == b"fact"


def test_waiting_names_what_did_not_happen_and_why():
    with pytest.raises(waiting.TimedOut, match="the gate opens.*no power"):
        waiting.until(lambda: (_ for _ in ()).throw(OSError("no power")), "the gate opens", 0.05)


def test_a_state_that_changes_is_noticed():
    states = iter([True, True, False])
    with pytest.raises(AssertionError, match="coil stays off"):
        waiting.holds(lambda: next(states), "coil stays off", seconds=5, pause=0.001)


def test_the_reader_knows_nothing_but_the_picture(tmp_path):
    segno.make("ST1ABCDEFG234567", error="m").save(str(tmp_path / "slip.png"), scale=5)
    assert qr.read(tmp_path / "slip.png") == "ST1ABCDEFG234567"


def test_a_line_written_to_a_serial_end_arrives_at_its_device_file(tmp_path):
    end = SerialEnd(tmp_path / "reader")
    device = os.open(tmp_path / "reader", os.O_RDWR | os.O_NOCTTY)
    try:
        end.write(b"T123\r\n")
        assert os.read(device, 100) == b"T123\r\n"
    finally:
        os.close(device)
        end.close()
    assert not (tmp_path / "reader").exists()


def test_repeats_are_interleaved():
    order = []
    interleaved({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, repeats=3)
    assert order == ["a", "b"] * 3


def test_a_row_without_floor_is_judged_by_its_figure():
    assert Row("p99", "ms", 90.0, None, 100.0, 1).reached
    assert not Row("p99", "ms", 110.0, None, 100.0, 1).reached
    row = Row("cpu", "ms", 9.0, 4.0, 2.0, 1, {"clients": 8})
    assert not row.reached
    assert list(row.as_json()) == [
        "row", "unit", "figure", "floor", "ratio", "target", "n", "detail"
    ]  # fmt: skip
    assert row.as_json()["ratio"] == 2.25
