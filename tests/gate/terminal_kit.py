"""A lane with a terminal, and the far side: curl as a device that posts, and a device that serves.

No vendor's simulator exists. The bodies are those that vendors print; curl is the foreign client.
"""

import json
import subprocess
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import gate_kit as kit
from free_ports import free_port
from iot_handlers.scenic_gate.credential import pseudonym
from iot_handlers.scenic_gate.devices import Devices
from iot_handlers.scenic_gate.runner import LaneRunner
from patience import LIMIT_S, wait_for

PERSON = pseudonym(bytes(range(32)), "face", "7")[:8].hex()


class Gate:
    """One lane at work with a terminal of `options`; the clock is that of the kit."""

    def __init__(self, folder, role, others=(), url="http://127.0.0.1", lane=None, **options):
        self.port = free_port()
        driver = "tcp_head" if url.startswith("tcp:") else "http_terminal"
        options = {"port": self.port, "answer_ms": 10_000, **options}
        device = {"name": "T", "role": role, "driver": driver, "url": url}
        devices = [{**device, "options": options}, *others]
        self.clock = kit.FakeClock()
        self.engine = kit.engine(
            folder,
            lanes=[kit.lane_config(devices=devices, confirm="none", **(lane or {}))],
            credentials=kit_credentials(),
        )
        config = self.engine.config.lanes["G1"]
        self.readers, self.barrier = Devices(home=folder).build(config)
        self.terminal = next(d for d in (*self.readers, self.barrier) if hasattr(d, "core")).core

    @contextmanager
    def at_work(self, barrier=None):
        self.runner = LaneRunner(
            self.engine.config.lanes["G1"],
            self.engine,
            self.clock,
            barrier or self.barrier,
            self.readers,
        )
        self.stopped = threading.Event()
        thread = threading.Thread(target=self.runner.run, args=(self.stopped.is_set,))
        thread.start()
        wait_for(lambda: self.terminal._bound)
        try:
            yield self
        finally:
            self.stopped.set()
            thread.join(LIMIT_S)
            self.engine.store.close()

    def usable(self):
        """Wait until the lane serves; its clock moves on, so that texts are fresh again."""
        wait_for(lambda: self.runner.lane.usable)
        return self

    def idle(self, told=0):
        """Let time go by until nobody is under way, once the lane has written so many facts.

        A device that has its answer before the lane has looked leaves the lane idle until then.
        """
        wait_for(lambda: len(self.facts()) >= told)

        def later():
            self.clock.t += 1
            return self.runner.lane.state.value == "idle"

        wait_for(later)

    def facts(self):
        self.engine.journal.flush()
        return [(f["kind"], f["reason"]) for f in self.engine.journal.facts(0, 500)]

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"


def kit_credentials():
    return {"key": bytes(range(32)).hex(), "days": {str(kit.DAY): (b"a" * 32).hex()}}


def curl(url, *arguments, data=None):
    """Return (status, body); status 0: no answer."""
    call = ["curl", "-s", "-m", str(LIMIT_S), "-w", "\n%{http_code}", *arguments, url]
    if data is not None:
        call[1:1] = ["--data-binary", "@-"]
    done = subprocess.run(
        call, input=None if data is None else data.encode(), capture_output=True, check=False
    )
    body, _, status = done.stdout.decode().rpartition("\n")
    return int(status or 0), body


class HikDevice:
    """Answers like a terminal: remoteCheck, door, alertStream. Its Digest is httpbin's business.

    ``reply``: what it answers to orders, as its maker prints it.
    """

    def __init__(self, reply='{"statusCode": 1, "statusString": "OK"}'):
        self.calls, self.status, self.events = [], 200, []
        self.reply = reply
        self.delay = 0
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                owner.calls.append((self.path, body))
                time.sleep(owner.delay)
                reply = owner.reply.encode()
                self.send_response(owner.status)
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            do_POST = do_PUT

            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "multipart/mixed; boundary=MIME_boundary")
                self.end_headers()
                while True:
                    while owner.events:
                        data = json.dumps(owner.events.pop(0)).encode()
                        self.wfile.write(
                            b"--MIME_boundary\r\nContent-Type: application/json\r\n"
                            b"Content-Length: %d\r\n\r\n%b\r\n" % (len(data), data)
                        )
                    if owner.closed.wait(0.02):
                        return

            def log_message(self, *_):
                return

        self.closed = threading.Event()
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    def __enter__(self):
        threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.closed.set()
        self.http.shutdown()
        self.http.server_close()

    def checks(self):
        bodies = [body for path, body in self.calls if "remoteCheck" in path]
        return [json.loads(body)["RemoteCheck"] for body in bodies]


def blocked(gate):
    """Keep the lane from deciding until this is set; `lane_looks`: it would decide now.

    On a slow machine the time for an answer may be over before the lane looks at all.
    """
    busy, scan = threading.Event(), gate.engine.scan
    busy.lane_looks = threading.Event()
    gate.engine.scan = lambda *args: busy.lane_looks.set() or busy.wait(LIMIT_S) and scan(*args)
    return busy
