"""A stock box as the page behind the code of a box sees it."""

import contextlib
import http.server
import json
import threading


class Box(http.server.BaseHTTPRequestHandler):
    """Takes pairing lines, and answers with the next of its statuses."""

    def do_OPTIONS(self):
        self.answer(b"")

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.told.append((self.path, body["params"]["token"]))
        status = self.server.statuses.pop(0)
        self.answer(json.dumps({"result": {"status": status}}).encode())

    def answer(self, body):
        self.send_response(200)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Allow-Headers", "Content-Type")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args):
        """Nobody reads it."""


@contextlib.contextmanager
def opened(*statuses):
    """Give the server of a box; `told` has what it was told."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Box)
    server.told, server.statuses = [], list(statuses)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
