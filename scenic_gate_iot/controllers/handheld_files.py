"""The files with which a handheld starts without its server."""

import hashlib
import json

from odoo import http
from odoo.http import request
from odoo.tools import file_open

from ..tools import browser_python

WORKERS = ("handheld_worker", "hash", "python", "store", "server", "sync", "boxes", "desk")
LIBRARIES = ("brython.min", "brython_modules")
BASE = "/scenic_gate_iot/static/"


def python_url():
    """Return the address of the Python that is now in force."""
    return f"/scenic/handheld/python/{browser_python.bundle()[1]}.json"


class HandheldFiles(http.Controller):
    @http.route(
        "/scenic/handheld/python/<string:tag>.json", type="http", auth="user", methods=["GET"]
    )
    def python(self, tag):
        """Give the decision package: the sources that the server itself runs."""
        data, current = browser_python.bundle()
        if tag != current:
            return request.not_found()
        headers = [
            ("Content-Type", "application/json"),
            ("Cache-Control", "private, max-age=604800"),
        ]
        return request.make_response(data, headers=headers)

    @http.route("/scenic/handheld/service-worker.js", type="http", auth="user", methods=["GET"])
    def service_worker(self):
        """Give the service worker, which names all files that the page needs."""
        bundle = request.env["ir.qweb"]._get_asset_bundle("scenic_gate_iot.assets_handheld")
        urls = [
            "/scenic/handheld",
            python_url(),
            *bundle.get_links(),
            *(f"{BASE}worker/{name}.js" for name in WORKERS),
            *(f"{BASE}lib/brython/{name}.js" for name in LIBRARIES),
            "/web/static/lib/zxing-library/zxing-library.js",
        ]
        with file_open("scenic_gate_iot/static/worker/service_worker.js") as file:
            code = file.read()
        files = [f"scenic_gate_iot/static/worker/{name}.js" for name in WORKERS]
        digest = hashlib.sha256(json.dumps(urls).encode() + code.encode())
        for path in files:
            with file_open(path, "rb") as file:
                digest.update(file.read())
        scenic = json.dumps({"version": digest.hexdigest()[:16], "urls": urls})
        headers = [
            ("Content-Type", "text/javascript"),
            ("Service-Worker-Allowed", "/scenic/handheld"),
            ("Cache-Control", "no-cache"),
        ]
        return request.make_response(f"const SCENIC = {scenic};\n{code}", headers=headers)

    @http.route(
        "/scenic/handheld/manifest.webmanifest", type="http", auth="public", methods=["GET"]
    )
    def manifest(self):
        """Let the page be put on the home screen of a phone."""
        manifest = {
            "name": "Scenic Handheld",
            "short_name": "Scenic",
            "start_url": "/scenic/handheld",
            "scope": "/scenic/handheld",
            "display": "standalone",
            "background_color": "#1b2a33",
            "theme_color": "#1b2a33",
            "icons": [
                {"src": "/scenic_gate_iot/static/description/icon.png", "sizes": "any"},
            ],
        }
        headers = [("Content-Type", "application/manifest+json")]
        return request.make_response(json.dumps(manifest), headers=headers)
