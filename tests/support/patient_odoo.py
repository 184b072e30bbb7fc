"""More time for Odoo's own test helpers: a busy machine that stands still for seconds is no fault.

Their limits suit a machine of their own. Chromium that needs more than ten seconds to start is a
skipped test for them, which fails our run.
"""

from unittest.mock import patch

from scenic_park import ports

FACTOR = 4
SECONDS = 120


def begin():
    """Raise the limits; the patches last as long as this process."""
    import pytest_odoo

    from odoo.tests import HttpCase, common

    # from the choice of the port until it listens, no client may get it by chance
    pytest_odoo._get_available_random_port = ports.free
    # a request waits for the cursor of the test
    common.BaseCase.test_cursor_lock_timeout = SECONDS
    for name in ("url_open", "make_jsonrpc_request"):
        _preset(HttpCase, name, timeout=SECONDS)
    common.CHECK_BROWSER_ITERATIONS *= FACTOR
    browser = common.ChromeBrowser
    _preset(browser, "_json_command", timeout=SECONDS)
    original = browser._chrome_start

    def start(self, *args, **kwargs):
        # multiplies the limits of every question to the browser; it is not made slower
        self.throttling_factor = FACTOR
        return original(self, *args, **kwargs)

    patch.object(browser, "_chrome_start", start).start()


def _preset(owner, name, **values):
    """Let a method have other values for arguments that nobody gives."""
    original = getattr(owner, name)

    def call(self, *args, **kwargs):
        return original(self, *args, **{**values, **kwargs})

    patch.object(owner, name, call).start()
