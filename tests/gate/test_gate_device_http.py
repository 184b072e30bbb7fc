"""Our Digest client against httpbin, whose server side nobody here wrote."""

import socket
import subprocess
from contextlib import contextmanager

import pytest
from free_ports import free_port
from iot_handlers.scenic_gate import device_http
from iot_handlers.scenic_gate.device import Ack
from iot_handlers.scenic_gate.device_http import DeviceClient, DeviceLost
from iot_handlers.scenic_gate.profile import Call
from patience import LIMIT_S, wait_for

# of the system's Python: its Flask is not that of Odoo
SERVE = "import sys; from httpbin import app; app.run('127.0.0.1', int(sys.argv[1]), threaded=True)"


@pytest.fixture(scope="module")
def httpbin():
    port = free_port()
    process = subprocess.Popen(
        ["/usr/bin/python3", "-c", SERVE, str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"PATH": "/usr/bin"},
    )
    try:
        wait_for(lambda: process.poll() is not None or _listens(port))
        assert process.poll() is None
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def _listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), LIMIT_S).close()
    except OSError:
        return False
    return True


@contextmanager
def client(url, user="admin", password="gate-12345"):
    made = DeviceClient(url, user, password)
    try:
        yield made
    finally:
        made.close()


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256", "SHA-512"])
def test_digest_is_understood_by_a_server_that_nobody_here_wrote(httpbin, algorithm):
    call = Call("GET", f"/digest-auth/auth/admin/gate-12345/{algorithm}")
    with client(httpbin) as good:
        assert [good.order(call, lambda body: b'"admin"' in body) for _ in "12"] == [Ack.DONE] * 2
        assert good.order(call, lambda body: False) is Ack.NOT_SENT
    with client(httpbin, password="wrong") as bad:
        assert bad.order(call, lambda body: True) is Ack.NOT_SENT
        assert bad.error == "HTTP 401"


def test_what_is_known_of_an_order_that_failed(httpbin, monkeypatch):
    with client(f"http://127.0.0.1:{free_port()}") as nobody:
        assert nobody.order(Call("PUT", "/put"), lambda body: True) is Ack.NOT_SENT
        with pytest.raises(DeviceLost):
            list(nobody.stream("/stream"))
    with client(httpbin) as there:
        assert there.order(Call("PUT", "/status/500"), lambda body: True) is Ack.NOT_SENT
        assert there.order(Call("PUT", "/put", "<x/>"), lambda body: b"<x/>" in body) is Ack.DONE
        assert there.order(Call("PUT", "/redirect-to?url=/put"), lambda body: True) is Ack.NOT_SENT
        monkeypatch.setattr(device_http, "READ_S", 0.5)
        assert there.order(Call("GET", "/delay/4"), lambda body: True) is Ack.UNKNOWN


def test_a_stream_comes_in_pieces_until_the_device_hangs_up(httpbin):
    with client(httpbin) as there, pytest.raises(DeviceLost):
        list(there.stream("/drip?numbytes=5&duration=0.2&delay=0"))
    with client(httpbin) as there:
        stream = there.stream("/drip?numbytes=5&duration=0.2&delay=0")
        assert next(stream) == b""
        assert next(stream).startswith(b"*")
        stream.close()
    with client(httpbin) as there, pytest.raises(DeviceLost):
        list(there.stream("/status/403"))


def test_the_password_is_in_no_text(httpbin):
    with client(httpbin, password="gate-12345") as one:
        one.order(Call("GET", "/digest-auth/auth/admin/other/MD5"), lambda body: True)
        assert "gate-12345" not in f"{one.error}{one!r}{vars(one)}"
