"""What the stock box lacks on a computer that is neither a Raspberry Pi nor Windows.

There ``iot_drivers`` is in "test" mode: it loads no handler and calls every host
"test_identifier". Everything else (pairing, devices, routes, websocket) works as it is, and the
Pi-only parts (git, upgrades, nginx, passwords) stay out of the way.
"""

import hashlib
import logging
import secrets
import socket
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import odoo.http

_logger = logging.getLogger(__name__)

SECTION = "scenic_gate_box"
HANDLERS = "scenic_*"  # handler files to load; `handlers` in the section above names others
MACHINE_ID = Path("/etc/machine-id")


def adapt(helpers):
    """Replace what does not work here in ``iot_drivers.tools.helpers``."""
    if not helpers.IS_TEST:
        _logger.info("This is a Raspberry Pi or Windows: the stock box needs no help.")
        return
    helpers.get_handlers_files_to_load = lambda path: handler_files(helpers, path)
    helpers.get_identifier = cache(lambda: identifier(helpers))
    helpers.get_ip = own_address(helpers, helpers.get_ip)
    # a box has no database: without this each request would look for one
    odoo.http.db_list = lambda force=False, host=None: []


def handler_files(helpers, path):
    """Names of the handler files to load from one folder.

    Not all of them: most stock drivers want a printer system, X11 or a card reader.
    """
    patterns = helpers.get_conf("handlers", section=SECTION) or HANDLERS
    found = {file.name for p in patterns.split(",") for file in Path(path).glob(f"{p.strip()}.py")}
    return sorted(found)


def identifier(helpers):
    """Return a name that stays with this installation, made once and kept in odoo.conf."""
    kept = helpers.get_conf("generated_identifier")
    if kept:
        return kept
    # several boxes may run on one computer: the folder is part of the name
    seed = str(helpers.path_file())
    seed += MACHINE_ID.read_text() if MACHINE_ID.exists() else secrets.token_hex(16)
    made = "linux-" + hashlib.sha256(seed.encode()).hexdigest()[:16]
    helpers.update_conf({"generated_identifier": made})
    return made


def own_address(helpers, stock):
    """Return a ``get_ip`` that also works in a gate network without a way to the internet.

    The stock box asks which address leads to the gateway or to a public server; without either it
    believes that it has no network and never reports to its own server.
    """

    def get_ip():
        server = helpers.get_odoo_server_url()
        if not server:
            return stock()
        parts = urlsplit(server)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((parts.hostname, parts.port or 80))  # sends nothing
                return probe.getsockname()[0]
            except OSError:
                return stock()

    return get_ip
