import { expect, test } from "@odoo/hoot";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import { queryAllTexts } from "@odoo/hoot-dom";
import { onRpc } from "@web/../tests/web_test_helpers";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { openWindow, sell } from "@scenic_ticketing/../tests/unit/scenic_test_helpers";

definePosModels();

test("a window warns of its paper before it runs out, and counts on by itself", async () => {
    const { store, order } = await openWindow();
    await sell(store);
    const line = order.lines[0];
    const template = line.product_id.product_tmpl_id.id;
    let left = 12;
    onRpc("pos.config", "scenic_media_status", () => ({
        media: [{ id: 1, name: "Paper", unit: "Units", left, minimum: 10 }],
        needs: { [template]: [1, 1, "code"] },
    }));
    const shown = () => queryAllTexts(".o_scenic_media_short").length;
    store.config._scenic_has_media = true;
    await store._refreshScenicMedia();
    await animationFrame();
    expect(shown()).toBe(0);
    line.qty = 2;
    store.spendScenicMedia(order);
    await animationFrame();
    expect(".o_scenic_media_short").toHaveCount(1);
    expect(".o_scenic_media_short").toHaveText(/10/);
    // told once, until it is worse
    left = 9;
    await advanceTime(6000);
    await animationFrame();
    expect(shown()).toBe(1);
    line.qty = 9;
    store.spendScenicMedia(order);
    await animationFrame();
    expect(".o_scenic_media_short").toHaveText(/none left/);
    // refilled: the server says so, and the warning goes away
    left = 500;
    await advanceTime(6000);
    await animationFrame();
    expect(shown()).toBe(0);
});
