"""Our drivers through wires that others make: Debian's ser2net, umockdev's serial adapter."""

import os
import shutil
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import gate_kit as kit
import pytest
from frame_board import SerialBoard
from iot_handlers.scenic_gate.device import Ack, Signal
from modbus_board import rtu_board, wire
from patience import LIMIT_S, wait_for
from scenic_park import ports
from test_gate_frame_barrier import ACK, BACK, OPEN_A, RET1, TX1500, barrier
from test_gate_modbus import barrier as modbus_barrier
from test_gate_reader import Scans

TICKET = kit.code(1)
ROOT = Path(__file__).resolve().parents[2]
TTY = "/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0-port0"


@contextmanager
def ser2net(folder, line, kind):
    """A device server: the address at which the network finds a serial line."""
    program = shutil.which("ser2net") or shutil.which("ser2net", path="/usr/sbin")
    assert program, "install ser2net"
    number = ports.free()
    accepter = "telnet(rfc2217),tcp" if kind == "rfc2217" else "tcp"
    (folder / "ser2net.yaml").write_text(
        "%YAML 1.1\n---\n"
        f"connection: &line\n  accepter: {accepter},127.0.0.1,{number}\n"
        f"  connector: serialdev,{line},9600n81,local\n  options:\n    kickolduser: true\n"
    )
    process = subprocess.Popen(
        [program, "-n", "-d", "-u", "-c", str(folder / "ser2net.yaml")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: _listens(number))
        # a pseudo terminal has no control lines to set
        yield f"{kind}://127.0.0.1:{number}" + ("?ign_set_control" if kind == "rfc2217" else "")
    finally:
        process.terminate()
        process.wait(LIMIT_S)


def _listens(number):
    hexed = f":{number:04X} 00000000:0000 0A"
    return hexed in Path("/proc/net/tcp").read_text()


@pytest.fixture(params=["socket", "rfc2217"])
def remote(request, tmp_path):
    """(address, far end of the line behind it)"""
    with wire(tmp_path) as (near, far), ser2net(tmp_path, near, request.param) as url:
        yield url, far


def test_scanner_behind_a_device_server(remote):
    url, far = remote
    with Scans(url) as scans:
        scanner = os.open(far, os.O_RDWR | os.O_NOCTTY)
        os.write(scanner, TICKET.encode() + b"\r\n" + b"NEXT\r")
        wait_for(lambda: scans == [TICKET, "NEXT"])
        os.close(scanner)


def test_turnstile_behind_a_device_server(remote):
    url, far = remote
    with SerialBoard(far, TX1500) as board, barrier(url, preset="tx1500") as made:
        assert made.open(1) is Ack.DONE
        board.say(RET1)
        wait_for(lambda: (Signal.PASSED, 1) in made.signals)
        assert board.heard == [BACK, OPEN_A]


def test_relay_board_behind_a_device_server(tmp_path):
    with (
        wire(tmp_path) as (near, far),
        ser2net(tmp_path, near, "socket") as url,
        rtu_board(far) as board,
        modbus_barrier(url) as made,
    ):
        assert made.open(1) is Ack.DONE
        assert board.coils()[2] is True


def test_device_server_that_ends_is_noticed_and_found_again(tmp_path):
    with wire(tmp_path) as (near, far), SerialBoard(far, TX1500):
        with ser2net(tmp_path, near, "socket") as url:
            with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))):
                pass
            scans = Scans(url)
            wait_for(lambda: scans.reader.health().ok)
        wait_for(lambda: not scans.reader.health().ok)
        scans.reader.stop()


# -------------------------------------------------------------------- umockdev


def script(*steps, first_ms=5):
    """A dialogue in umockdev's form: ("w", bytes we must send), ("r", bytes the adapter gives)."""
    lines = ["d 0 /dev/ttyUSB0"]
    for operation, data in steps:
        text = "".join(
            f"^{chr(byte + 64)}" if byte <= 32 else "^`" if byte == 94 else chr(byte)
            for byte in data
        )
        lines.append(f"{operation} {5 if lines[1:] else first_ms} {text}")
    return ("\n".join(lines) + "\n").encode("latin-1")


def run_on_adapter(folder, code, *steps, **options):
    """Run Python with a fake USB adapter that plays a dialogue; return what it prints."""
    program = shutil.which("umockdev-run")
    assert program, "install umockdev"
    (folder / "tty.script").write_bytes(script(*steps, **options))
    addons = [str(ROOT / name) for name in ("scenic_gate_iot", "scenic_ticketing")]
    addons += [str(ROOT / "tests" / name) for name in ("gate", "support")]
    device = Path(__file__).parent / "data" / "usb_adapter.umockdev"
    out = subprocess.run(
        [
            program,
            f"--device={device}",
            f"--script=/dev/ttyUSB0={folder / 'tty.script'}",
            "--",
            *(sys.executable, "-c", f"import sys; sys.path[:0] = {addons!r}\n{code}", TTY),
        ],
        capture_output=True,
        text=True,
        timeout=2 * LIMIT_S,
        check=False,
    )
    return out.stdout.split(), out.stderr


def test_scanner_on_an_adapter_of_umockdev(tmp_path):
    code = """
from iot_handlers.scenic_gate.line_reader import LineReader
from patience import wait_for
seen = []
reader = LineReader(sys.argv[1], {})
reader.start(seen.append)
wait_for(lambda: len(seen) == 2)
print(*seen)
"""
    # opening a port throws away what came before
    steps = ("r", TICKET.encode() + b"\r\n"), ("r", b"NEXT\r")
    out, err = run_on_adapter(tmp_path, code, *steps, first_ms=2000)
    assert out == [TICKET, "NEXT"], err


def test_turnstile_on_an_adapter_of_umockdev_byte_for_byte(tmp_path):
    code = """
from iot_handlers.scenic_gate.frame_barrier import FrameBarrier
from iot_handlers.scenic_gate.frame_bus import FrameBus
from patience import wait_for
options = {"preset": "tx1500", "timeout_ms": 20_000}
barrier = FrameBarrier(FrameBus(sys.argv[1], options), options)
signals = []
barrier.start(lambda signal, count: signals.append(signal.value))
wait_for(lambda: barrier.health().ok)
print(barrier.open(1).value)
wait_for(lambda: "passed" in signals)
print(barrier.close().value, *signals)
"""
    steps = ("w", BACK), ("r", ACK), ("w", OPEN_A), ("r", ACK), ("r", RET1), ("w", BACK), ("r", ACK)
    out, err = run_on_adapter(tmp_path, code, *steps)
    assert out == ["done", "done", "up", "passed"], err
