"""Server-wide module: makes the stock IoT box (``iot_drivers``) work on any Linux computer.

List it *before* ``iot_drivers`` in ``server_wide_modules``. See the README.
"""

import os

from .post_import import after_import

# Odoo's server takes as many connections as come, a thread and a file each. Idle ones of anybody in
# the network would use up the files of the process: lanes could not open their devices again.
os.environ.setdefault("ODOO_MAX_HTTP_THREADS", "64")

HELPERS = "odoo.addons.iot_drivers.tools.helpers"


@after_import(HELPERS)
def adapt(helpers):
    """Adapt the helpers in the moment they exist: ``main.py``, next to run, already uses them."""
    from . import guard, linux_box, whole_download

    guard.install(helpers)
    whole_download.adapt(helpers)
    linux_box.adapt(helpers)
