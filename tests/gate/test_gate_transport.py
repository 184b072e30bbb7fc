"""Somebody answers in the place of the server: it costs little, and the real one is heard again."""

import gzip
import threading
import time
import tracemalloc
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from iot_handlers.scenic_gate import transport
from iot_handlers.scenic_gate.auth import MAX_BODY
from iot_handlers.scenic_gate.transport import HttpTransport, Offline


@contextmanager
def stranger(answer):
    """Whoever answers: ``answer(handler)`` writes all of it."""
    seen = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            seen.append((self.client_address[1], dict(self.headers)))
            answer(self)

        def log_message(self, *_):
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    server.seen, server.url = seen, f"http://127.0.0.1:{server.server_port}/p"
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def say(handler, body, **headers):
    handler.send_response(200)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def test_a_reply_that_unpacks_to_much_more_costs_little_memory():
    bomb = gzip.compress(bytes(120 * 1024 * 1024), 9)
    assert len(bomb) < MAX_BODY
    with stranger(lambda handler: say(handler, bomb, Content_Encoding="gzip")) as server:
        tracemalloc.start()
        try:
            with pytest.raises(Offline):
                HttpTransport().post(server.url, {}, b"x")
            assert tracemalloc.get_traced_memory()[1] < 8 * MAX_BODY
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize("packing", ["br", "zstd", "deflate", "gzip, gzip", "x" * 500])
def test_no_other_packing_is_unpacked(packing):
    def answer(handler):
        say(handler, b"{}", Content_Encoding=packing)

    with stranger(answer) as server, pytest.raises(Offline):
        HttpTransport().post(server.url, {}, b"x")
    assert server.seen[0][1]["Accept-Encoding"] == "gzip"


def test_replies_come_whole_packed_or_not_over_one_connection():
    bodies = [b"", b"{}", b"a" * 100_000]

    def answer(handler):
        body = bodies[len(server.seen) // 2 % 3]
        if len(server.seen) % 2:
            say(handler, body)
        else:
            say(handler, gzip.compress(body), Content_Encoding="gzip")

    with stranger(answer) as server:
        client = HttpTransport()
        for number in range(1, 13):
            assert client.post(server.url, {}, b"x").body == bodies[number // 2 % 3]
        assert len({port for port, _headers in server.seen}) == 1


def test_a_byte_now_and_then_does_not_hold_up_the_box(monkeypatch):
    monkeypatch.setattr(transport, "WHOLE_S", 0.4)

    def trickle(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        for _ in range(200):
            try:
                handler.wfile.write(b"x")
            except OSError:
                return
            time.sleep(0.05)

    with stranger(trickle) as server:
        began = time.monotonic()
        with pytest.raises(Offline):
            HttpTransport().post(server.url, {}, b"x")
        assert time.monotonic() - began < 4


def test_cookies_of_a_stranger_are_not_told_to_the_server():
    """Thousands of them would make each later request too large for the real server."""

    def stuff(handler):
        handler.send_response(200)
        for number in range(90):
            handler.send_header("Set-Cookie", f"c{number}={'x' * 900}")
        handler.send_header("Content-Length", "2")
        handler.end_headers()
        handler.wfile.write(b"{}")

    with stranger(stuff) as server:
        client = HttpTransport()
        for _ in range(2):
            client.post(server.url, {}, b"x")
        assert "Cookie" not in server.seen[1][1]
