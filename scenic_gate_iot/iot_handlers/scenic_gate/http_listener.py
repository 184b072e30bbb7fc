"""Where devices call the box: a small HTTP server of its own, apart from the stock one.

Only devices of the configuration are let in, by their address first. Every connection has a few
seconds in all, whatever it sends, and there are few connections at a time; each carries one
request. With TLS the handshake is part of those seconds. What is refused is counted.
"""

from __future__ import annotations

import errno
import io
import logging
import select
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol
from urllib.parse import urlsplit

from .addresses import Networks, is_in
from .http_message import BadRequest, Reply, Request, fields_of
from .port import monotonic
from .terminal_tls import Identity, secured, was_closed

_logger = logging.getLogger(__name__)

DEADLINE_S = 5.0  # for a whole request, from its first byte to its last
READ_S = 0.5  # the answer is small: who has read it hangs up
MOST, MOST_EACH = 64, 8  # connections at a time, and from one address
MAX_TARGET = 2048


class Guest(Protocol):
    """A device that may call."""

    networks: Networks
    max_body: int
    tls: Identity | None

    def owns(self, path: str, query: Mapping[str, str]) -> bool:
        """Tell whether this request is for it."""

    def handle(self, request: Request) -> Reply:
        """Answer; BadRequest when the request is none of its protocol."""

    def refuse(self) -> None:
        """Count a request that came to nothing."""


class _Timed(io.RawIOBase):
    """The reading half of a connection, until a moment: a byte now and then does not prolong it."""

    def __init__(self, line: socket.socket, until: float) -> None:
        self._line, self._until = line, until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        left = self._until - monotonic()
        if left <= 0:
            raise TimeoutError
        self._line.settimeout(left)
        return self._line.recv_into(buffer)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def setup(self) -> None:
        until = monotonic() + DEADLINE_S
        if self.server.context:
            self.request = secured(self.request, self.server.context, DEADLINE_S)
        super().setup()
        self.rfile = io.BufferedReader(_Timed(self.connection, until), 4096)

    def finish(self) -> None:
        super().finish()
        if self.server.context:
            self.connection.close()  # the plain socket that the server knows is empty since setup

    def handle(self) -> None:
        try:
            self.handle_one_request()
        except (OSError, ValueError):
            self.server.listener.count("broken")
        except Exception:
            # a thread's loop: whatever a stranger found must not reach the box
            _logger.exception("HTTP listener")
            self.server.listener.count("broken")

    def _any(self) -> None:
        self.close_connection = True
        listener = self.server.listener
        if len(self.path) > MAX_TARGET:
            return self._send(Reply(status=414))
        target = urlsplit(self.path)
        query = fields_of(target.query)
        guest = listener.guest(self.client_address[0], target.path, query)
        if guest is None:
            listener.count("unknown")
            return self._send(Reply(status=404))
        try:
            body = self._body(guest.max_body)
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = guest.handle(Request(self.command, target.path, query, headers, body))
        except _Refused as err:
            guest.refuse()
            reply = Reply(status=err.status)
        except BadRequest:
            guest.refuse()
            reply = Reply(status=400)
        except (OSError, ValueError):
            guest.refuse()  # half a request
            raise
        return self._send(reply)

    do_GET = do_POST = do_PUT = _any

    def _body(self, most: int) -> bytes:
        if self.headers.get("Transfer-Encoding"):
            raise _Refused(411)
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdigit() and len(length) < 10):
            raise _Refused(400)
        if int(length) > most:
            raise _Refused(413)
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise ValueError("half a body")
        return body

    def _send(self, reply: Reply) -> None:
        read = False
        try:
            body = reply.body.encode()
            self.send_response_only(reply.status)
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.connection.settimeout(READ_S)
            self._headers_buffer.append(b"\r\n" + body)
            self.flush_headers()
            read = self._was_read() if reply.done else False
        finally:
            if reply.done:
                reply.done(read)

    def _was_read(self) -> bool:
        """Whether the other side hung up after the answer, as one does who has read it."""
        line = self.connection
        if isinstance(line, ssl.SSLSocket):
            return was_closed(line, READ_S)
        with suppress(OSError):
            line.shutdown(socket.SHUT_WR)
            if select.select([line], [], [], READ_S)[0]:
                return not line.recv(1)
        return False

    def send_error(self, code, message=None, explain=None) -> None:
        """Answer what cannot be read, without a word."""
        self.close_connection = True
        self.server.listener.count("broken")
        self._headers_buffer = []
        self.request_version = "HTTP/1.1"
        with suppress(OSError):
            self._send(Reply(status=int(code)))

    def log_message(self, format, *args) -> None:
        """Say nothing: codes and persons are in these lines."""


class _Refused(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 32
    allow_reuse_address = True

    def __init__(self, port: int, listener: Listener, context: ssl.SSLContext | None) -> None:
        self.listener, self.context = listener, context
        self._open: Counter[str] = Counter()
        self._lock = threading.Lock()
        super().__init__(("0.0.0.0", port), _Handler)

    def verify_request(self, request, client_address) -> bool:
        """Let known addresses in, a few connections at a time; others cost no thread."""
        host = client_address[0]
        if not self.listener.knows(host):
            self.listener.count("stranger")
            return False
        with self._lock:
            if sum(self._open.values()) >= MOST or self._open[host] >= MOST_EACH:
                self.listener.count("crowded")
                return False
            self._open[host] += 1
        return True

    def process_request(self, request, client_address) -> None:
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._leave(client_address[0])  # no thread is left that would
            raise

    def process_request_thread(self, request, client_address) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._leave(client_address[0])

    def _leave(self, host: str) -> None:
        with self._lock:
            self._open[host] -= 1
            if self._open[host] <= 0:
                del self._open[host]

    def handle_error(self, request, client_address) -> None:
        self.listener.count("broken")


class Listener:
    """One port; it is open as long as a device is registered."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.counts: Counter[str] = Counter()
        self._guests: list[Guest] = []
        self._server: _Server | None = None
        self._lock = threading.RLock()

    def register(self, guest: Guest) -> None:
        """Let a device in; OSError when the port cannot be had, or its certificate."""
        context = guest.tls.context() if guest.tls else None
        with self._lock:
            if self._server is None:
                self._server = _Server(self.port, self, context)
                threading.Thread(
                    target=self._server.serve_forever,
                    args=(0.2,),
                    name=f"scenic http {self.port}",
                    daemon=True,
                ).start()
            elif (self._server.context is None) != (context is None):
                raise OSError(errno.EBUSY, "another device uses it with, or without, TLS")
            else:
                self._server.context = context  # the newest, when it has changed
            self._guests = [*self._guests, guest]

    def leave(self, guest: Guest) -> None:
        """Forget a device; the last one shuts the port."""
        with self._lock:
            self._guests = [other for other in self._guests if other is not guest]
            server, self._server = self._server, None if not self._guests else self._server
        if server is not None and not self._guests:
            server.shutdown()
            server.server_close()

    def count(self, what: str) -> None:
        """Count something that was refused."""
        with self._lock:
            self.counts[what] += 1

    def knows(self, host: str) -> bool:
        """Tell whether some device may call from this address."""
        return any(is_in(host, guest.networks) for guest in self._guests)

    def guest(self, host: str, path: str, query: Mapping[str, str]) -> Guest | None:
        """Return the device that calls."""
        for guest in self._guests:
            if guest.owns(path, query) and is_in(host, guest.networks):
                return guest
        return None


_listeners: dict[int, Listener] = {}
_lock = threading.Lock()


def listener(port: int, make: Callable[[int], Listener] = Listener) -> Listener:
    """Return the one listener of a port in this process."""
    with _lock:
        if port not in _listeners:
            _listeners[port] = make(port)
        return _listeners[port]
