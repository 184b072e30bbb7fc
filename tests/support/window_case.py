"""A ticket window in a real browser."""

import base64

import common_scenic

from odoo.tests import HttpCase, tagged

LOGIN = "window_cashier"


@tagged("post_install", "-at_install")
class WindowCase(HttpCase):
    """The small park of the tests, and a window whose register a cashier is about to open."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.park = common_scenic.make_park(cls.env)
        cls.park.adult.barcode = "6901234567892"
        cashier = common_scenic.make_user(cls.env, LOGIN, "base.group_user", "window")
        cls.window = common_scenic.open_window(cls.park, user=cashier)

    def tearDown(self):
        common_scenic.assert_balanced(self.env)
        super().tearDown()

    def run_tour(self, name):
        """Let the cashier walk through a tour at the window; busy machines take their time."""
        self.start_tour(f"/pos/ui/{self.window.id}", name, login=LOGIN, timeout=180)

    @property
    def tickets(self):
        """All tickets sold in this test, in the order of the sale."""
        return self.env["scenic.ticket"].search([("site_id", "=", self.park.site.id)], order="id")

    @property
    def slips(self):
        """Pictures of the slips that the printer of the tour got, in the order of printing."""
        printed = self.env["ir.attachment"].search([("name", "=", "slip")], order="id")
        return [base64.b64decode(slip.datas) for slip in printed]
