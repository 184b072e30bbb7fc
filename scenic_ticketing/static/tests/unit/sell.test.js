import { expect, test } from "@odoo/hoot";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import { press, queryAllTexts, queryText, waitFor } from "@odoo/hoot-dom";
import {
    contains,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { OrderDisplay } from "@point_of_sale/app/components/order_display/order_display";
import { ConnectionLostError } from "@web/core/network/rpc";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { CHILD, RIDE, SENIOR } from "@scenic_ticketing/../tests/unit/data/scenic.data";
import {
    TODAY,
    TOMORROW,
    clickProduct,
    openWindow,
    sell,
} from "@scenic_ticketing/../tests/unit/scenic_test_helpers";

definePosModels();

function linesOf(order) {
    return order.lines.map((line) => [line.product_id.display_name, line.qty]);
}

function more(templateId) {
    return contains(`.o_scenic_type[data-template='${templateId}'] .o_scenic_type_plus`).click();
}

/** Sell what is shown, take the popup of an order's proof for granted. */
async function validate(store, order) {
    const validation = new OrderPaymentValidation({ pos: store, orderUuid: order.uuid });
    return validation.askBeforeValidation();
}

test("one dialog sells all kinds of visitors of a visit", async () => {
    const { store, order } = await openWindow();
    const sold = clickProduct(store);
    await waitFor(".o_scenic_types");
    await contains(".o_scenic_plus").click();
    await more(CHILD);
    await more(SENIOR);
    // four at the price of the test's pricelist
    expect(queryText(".o_scenic_confirm")).toInclude("12.00");
    await contains(`.o_scenic_day[data-date='${TOMORROW}']`).click();
    await contains(".o_scenic_confirm").click();
    await sold;
    expect(linesOf(order)).toEqual([
        ["Adult ticket", 2],
        ["Child ticket", 1],
        ["Senior ticket", 1],
    ]);
    expect(order.lines.map((line) => line.scenicVisitDate)).toEqual([TOMORROW, TOMORROW, TOMORROW]);
});

test("arrows and digits count the other kinds", async () => {
    const { store, order } = await openWindow();
    const sold = clickProduct(store);
    await waitFor(".o_scenic_types");
    for (const key of ["2", "ArrowDown", "1", "ArrowDown", "3", "Backspace", "1", "2"]) {
        await press(key);
        // a person needs longer than a scanner
        await advanceTime(200);
    }
    await press("Enter");
    await sold;
    expect(linesOf(order)).toEqual([
        ["Adult ticket", 2],
        ["Child ticket", 1],
        ["Senior ticket", 12],
    ]);
});

test("a product of other zones is not offered with it", async () => {
    const { store } = await openWindow();
    clickProduct(store);
    await waitFor(".o_scenic_types");
    expect(`.o_scenic_type[data-template='${RIDE}']`).toHaveCount(0);
    expect(".o_scenic_type").toHaveCount(2);
});

test("Pay in the dialog sells and opens the payment", async () => {
    const { store, order } = await openWindow();
    onRpc("pos.order.line", "pos_check_scenic_sale", () => "");
    const sold = clickProduct(store);
    await waitFor(".o_scenic_types");
    await more(CHILD);
    let paid = false;
    store.navigate = (page) => {
        paid = page === "PaymentScreen";
    };
    await contains(".o_scenic_confirm_pay").click();
    await sold;
    expect(linesOf(order)).toHaveLength(2);
    expect(paid).toBe(true);
});

test("visits stand together under their day, goods at the end", async () => {
    const { store, order } = await openWindow();
    await store.addLineToOrder({ product_tmpl_id: store.models["product.template"].get(5) }, order);
    await sell(store, TOMORROW);
    await sell(store, TODAY, 2, CHILD);
    await sell(store, TODAY);
    await mountWithCleanup(OrderDisplay, { props: { order, slots: {} } });
    expect(".o_scenic_group").toHaveCount(2);
    expect(queryAllTexts(".o_scenic_group_title")[0]).toInclude("Today");
    const names = queryAllTexts(".orderline .product-name").map((text) => text.split("\n").at(-1));
    expect(names.slice(0, 3)).toEqual(["Child ticket", "Adult ticket", "Adult ticket"]);
});

test("the heading tells what is left, and since when it is not known better", async () => {
    const { store, order } = await openWindow();
    const lost = false;
    onRpc("scenic.slot", "pos_places", () => {
        if (lost) {
            throw new TypeError("Failed to fetch");
        }
        return [{ slot_left: 7, day_left: 90 }];
    });
    onRpc("scenic.slot", "pos_hold", () => ({ held: true, left: 0, message: "" }));
    await sell(store, TODAY, 2, RIDE);
    await store.refreshScenicPlaces();
    await mountWithCleanup(OrderDisplay, { props: { order, slots: {} } });
    expect(queryText(".o_scenic_group_places")).toBe("7 left · 90 on this day");
    expect(".o_scenic_group_places").toHaveAttribute("data-state", "few");
    patchWithCleanup(store.data, {
        call() {
            throw new ConnectionLostError("pos_places");
        },
    });
    await store.refreshScenicPlaces();
    await animationFrame();
    expect(queryText(".o_scenic_group_places")).toInclude("7 left · 90 on this day · as of");
    expect(".o_scenic_group_places").toHaveAttribute("data-state", "stale");
});

test("a proof is asked for only where the policy wants it, and once", async () => {
    const { store, order } = await openWindow();
    await sell(store, TODAY, 2);
    expect(order.scenicProofsMissing).toHaveLength(0);
    const line = await sell(store, TODAY, 1, SENIOR);
    const refused = validate(store, order);
    await waitFor(".o_scenic_proof_popup");
    expect(queryText(".o_scenic_proof")).toBe("Card of seniors");
    await contains(".o_scenic_proof_popup .btn:contains(Not seen)").click();
    expect(await refused).toBe(false);
    const seen = validate(store, order);
    await contains(".o_scenic_proof_seen").click();
    expect(await seen).toBe(true);
    expect(line.scenic_data.concession_seen).toBe(true);
    expect(await validate(store, order)).toBe(true);
    line.setQuantity(2);
    expect(order.scenicProofsMissing).toHaveLength(1);
});

test("a line is given away for a reason, and charged again", async () => {
    const { store, order } = await openWindow();
    store.config._scenic_may_give = true;
    const asked = [];
    onRpc("scenic.free.reason", "pos_check", ({ args }) => {
        asked.push(args[1]);
        return asked.length > 1 ? "Enough for today" : "";
    });
    const line = await sell(store, TODAY, 2);
    const price = line.price_unit;
    store.openScenicLine(line);
    await contains(".o_scenic_free_reason[data-reason='2']").click();
    await contains(".o_scenic_line_confirm").click();
    expect(line.price_unit).toBe(0);
    expect(line.scenicFreeReason.id).toBe(2);
    expect(await store.confirmScenicSale(order)).toBe(true);
    expect(asked).toEqual([[{ reason_id: 2, product_id: line.product_id.id, persons: 2 }]]);
    line.setQuantity(3);
    expect(await store.confirmScenicSale(order)).toBe(false);
    await contains(".modal-footer .btn").click();
    store.openScenicLine(line);
    await contains(".o_scenic_charged").click();
    await contains(".o_scenic_line_confirm").click();
    expect(line.price_unit).toBe(price);
    expect(line.scenic_data.free_reason).toBe(undefined);
});

test("without the right nothing is offered free", async () => {
    const { store } = await openWindow();
    store.openScenicLine(await sell(store, TODAY));
    await waitFor(".o_scenic_line_popup");
    expect(".o_scenic_free_reason").toHaveCount(0);
});

test("a note for the gate and one code for all", async () => {
    const { store } = await openWindow();
    const line = await sell(store, TODAY, 30);
    expect(line.scenicCodeSizes).toHaveLength(30);
    store.openScenicLine(line);
    await contains(".o_scenic_phrase:eq(0)").click();
    await contains(".o_scenic_together").click();
    await contains(".o_scenic_line_confirm").click();
    expect(line.scenicGateNote).toBe("Wheelchair");
    expect(line.scenicCodeSizes).toEqual([30]);
    // other tickets of the same kind have no such note: they stay a line of their own
    await sell(store, TODAY);
    expect(line.order_id.lines).toHaveLength(2);
    line.setQuantity(300);
    expect(line.scenicCodeSizes).toEqual([255, 45]);
});

test("a list of visitors fills the line, errors name their rows", async () => {
    const { store } = await openWindow();
    const line = await sell(store, TODAY);
    let good = false;
    onRpc("scenic.holder", "pos_take_list", () =>
        good
            ? { holders: [{ token: "a" }, { token: "b" }, { token: "c" }], errors: [] }
            : { holders: [], errors: [{ place: 3, message: "Wrong digit" }] }
    );
    store.openScenicLine(line);
    await contains(".o_scenic_open_list").click();
    await contains(".o_scenic_list_text").edit("Name\nZhang", { confirm: false });
    await contains(".o_scenic_take_list").click();
    await waitFor(".o_scenic_list_errors li:contains(Wrong digit)");
    expect(line.qty).toBe(1);
    good = true;
    await contains(".o_scenic_take_list").click();
    await waitFor(".o_scenic_list_message");
    expect(line.qty).toBe(3);
    expect(line.scenicHolderTokens).toEqual(["a", "b", "c"]);
});

test("deposits of a ticket come back on the order, and only while the server says so", async () => {
    const { store, order } = await openWindow();
    const deposit = (id, state = "open") => ({
        id,
        product_id: 5,
        product: "Wristband",
        amount: 20,
        state,
        order: "001",
        taken_at: "2026-05-01 01:00:00",
        returned_at: "",
    });
    onRpc("scenic.deposit", "pos_find", () => ({
        message: "",
        deposits: [deposit(1), deposit(2), deposit(3, "returned")],
    }));
    store.openScenicDeposits("T1");
    await waitFor(".o_scenic_deposit");
    expect(".o_scenic_deposit:enabled").toHaveCount(2);
    await contains(".o_scenic_deposit_return").click();
    await animationFrame();
    expect(order.lines.map((line) => [line.qty, line.price_unit, line.scenic_data])).toEqual([
        [-2, 20, { deposits: [1, 2] }],
    ]);
    onRpc("scenic.deposit", "pos_check_return", () => "Returned already");
    expect(await validate(store, order)).toBe(false);
    onRpc("scenic.deposit", "pos_check_return", () => "");
    expect(await validate(store, order)).toBe(true);
});

test("without the server the dialog shows the last slots it knew, and since when", async () => {
    const { store, order } = await openWindow();
    onRpc("scenic.slot", "pos_offer", () => ({
        slots: [{ slot_id: 11, name: "", start: "10:00", end: "11:00", left: 8, capacity: 9 }],
        day_left: 55,
    }));
    const product = store.models["product.template"].get(RIDE).product_variant_ids[0];
    await store.loadScenicOffer(product, TODAY);
    // the window was started anew: nothing is in memory
    store.scenicOffers.clear();
    patchWithCleanup(store.data, {
        call() {
            throw new ConnectionLostError("gone");
        },
    });
    const sold = clickProduct(store, RIDE);
    await waitFor(".o_scenic_slot.btn-primary");
    expect(queryText(".o_scenic_offer_age")).toInclude("55 places");
    await contains(".o_scenic_confirm").click();
    await sold;
    expect(order.lines[0].scenic_data.slot_id).toBe(11);
});

test("a window signs one code for a group, and what its slip says is for all of it", async () => {
    const { store, order } = await openWindow();
    const line = await sell(store, TODAY, 30);
    const wishes = [];
    store.scenicKeys = {
        mint: async ({ sizes }) => {
            wishes.push([...sizes]);
            return [];
        },
        obstacle: () => "",
    };
    line.saysScenic({ together: true });
    await store.mintScenicTickets(order);
    line.setQuantity(300);
    await store.mintScenicTickets(order);
    expect(wishes).toEqual([[30], [255, 45]]);
});
