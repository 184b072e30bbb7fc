"""A visitor orders at the page by touch, and pays at the window by number."""

from datetime import timedelta

import common_slots
import window_case

from odoo.tests import tagged

VISITOR = """
(async () => {
    const until = async (find, what) => {
        for (let turn = 0; turn < 2400; turn++) {
            const found = !document.querySelector(".veil") && find();
            if (found) return found;
            await new Promise((done) => setTimeout(done, 50));
        }
        throw new Error("no " + what);
    };
    const click = async (selector) =>
        (await until(() => document.querySelector(selector), selector)).click();
    await click("button.start");
    await click(".days button:nth-child(2)");
    const card = await until(
        () => [...document.querySelectorAll(".card")].find((c) => c.innerText.includes("Cable")),
        "cable car"
    );
    card.querySelector(".times button:enabled").click();
    await click(".card.chosen .more");
    await click(".bar .go:enabled");
    await click(".bar .order");
    await until(() => document.querySelector(".number"), "number");
    console.log("test successful");
})().catch((error) => console.error(error.message));
"""


@tagged("post_install", "-at_install")
class TestKioskWindow(window_case.WindowCase):
    def test_a_visitor_orders_by_touch_and_pays_at_the_window(self):
        tomorrow = self.park.site._today() + timedelta(1)
        common_slots.make_timed_product(self.park, "Cable Car")
        slot = common_slots.make_show(self.park, 2, tomorrow, 840)
        self.window.sudo().scenic_kiosk = True
        token = self.window.sudo().scenic_kiosk_token

        self.browser_js(
            f"/scenic/kiosk/{token}",
            VISITOR,
            ready="Boolean(document.querySelector('button.start'))",
            timeout=180,
        )
        order = self.env["scenic.kiosk.order"].search([("config_id", "=", self.window.id)])
        self.assertEqual((order.state, slot.taken), ("waiting", 2))
        order.name = "K042"
        self.run_tour("ScenicTakeKioskOrder")

        order.invalidate_recordset()
        self.assertEqual((order.state, len(self.tickets)), ("paid", 2))
        self.assertEqual(self.tickets.slot_id, slot)
        slot._sweep()
        slot.invalidate_recordset()
        self.assertEqual((slot.taken, slot.oversold), (2, 0))
        common_slots.assert_counted(slot)
