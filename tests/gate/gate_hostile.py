"""A client on the box's network that means no good.

The stock box's own routes that need no password (restart, unpair, new system password) are left
out: they do what they say, to anybody, which is why a gate's box stands in a network of its own.
"""

import json
import re
import socket
from dataclasses import dataclass

from patience import LIMIT_S

ROUTES = (
    "/scenic_gate/status",
    "/scenic_gate/lane",
    "/scenic_gate/lane/G1",
    "/scenic_gate/lane/../../odoo.conf",
    "/scenic_gate/lane/%00",
    "/scenic_gate/lane/" + "a" * 3000,
    "/scenic_gate/../scenic_gate/status?x=" + "%ff" * 500,
    "/iot_drivers/action",
    "/iot_drivers/event",
    "/iot_drivers/ping",
    "/iot_drivers/data",
    "/hw_proxy/hello",
    "/hw_proxy/status_json",
    "/hw_proxy/default_printer_action",
)
BODIES = (
    b"",
    b"{",
    b"\xff\xfe\x00",
    b"[" * 20_000,
    b'{"jsonrpc": "2.0", "params": []}',
    b'{"jsonrpc": "2.0", "params": {"session_id": null, "device_identifier": {}, "data": 7}}',
    b'{"jsonrpc": "2.0", "params": {"listener": 5}}',
    b'{"params": {"data": {"action": "open"}}}',
    b"x" * 300_000,
)
JUNK = "no-order-of-anybody"  # part of what is sent as one
NOT_ORDERS = (None, 5, "open", [], {}, {"action": "open", "lane": "G1"}, {"uid": "\ud800"})


@dataclass
class Reply:
    """What came back, raw."""

    asked: str
    data: bytes

    @property
    def tells_a_traceback(self):
        # a stock route answers a mistake with its traceback, and none of ours may
        return self.asked.startswith("/scenic_gate") and b"Traceback" in self.data


def _is_whole(data):
    """Tell whether an answer has come with all the bytes that it promised."""
    head, blank, rest = data.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
    return bool(blank and length and len(rest) >= int(length[1]))


class Client:
    """Speaks HTTP by hand, and badly."""

    def __init__(self, port):
        self.port = port
        self._open = []

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        for connection in self._open:
            connection.close()

    def _connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=LIMIT_S)

    def send(self, method, path, body=b"", **headers):
        """Send one request; whatever comes back is good, as long as something does."""
        lines = [f"{method} {path} HTTP/1.1", "Host: box", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        if body or method == "POST":
            lines.append(f"Content-Length: {len(body)}")
        with self._connect() as connection:
            data = b""
            try:
                connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
                # it need not close: what it left unread of a request may keep it waiting
                while not _is_whole(data) and (part := connection.recv(65_536)):
                    data += part
            except ConnectionError:
                pass  # it had enough
        return Reply(path, data)

    def every_route(self):
        """Ask every route in every way."""
        for path in ROUTES:
            for method in ("GET", "HEAD", "PUT", "DELETE", "BREW"):
                yield self.send(method, path)
            kinds = ("application/json", "text/plain", "multipart/form-data; boundary=x")
            for number, body in enumerate(BODIES):
                if path != "/iot_drivers/event" or number != 6:
                    yield self.send("POST", path, body, Content_Type=kinds[number % len(kinds)])
        yield self.send("GET", "/scenic_gate/status", X_Long="a" * 60_000)
        yield self.send("POST", "/scenic_gate/status", b"", Transfer_Encoding="chunked")

    def actions(self, devices, orders):
        """Order what nobody may order, on each device."""
        names = ("open", "hold", "command", "", "print_receipt", "serve_lane", "__init__", None, {})
        for device in devices:
            for name in names:
                junk = {"document": "@@@" + JUNK, "receipt": "AAAA"}
                yield self._act(device, {"action": name} | junk)
            for order in (*NOT_ORDERS, *orders):
                yield self._act(device, {"action": "command", "command": order, "more": JUNK})
        # once more, as it was: what is not good does not get better
        for order in orders:
            yield self._act(devices[0], {"action": "command", "command": order})

    def _act(self, device, data):
        params = {"session_id": "x", "device_identifier": device, "data": data}
        body = json.dumps({"jsonrpc": "2.0", "params": params}).encode()
        return self.send("POST", "/iot_drivers/action", body, Content_Type="application/json")

    def crowd(self, count):
        """Begin many connections at once, without waiting for any."""
        for _ in range(count):
            connection = socket.socket()
            connection.setblocking(False)
            connection.connect_ex(("127.0.0.1", self.port))
            self._open.append(connection)

    def half_requests(self, count=40):
        """Begin many requests and end none."""
        for number in range(count):
            connection = self._connect()
            connection.sendall(
                b"POST /scenic_gate/status HTTP/1.1\r\nContent-Length: 9999\r\n"[: 10 + number]
            )
            self._open.append(connection)
