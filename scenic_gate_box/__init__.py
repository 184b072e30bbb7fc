"""Server-wide module: makes the stock IoT box (``iot_drivers``) work on any Linux computer.

List it *before* ``iot_drivers`` in ``server_wide_modules``. See the README.
"""

from .post_import import after_import

HELPERS = "odoo.addons.iot_drivers.tools.helpers"


@after_import(HELPERS)
def adapt(helpers):
    """Adapt the helpers in the moment they exist: ``main.py``, next to run, already uses them."""
    from . import guard, linux_box

    guard.install(helpers)
    linux_box.adapt(helpers)
