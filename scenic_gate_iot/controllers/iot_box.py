"""The server half of Odoo's stock IoT box, as far as the box itself calls it.

Written from what ``iot_drivers`` (LGPL) sends and expects. Only ``/iot/setup`` carries the token;
the other routes are not authenticated by stock boxes, so they store nothing and change nothing.
"""

import logging
from pathlib import Path

from odoo import http, release
from odoo.http import request
from odoo.modules.module import Manifest
from odoo.tools.misc import str2bool

from ..tools import handler_zip
from ..tools.sync_request import is_storable

_logger = logging.getLogger(__name__)
_box_log = logging.getLogger(f"{__name__}.log")

SMALL = 65_536  # bytes; a box with a hundred devices needs a tenth of it
LOG_MAX = 262_144
LOG_LINES = 60

JSON = {
    "type": "jsonrpc",
    "auth": "public",
    "csrf": False,
    "save_session": False,
    "max_content_length": SMALL,
}
FORM = {
    "type": "http",
    "auth": "public",
    "methods": ["POST"],
    "csrf": False,
    "save_session": False,
    "max_content_length": SMALL,
}


def _text(value, most=128):
    # what PostgreSQL cannot keep would become an error with its traceback, told to a stranger
    return value[:most] if isinstance(value, str) and is_storable(value) else ""


class IotBox(http.Controller):
    @http.route("/iot/setup", **JSON)
    def setup(self, iot_box=None, devices=None, **_params):
        """Pair or greet a box; answers the name of its bus channel, empty for a stranger."""
        iot_box = iot_box if isinstance(iot_box, dict) else {}
        identifier, token = _text(iot_box.get("identifier")), _text(iot_box.get("token"))
        if not (identifier and token):
            return ""
        box = (
            request.env["scenic.box"]
            .sudo()
            ._pair(
                identifier,
                token,
                {
                    "ip": _text(iot_box.get("ip"), 64),
                    "image_version": _text(iot_box.get("version"), 64),
                },
            )
        )
        if not box:
            _logger.info("A box was refused: its token does not belong to any prepared box")
        return box.channel or ""

    @http.route("/iot/get_handlers", **FORM)
    def get_handlers(self, identifier="", auto="True", **_params):
        """Give a known box the drivers of all installed modules as a zip."""
        known = request.env["scenic.box"].sudo()._credentials().get(identifier)
        if not known:
            return request.make_response(b"", status=403)
        box = request.env["scenic.box"].sudo().browse(known["id"])
        if str2bool(auto, False) and not box.handlers_auto_update:
            return request.make_response(b"")
        files = handler_zip.collect(self._handler_folders())
        tag = handler_zip.etag(files, release.version)
        asked = (request.httprequest.headers.get("If-None-Match") or "").strip('"')
        if asked == tag:
            return request.make_response(b"", headers=[("ETag", f'"{tag}"')], status=304)
        headers = [("Content-Type", "application/zip"), ("ETag", f'"{tag}"')]
        return request.make_response(handler_zip.pack(files), headers=headers)

    def _handler_folders(self):
        """Return the handler folders of the box's own software and of installed modules."""
        modules = ["iot_drivers", *sorted(request.env.registry._init_modules - {"iot_drivers"})]
        manifests = [Manifest.for_addon(name, display_warning=False) for name in modules]
        folders = [Path(manifest.path) / "iot_handlers" for manifest in manifests if manifest]
        return [folder for folder in folders if folder.is_dir()]

    @http.route("/iot/box/send_websocket", **JSON)
    def send_websocket(self, **_params):
        """Answer of a box to a bus message. A hint at best: the facts come signed, in the sync."""
        return True

    @http.route("/iot/box/webrtc_answer", **JSON)
    def webrtc_answer(self, **_params):
        """Answer of a box to a WebRTC offer, which this server never makes."""
        return True

    @http.route("/iot/box/update_certificate_status", **JSON)
    def update_certificate_status(self, **_params):
        """Expiry of the TLS certificate that odoo.com gives to Enterprise customers' boxes."""
        return True

    @http.route("/iot/keyboard_layouts", **FORM)
    def keyboard_layouts(self, **_params):
        """List of keyboard layouts; gates read scanners without any layout."""
        return request.make_response(b"")

    @http.route("/iot/log", **{**FORM, "max_content_length": LOG_MAX})
    def log(self, **_params):
        """Copy the log lines of a known box into the server's own log."""
        lines = request.httprequest.get_data().decode(errors="replace").split("<log/>\n")
        identifier = lines[0].removeprefix("identifier ").strip()
        if identifier not in request.env["scenic.box"].sudo()._credentials():
            return request.make_response(b"", status=403)
        for line in lines[1 : LOG_LINES + 1]:
            text = "".join(char if char.isprintable() else " " for char in line)
            if text.strip():
                _box_log.info("%s: %s", identifier, text[:500])
        return request.make_response(b"")
