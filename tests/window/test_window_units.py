"""Runs the unit tests of the window's JavaScript in a browser."""

from odoo.tests import HttpCase, tagged

from odoo.addons.web.tests import test_js


def _suite_id(name):
    """Return the id that Hoot gives to a test suite: a 32-bit hash of its name."""
    number = 0
    for character in name:
        number = ((number << 5) - number + ord(character)) & 0xFFFFFFFF
    return f"{number:08x}"


@tagged("post_install", "-at_install")
class TestWindowUnits(HttpCase):
    def test_units(self):
        suite = _suite_id("@scenic_ticketing")
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={suite}",
            "",
            "",
            login="admin",
            timeout=600,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=test_js.unit_test_error_checker,
        )
