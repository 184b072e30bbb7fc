"""Every menu, view and filter of the app opens, in an empty company too."""

import common_scenic

from odoo.tests import HttpCase

CLICK = (
    "odoo.loader.modules.get('@web/webclient/clickbot/clickbot_loader').startClickEverywhere('%s');"
)


class TestEveryMenu(HttpCase):
    """Odoo's own click robot as the person who may see everything."""

    allow_end_on_form = True

    def test_no_menu_view_or_filter_ends_in_an_error(self):
        admin = self.env.ref("base.user_admin")
        admin.group_ids += self.env.ref("scenic_ticketing.group_admin")
        if "tour_enabled" in admin._fields:
            admin.tour_enabled = False
        # this one leaves the web client for a page of its own
        self.env.ref("scenic_gate_iot.menu_handheld_open").active = False
        park = common_scenic.make_park(self.env)
        self.env["scenic.gate.attendant"].create({"user_id": admin.id, "site_id": park.site.id})
        self.browser_js(
            "/odoo",
            CLICK % "scenic_ticketing.menu_root",
            "odoo.isReady === true",
            login="admin",
            timeout=600,
            success_signal="clickbot test succeeded",
        )
