import { expect, test } from "@odoo/hoot";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import {
    click,
    manuallyDispatchProgrammaticEvent,
    press,
    queryAll,
    queryOne,
    queryText,
    waitFor,
} from "@odoo/hoot-dom";
import { contains } from "@web/../tests/web_test_helpers";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { CHILD } from "@scenic_ticketing/../tests/unit/data/scenic.data";
import {
    TODAY,
    TOMORROW,
    clickProduct,
    openWindow,
    scanProduct,
    sell,
    setTime,
} from "@scenic_ticketing/../tests/unit/scenic_test_helpers";

definePosModels();

function linesOf(order) {
    return order.lines.map((line) => [
        line.product_id.display_name,
        line.scenicVisitDate,
        line.qty,
    ]);
}

/** Choose a date as the calendar of the browser does. */
async function pickDate(date) {
    await waitFor(".o_scenic_visit_popup");
    const input = queryOne(".o_scenic_other_day input");
    input.value = date;
    await manuallyDispatchProgrammaticEvent(input, "input");
    await animationFrame();
}

test("a click asks, and Enter sells one ticket for today", async () => {
    const { store, order } = await openWindow();
    const sold = clickProduct(store);
    await waitFor(".o_scenic_visit_popup");
    expect(".o_scenic_day.btn-primary").toHaveAttribute("data-date", TODAY);
    await press("Enter");
    await sold;
    expect(linesOf(order)).toEqual([["Adult ticket", TODAY, 1]]);
    expect(order.lines[0].scenic_data).toEqual({ visit_date: TODAY });
});

test("a quick quantity sells at once", async () => {
    const { store, order } = await openWindow();
    const sold = clickProduct(store);
    await contains(".o_scenic_quick_qty[data-qty='4']").click();
    await sold;
    expect(linesOf(order)).toEqual([["Adult ticket", TODAY, 4]]);
    expect(queryAll(".o_scenic_visit_popup")).toHaveLength(0);
});

test("digits of the keyboard are the quantity", async () => {
    const { store, order } = await openWindow();
    const sold = clickProduct(store);
    await waitFor(".o_scenic_visit_popup");
    await press("1");
    await press("2");
    await animationFrame();
    expect(queryText(".o_scenic_qty")).toBe("12");
    await press("Backspace");
    await animationFrame();
    expect(queryText(".o_scenic_qty")).toBe("1");
    await press("+");
    // keys in a row that end with Enter are a scan: a person needs longer
    await advanceTime(200);
    await press("Enter");
    await sold;
    expect(linesOf(order)).toEqual([["Adult ticket", TODAY, 2]]);
});

test("Discard sells nothing", async () => {
    const { store, order } = await openWindow();
    const sold = clickProduct(store);
    await contains(".o_scenic_visit_popup .modal-footer .btn:contains(Discard)").click();
    await sold;
    expect(order.lines).toHaveLength(0);
});

test("after the first ticket for today the next ones are not asked about", async () => {
    const { store, order } = await openWindow();
    const sold = clickProduct(store);
    await contains(".o_scenic_confirm").click();
    await sold;
    await clickProduct(store);
    await clickProduct(store, CHILD);
    expect(linesOf(order)).toEqual([
        ["Adult ticket", TODAY, 2],
        ["Child ticket", TODAY, 1],
    ]);
});

test("today mode never asks, and the next order starts the same way", async () => {
    const { store, order } = await openWindow();
    store.toggleScenicTodayMode();
    await clickProduct(store);
    await clickProduct(store);
    expect(linesOf(order)).toEqual([["Adult ticket", TODAY, 2]]);
    const next = store.addNewOrder();
    await clickProduct(store);
    expect(linesOf(next)).toEqual([["Adult ticket", TODAY, 1]]);
});

test("days ahead are asked every time, with the last choice offered", async () => {
    const { store, order } = await openWindow();
    await sell(store, TODAY);
    order.uiState.scenicVisitDate = TOMORROW;
    const sold = clickProduct(store, CHILD);
    await waitFor(".o_scenic_visit_popup");
    expect(".o_scenic_day.btn-primary").toHaveAttribute("data-date", TOMORROW);
    await press("Enter");
    await sold;
    expect(linesOf(order)).toEqual([
        ["Adult ticket", TODAY, 1],
        ["Child ticket", TOMORROW, 1],
    ]);
});

test("a scanned product is sold without a question", async () => {
    const { store, order } = await openWindow();
    await scanProduct(store);
    await scanProduct(store);
    expect(linesOf(order)).toEqual([["Adult ticket", TODAY, 2]]);
});

test("visit dates of one product never merge, equal ones do", async () => {
    const { store, order } = await openWindow();
    await sell(store, TODAY);
    await sell(store, TOMORROW, 2);
    await sell(store, TODAY);
    expect(linesOf(order)).toEqual([
        ["Adult ticket", TODAY, 2],
        ["Adult ticket", TOMORROW, 2],
    ]);
});

test("a changed date joins the line that has it already", async () => {
    const { store, order } = await openWindow();
    await sell(store, TODAY);
    const later = await sell(store, TOMORROW, 2);
    const edited = store.editScenicLine(later);
    await waitFor(".o_scenic_visit_popup");
    await click(`.o_scenic_day[data-date='${TODAY}']`);
    await press("Enter");
    await edited;
    expect(linesOf(order)).toEqual([["Adult ticket", TODAY, 3]]);
});

test("a date outside the sale window cannot be confirmed", async () => {
    const { store, order } = await openWindow();
    const sold = clickProduct(store);
    await pickDate("2026-06-01");
    expect(".o_scenic_date_problem").toHaveCount(1);
    expect(".o_scenic_confirm").toHaveProperty("disabled", true);
    await press("Enter");
    expect(order.lines).toHaveLength(0);
    await pickDate("2026-05-31");
    await contains(".o_scenic_confirm").click();
    await sold;
    expect(linesOf(order)).toEqual([["Adult ticket", "2026-05-31", 1]]);
});

test("a ticket that comes in without a date gets the one of the order", async () => {
    const { store, order } = await openWindow();
    await sell(store, TOMORROW);
    order.uiState.scenicVisitDate = TOMORROW;
    // as a combo creates its parts
    store.models["pos.order.line"].create({
        order_id: order,
        product_id: store.models["product.product"].get(CHILD),
        qty: 1,
        price_unit: 0,
    });
    await store.addLineToOrder({ product_tmpl_id: store.models["product.template"].get(5) }, order);
    expect(order.scenicLines.map((line) => line.scenicVisitDate)).toEqual([TOMORROW, TOMORROW]);
});

test("half a ticket and a ticket without its sale are refused", async () => {
    const { store, order } = await openWindow();
    const line = await sell(store, TODAY, 2);
    expect(line.setQuantity("1.5").title.toString()).toBe("Whole tickets only");
    expect(line.setQuantity(-1).title.toString()).toBe("Take tickets back from their order");
    expect(line.setQuantity("3")).toBe(true);
    expect(linesOf(order)).toEqual([["Adult ticket", TODAY, 3]]);
});

test("an order kept open over midnight is not paid for yesterday", async () => {
    const { store, order } = await openWindow();
    await sell(store, TODAY);
    const validation = new OrderPaymentValidation({ pos: store, orderUuid: order.uuid });
    expect(await validation.askBeforeValidation()).toBe(true);
    setTime("2026-05-02 00:05:00", +8);
    expect(await validation.askBeforeValidation()).toBe(false);
    await waitFor(".modal-title:contains(The visit date has passed)");
});
