"""The fake server behind real HTTP, with the routes that a stock box calls."""

import importlib.util
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from gate_server import PAIRING, FakeServer

ROOT = Path(__file__).resolve().parents[2]


def handler_zip_module():
    """The file of the server that packs handlers."""
    place = ROOT / "scenic_gate_iot" / "tools" / "handler_zip.py"
    spec = importlib.util.spec_from_file_location("gate_handler_zip", place)
    packer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(packer)
    return packer


def handler_zip(*roots):
    """The package of handlers as our server makes it; returns (bytes, tag)."""
    packer = handler_zip_module()
    files = packer.collect([Path(root) / "iot_handlers" for root in roots])
    return packer.pack(files), packer.etag(files, "19.0")


class HttpServer:
    """Serves a :class:`FakeServer`; ``handlers`` is (zip, tag) or None; ``seen`` the paths."""

    def __init__(self, server=None, handlers=None):
        self.server, self.handlers = server or FakeServer(), handlers
        self.seen, self.setups = [], []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                owner.seen.append(self.path)
                owner.reply(self, body)

            def do_GET(self):
                owner.seen.append(self.path)
                owner.send(self, 404, b"")

            def log_message(self, *_):
                return

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    def reply(self, handler, body):
        path = handler.path
        if path in ("/scenic/gate/v1/sync", "/scenic/gate/v1/sound"):
            answer = self.server.post(PAIRING.server + path, handler.headers, body)
            signed = {"X-Scenic-Signature": answer.signature}
            self.send(handler, answer.status, answer.body, signed)
        elif path == "/iot/setup":
            params = json.loads(body)["params"]
            self.setups.append(params)
            self.server.box = params["iot_box"]["identifier"]
            self.send(handler, 200, b'{"jsonrpc": "2.0", "id": null, "result": "channel"}')
        elif path == "/web/webclient/version_info":
            self.send(handler, 200, b'{"jsonrpc": "2.0", "result": {"server_serie": "19.0"}}')
        elif path == "/iot/get_handlers" and self.handlers:
            data, tag = self.handlers
            known = handler.headers.get("If-None-Match") == tag
            self.send(handler, 304 if known else 200, b"" if known else data, {"ETag": f'"{tag}"'})
        else:
            self.send(handler, 200, b'{"jsonrpc": "2.0", "id": null, "result": true}')

    @staticmethod
    def send(handler, status, body, headers=None):
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    def __enter__(self):
        threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()

    def pairing_line(self, token):
        return f"{self.url}?token={token}&db_uuid=&enterprise_code=&db_name=park"
