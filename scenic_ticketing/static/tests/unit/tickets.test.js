import { expect, test } from "@odoo/hoot";
import { animationFrame } from "@odoo/hoot-mock";
import { queryAllTexts, waitFor } from "@odoo/hoot-dom";
import {
    contains,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { ConnectionLostError } from "@web/core/network/rpc";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { RefundPopup } from "@scenic_ticketing/app/components/refund_popup/refund_popup";
import { TicketSlips } from "@scenic_ticketing/app/components/ticket_slips/ticket_slips";
import { groupAlias } from "@scenic_ticketing/app/models/scenic_ticket";
import {
    TODAY,
    issueTickets,
    openWindow,
    sell,
} from "@scenic_ticketing/../tests/unit/scenic_test_helpers";

definePosModels();

async function paidOrder(states) {
    const { store, order } = await openWindow();
    const line = await sell(store, TODAY, states.length);
    const tickets = issueTickets(store, line, states);
    order.state = "paid";
    return { store, order, line, tickets };
}

test("a ticket number is written in groups of four", () => {
    expect(groupAlias("T123456789012345")).toBe("T123 4567 8901 2345");
    expect(groupAlias(false)).toBe("");
});

test("a slip says what a visitor and a gate need", async () => {
    const { line, tickets } = await paidOrder(["valid", "valid"]);
    line.setUnitPrice(120);
    await mountWithCleanup(TicketSlips, { props: { slips: tickets.map((t) => t.slip) } });
    expect(".o_scenic_slip").toHaveCount(2);
    expect(queryAllTexts(".o_scenic_slip_site")[0]).toBe("Cloud Mountain");
    expect(queryAllTexts(".o_scenic_slip_product")[0]).toBe("Adult ticket");
    expect(queryAllTexts(".o_scenic_slip_date")[0]).toMatch(/May.*2026/);
    expect(queryAllTexts(".o_scenic_slip_facts")[0]).toMatch(/120\.00/);
    expect(queryAllTexts(".o_scenic_slip_alias")).toEqual([
        "T123 4567 8901 2340",
        "T123 4567 8901 2341",
    ]);
    const qr = document.querySelector(".o_scenic_slip_qr");
    expect(qr.getAttribute("viewBox")).toBe("0 0 53 53");
    expect(qr.getBoundingClientRect().width).toBe(371);
});

test("a ticket without a code yet is printed with its number", async () => {
    const { tickets } = await paidOrder(["valid"]);
    tickets[0].code = false;
    await mountWithCleanup(TicketSlips, { props: { slips: [tickets[0].slip] } });
    expect(".o_scenic_slip_qr").toHaveCount(0);
    expect(".o_scenic_slip_no_qr").toHaveCount(1);
    expect(".o_scenic_slip_alias").toHaveText("T123 4567 8901 2340");
});

test("only tickets that open a gate are printed", async () => {
    const { order } = await paidOrder(["used", "valid", "void"]);
    expect(order.scenicTicketsToPrint.map((ticket) => ticket.state)).toEqual(["valid"]);
    expect(order.isAwaitingScenicTickets).toBe(false);
});

test("a browser prints all slips in one document, a receipt printer cuts after each", async () => {
    const { store, order } = await paidOrder(["valid", "valid"]);
    const jobs = [];
    patchWithCleanup(store.printer, {
        printHtml: async (el) => jobs.push(el.querySelectorAll(".o_scenic_slip").length),
    });
    expect(await store.printScenicTickets(order)).toBe(true);
    expect(order.uiState.scenicPrinted).toBe(true);
    store.hardwareProxy.printer = { printReceipt: () => {} };
    await store.printScenicTickets(order);
    expect(jobs).toEqual([2, 1, 1]);
});

test("without the server what is known is printed again", async () => {
    const { store, order } = await paidOrder(["valid"]);
    patchWithCleanup(store.data, {
        loadServerOrders: () => Promise.reject(new ConnectionLostError("/web/dataset/call_kw")),
    });
    patchWithCleanup(store.printer, { printHtml: async () => expect.step("printed") || true });
    await store.refreshScenicTickets({ id: 1, isSynced: true });
    await store.printScenicTickets(order);
    expect.verifySteps(["printed"]);
});

test("a paid order without tickets waits for the connection", async () => {
    const { store, order } = await openWindow();
    await sell(store, TODAY);
    order.state = "paid";
    expect(order.isAwaitingScenicTickets).toBe(true);
    expect(await store.printScenicTickets(order)).toBe(false);
});

test("the tickets of a waiting order are announced when they have come", async () => {
    const { store, order } = await openWindow();
    const line = await sell(store, TODAY);
    order.uiState.scenicAwaited = true;
    issueTickets(store, line, ["valid"]);
    store.postSyncAllOrders([order]);
    await waitFor(".o_notification:contains(can be printed now)");
    store.postSyncAllOrders([order]);
    await animationFrame();
    expect(".o_notification").toHaveCount(1);
});

test("a refund that the server refuses is told in its own words", async () => {
    const { store } = await openWindow();
    onRpc("pos.order.line", "pos_check_scenic_refund", () => "Ticket T1 was used at the gate.");
    const refund = { line_id: 1, qty: 1, uids: [] };
    expect(await store.checkScenicRefund([refund])).toBe(false);
    await waitFor(".modal-body:contains(Ticket T1 was used at the gate.)");
});

test("without the server no ticket is given back", async () => {
    const { store } = await openWindow();
    patchWithCleanup(store.data, {
        call: () => Promise.reject(new ConnectionLostError("/web/dataset/call_kw")),
    });
    expect(await store.checkScenicRefund([{ line_id: 1, qty: 1, uids: [] }])).toBe(false);
    await waitFor(".modal-body:contains(while the server can be reached)");
});

test("orders without tickets are refunded without asking the server", async () => {
    const { store } = await openWindow();
    onRpc("pos.order.line", "pos_check_scenic_refund", () => expect.step("asked"));
    expect(await store.checkScenicRefund([])).toBe(true);
    expect.verifySteps([]);
});

test("the cashier says which tickets are handed back", async () => {
    const { store, tickets } = await paidOrder(["valid", "valid", "valid"]);
    let chosen;
    store.dialog.add(RefundPopup, {
        productName: "Adult ticket",
        tickets,
        count: 1,
        getPayload: (uids) => (chosen = uids),
    });
    await waitFor(".o_scenic_refund_popup");
    expect(".modal-footer .btn-primary").toHaveProperty("disabled", true);
    await contains(".o_scenic_refund_choice:eq(0)").click();
    await contains(".o_scenic_refund_choice:eq(2)").click();
    expect(".o_scenic_refund_choice.btn-primary").toHaveCount(1);
    await contains(".modal-footer .btn-primary").click();
    expect(chosen).toEqual([tickets[2].uid]);
});
