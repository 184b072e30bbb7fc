"""The modules of the self-service page: its own files, and those it shares with the window.

The page has no bundle and no web client. An import map gives the modules of the window the names
that they have there; what those ask of Odoo's web client is in ``kiosk/odoo_names.js``.
"""

import base64
import hashlib
import json
from functools import lru_cache

from odoo.modules.module import Manifest

_STATIC = "/scenic_ticketing/static/src"
_OWN = (
    "ask",
    "draw",
    "idle",
    "paper",
    "pay",
    "pay_screens",
    "scanner",
    "screens",
    "state",
    "steps",
)
_SHARED = ("bitmap", "escpos", "print_data", "qr_matrix", "slip_draw", "slip_paper", "zpl")
_STANDS_FOR = (
    "@web/core/l10n/translation",
    "@web/core/browser/browser",
    "@web/core/utils/strings",
)


@lru_cache(maxsize=1)
def stamp():
    """Return what changes with each version: browsers keep these files for a week."""
    return f"?v={Manifest.for_addon('scenic_ticketing').version}"


@lru_cache(maxsize=1)
def import_map():
    """Return the import map as the text that stands in the page."""
    files = {f"@scenic_ticketing/kiosk/{name}": f"{_STATIC}/kiosk/{name}.js" for name in _OWN}
    files |= {f"@scenic_ticketing/print/{name}": f"{_STATIC}/print/{name}.js" for name in _SHARED}
    files |= {name: f"{_STATIC}/kiosk/odoo_names.js" for name in _STANDS_FOR}
    files["@scenic_ticketing/app/services/box_printer"] = f"{_STATIC}/app/services/box_printer.js"
    files["@iot_base/network_utils/http"] = "/iot_base/static/src/network_utils/http.js"
    return json.dumps({"imports": {name: file + stamp() for name, file in files.items()}})


def policy(basis, inline, boxes):
    """Return the content policy that lets in this one text in the page, and the boxes."""
    digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
    places = " ".join(f"http://{box} https://{box}" for box in boxes)
    return f"{basis}; script-src 'self' 'sha256-{digest}'; connect-src 'self' {places}".rstrip()
