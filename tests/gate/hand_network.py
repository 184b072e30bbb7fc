"""Pages that ask a box by http. Arguments: folder with a certificate, address of the box."""

import contextlib
import http.server
import json
import ssl
import sys
import threading
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "support"), str(TESTS.parent / "tools")]
import engines  # noqa: E402

FOLDER, BOX = Path(sys.argv[1]), sys.argv[2]
HTTP, HTTPS = 8000, 8443
NAME = "park.example"
ASK = """async ([url, space]) => {
    const how = {method: "POST", body: "{}", signal: AbortSignal.timeout(30000),
                 targetAddressSpace: space};
    try { return (await fetch(url, how)).ok; } catch { return false; }
}"""
WORKER = f"onmessage = async ({{data}}) => postMessage(await ({ASK})(data));"
BY_WORKER = """(asked) => new Promise((done) => {
    const worker = new Worker("/worker.js");
    worker.onmessage = ({data}) => done(data);
    worker.postMessage(asked);
})"""


class Site(http.server.BaseHTTPRequestHandler):
    """Pages, a worker, and what a box answers."""

    def do_GET(self):
        is_page = self.path != "/worker.js"
        body = "<!doctype html><title>x</title>" if is_page else WORKER
        self.answer(body, "text/html" if is_page else "text/javascript")

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer("{}", "text/plain")

    def answer(self, body, kind):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_args):
        """Nobody reads it."""


def serve(port, certificate=None):
    server = http.server.ThreadingHTTPServer(("0.0.0.0", port), Site)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate / "certificate.pem", certificate / "key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def opened(context, url):
    """A page; a browser that stood still may have given up the first one."""
    context.set_default_timeout(60_000)
    for last in (False, False, True):
        page = context.new_page()
        try:
            page.goto(url)
            return page
        except Error:
            if last:
                raise
    raise AssertionError


def ask(browser, page_url, allowed=()):
    context = browser.new_context(ignore_https_errors=True)
    if engines.chosen() == engines.CHROMIUM:
        context.grant_permissions(list(allowed))
    page = opened(context, page_url)
    asked = [f"http://{BOX}:{HTTP}/", "local"]
    return {"page": page.evaluate(ASK, asked), "worker": page.evaluate(BY_WORKER, asked)}


@contextlib.contextmanager
def chosen():
    """Give the browser; Chromium is told which address is one of the internet."""
    if engines.chosen() != engines.CHROMIUM:
        with engines.opened() as browser:
            yield browser
        return
    args = ["--no-sandbox", "--disable-dev-shm-usage", "--ignore-certificate-errors",
            f"--host-resolver-rules=MAP {NAME} 127.0.0.1",
            f"--ip-address-space-overrides=127.0.0.1:{HTTPS}=public"]  # fmt: skip
    with sync_playwright() as playwright:
        browser = {"executable_path": "/usr/bin/chromium", "args": args, "timeout": 60_000}
        yield playwright.chromium.launch(**browser)


def main():
    serve(HTTP)
    serve(HTTPS, FOLDER)
    found = {}
    with chosen() as browser:
        found["localhost"] = ask(browser, f"http://localhost:{HTTP}/")
        found["private"] = ask(browser, f"https://{BOX}:{HTTPS}/")
        if engines.chosen() == engines.CHROMIUM:
            public = f"https://{NAME}:{HTTPS}/"
            found["public"] = ask(browser, public)
            found["public, allowed"] = ask(browser, public, ["local-network-access"])
    print(json.dumps(found))


if __name__ == "__main__":
    main()
