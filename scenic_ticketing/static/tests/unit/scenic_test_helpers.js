import { mockDate } from "@odoo/hoot-mock";
import { getService, mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { setupPosEnv } from "@point_of_sale/../tests/unit/utils";
import { ADULT } from "@scenic_ticketing/../tests/unit/data/scenic.data";
import { scenicClock } from "@scenic_ticketing/app/utils/scenic_clock";

export const TODAY = "2026-05-01";
export const TOMORROW = "2026-05-02";
// 154 characters of upper-case base32, as long as a signed ticket
export const CODE = `ST1${"CAAAOINSYPKAAAAAAF2".repeat(8).slice(0, 151)}`;

/** Let it be a moment, for the computer and for the server. */
export function setTime(text, tz) {
    mockDate(text, tz);
    scenicClock.believe(Date.now());
}

/** Open a window on a Friday morning, with dialogs and an empty order. */
export async function openWindow() {
    localStorage.clear();
    setTime("2026-05-01 09:00:00", +8);
    onRpc("/scenic/pos/ping", () => ({ now: Date.now() }));
    const store = await setupPosEnv();
    await mountWithCleanup(MainComponentsContainer);
    return { store, order: store.addNewOrder() };
}

export function clickProduct(store, templateId = ADULT) {
    return store.addLineToCurrentOrder({
        product_tmpl_id: store.models["product.template"].get(templateId),
    });
}

export function scanProduct(store, templateId = ADULT) {
    const template = store.models["product.template"].get(templateId);
    return store.addLineToCurrentOrder(
        { product_tmpl_id: template, product_id: template.product_variant_ids[0] },
        { code: { type: "product", code: "6901234567892" } }
    );
}

/** Sell tickets for a day without the dialog. */
export function sell(store, visitDate, qty = 1, templateId = ADULT) {
    return store.addLineToCurrentOrder({
        product_tmpl_id: store.models["product.template"].get(templateId),
        qty,
        scenic_data: { visit_date: visitDate },
    });
}

/** Give a line tickets, as the server does after payment. */
export function issueTickets(store, line, states) {
    store.models.loadConnectedData({
        "scenic.ticket": states.map((state, index) => ({
            id: 500 + index,
            uid: `000000010000000${index + 1}`,
            alias: `T12345678901234${index}`,
            code: CODE,
            site_id: 1,
            product_id: line.product_id.id,
            visit_date: line.scenicVisitDate,
            valid_days: 1,
            state,
            used_count: state === "used" ? 1 : 0,
            pax: 1,
            seq: index + 1,
            pos_order_line_id: line.id,
        })),
    });
    return line.scenicTickets;
}

export function service(name) {
    return getService(name);
}
