import { expect, test } from "@odoo/hoot";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import { press, queryAllTexts, waitFor } from "@odoo/hoot-dom";
import { contains, onRpc } from "@web/../tests/web_test_helpers";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { RIDE } from "@scenic_ticketing/../tests/unit/data/scenic.data";
import {
    TODAY,
    TOMORROW,
    clickProduct,
    openWindow,
    scanProduct,
} from "@scenic_ticketing/../tests/unit/scenic_test_helpers";

definePosModels();

/** Stand in for the server: two slots a day of eight places, and a book of who holds what. */
function openBooks({ places = 8 } = {}) {
    const books = { held: {}, log: [] };
    const left = (slotId) =>
        places -
        Object.values(books.held)
            .filter((want) => want.slot_id === slotId)
            .reduce((sum, want) => sum + want.persons, 0);
    const slots = (date) => (date === TODAY ? [11, 12] : [21]);
    onRpc("scenic.slot", "pos_offer", ({ args }) => ({
        slots: slots(args[1]).map((id, index) => ({
            slot_id: id,
            name: "",
            start: index ? "14:00" : "10:00",
            end: index ? "15:00" : "11:00",
            left: left(id),
            capacity: places,
        })),
        day_left: null,
    }));
    onRpc("scenic.slot", "pos_hold", ({ args: [token, want] }) => {
        const before = books.held[token];
        delete books.held[token];
        if (want.persons > left(want.slot_id)) {
            if (before) {
                books.held[token] = before;
            }
            return { held: false, left: left(want.slot_id), message: "Sold out, says the server" };
        }
        if (want.persons > 0) {
            books.held[token] = want;
        }
        books.log.push(want.persons);
        return { held: want.persons > 0, left: 0, message: "" };
    });
    onRpc("scenic.slot", "pos_release", ({ args: [tokens] }) => {
        tokens.forEach((token) => delete books.held[token]);
        return true;
    });
    books.persons = () => Object.values(books.held).map((want) => [want.slot_id, want.persons]);
    return books;
}

async function sellRide(store, qty) {
    const sold = clickProduct(store, RIDE);
    await waitFor(".o_scenic_slot.btn-primary");
    await contains(`.o_scenic_quick_qty[data-qty='${qty}']`).click();
    await sold;
}

test("the dialog offers the slots of the day, the first free one chosen", async () => {
    const books = openBooks();
    const { store, order } = await openWindow();
    const sold = clickProduct(store, RIDE);
    await waitFor(".o_scenic_slot.btn-primary");
    expect(queryAllTexts(".o_scenic_slot_time")).toEqual(["10:00", "14:00"]);
    expect(queryAllTexts(".o_scenic_slot_left")).toEqual(["8 left", "8 left"]);
    await contains(".o_scenic_slot[data-slot='12']").click();
    await press("Enter");
    await sold;
    expect(order.lines[0].scenic_data).toEqual({
        visit_date: TODAY,
        slot_id: 12,
        slot_time: "14:00–15:00",
    });
    expect(books.persons()).toEqual([[12, 1]]);
});

test("another day has other slots", async () => {
    const books = openBooks();
    const { store } = await openWindow();
    const sold = clickProduct(store, RIDE);
    await waitFor(".o_scenic_slot.btn-primary");
    await contains(`.o_scenic_day[data-date='${TOMORROW}']`).click();
    await waitFor(".o_scenic_slot[data-slot='21'].btn-primary");
    await press("Enter");
    await sold;
    expect(books.persons()).toEqual([[21, 1]]);
});

test("more than there is cannot be confirmed", async () => {
    const books = openBooks({ places: 3 });
    const { store, order } = await openWindow();
    const sold = clickProduct(store, RIDE);
    await waitFor(".o_scenic_slot.btn-primary");
    expect(".o_scenic_quick_qty[data-qty='4']").toHaveProperty("disabled", true);
    expect(".o_scenic_quick_qty[data-qty='3']").toHaveProperty("disabled", false);
    await press("9");
    await animationFrame();
    expect(".o_scenic_slot_problem").toHaveCount(1);
    expect(".o_scenic_confirm").toHaveProperty("disabled", true);
    await contains(".o_scenic_visit_popup .modal-footer .btn:contains(Discard)").click();
    await sold;
    expect(order.lines).toHaveLength(0);
    expect(books.persons()).toEqual([]);
});

test("the hold follows the quantity, and goes with the line", async () => {
    const books = openBooks();
    const { store, order } = await openWindow();
    await sellRide(store, 2);
    expect(books.persons()).toEqual([[11, 2]]);
    order.lines[0].setQuantity(5);
    await advanceTime(1000);
    expect(books.persons()).toEqual([[11, 5]]);
    order.removeOrderline(order.lines[0]);
    await advanceTime(1000);
    expect(books.persons()).toEqual([]);
});

test("a quantity without places is taken back", async () => {
    const books = openBooks({ places: 4 });
    const { store, order } = await openWindow();
    await sellRide(store, 3);
    order.lines[0].setQuantity(5);
    await advanceTime(1000);
    await waitFor(".modal-title:contains(Not enough places)");
    expect(order.lines[0].qty).toBe(3);
    expect(books.persons()).toEqual([[11, 3]]);
});

test("a scan repeats the slot of the line before", async () => {
    const books = openBooks();
    const { store, order } = await openWindow();
    await sellRide(store, 2);
    await scanProduct(store, RIDE);
    expect(order.lines).toHaveLength(1);
    expect(order.lines[0].qty).toBe(3);
    expect(books.persons()).toEqual([[11, 3]]);
});

test("places are held anew before money is taken, and no money without places", async () => {
    const books = openBooks({ places: 4 });
    const { store, order } = await openWindow();
    await sellRide(store, 2);
    const validation = new OrderPaymentValidation({ pos: store, orderUuid: order.uuid });
    expect(await validation.askBeforeValidation()).toBe(true);
    // the time was over, and another window was faster
    books.held = { other: { slot_id: 11, persons: 3 } };
    expect(await validation.askBeforeValidation()).toBe(false);
    await waitFor(".modal-title:contains(Not enough places)");
});

test("an order without a slot is not paid", async () => {
    openBooks();
    const { store, order } = await openWindow();
    await store.addLineToCurrentOrder({
        product_tmpl_id: store.models["product.template"].get(RIDE),
        qty: 1,
        scenic_data: { visit_date: TODAY },
    });
    const validation = new OrderPaymentValidation({ pos: store, orderUuid: order.uuid });
    expect(await validation.askBeforeValidation()).toBe(false);
    await waitFor(".modal-title:contains(A time slot is missing)");
});
