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
    store.hardwareProxy.printer = {
        processCanvas: (canvas) => canvas.width,
        sendPrintingJob: async (width) => jobs.push(width),
    };
    // the second time is told, and each slip gets its number
    onRpc("scenic.ticket", "pos_reprinted", ({ args }) => {
        expect.step(`${args[0].length} printed again`);
        return Object.fromEntries(args[0].map((alias) => [alias, 2]));
    });
    await store.printScenicTickets(order);
    expect(jobs).toEqual([2, 384, 384]);
    expect.verifySteps(["2 printed again"]);
});

test("without the server what is known is printed again", async () => {
    const { store, order } = await paidOrder(["valid"]);
    const lost = () => Promise.reject(new ConnectionLostError("/web/dataset/call_kw"));
    let online = false;
    patchWithCleanup(store.data, {
        loadServerOrders: lost,
        call: async (model, method, [aliases]) => {
            if (!online) {
                return lost();
            }
            expect.step(method);
            return Object.fromEntries(aliases.map((alias) => [alias, 2]));
        },
    });
    patchWithCleanup(store.printer, { printHtml: async () => expect.step("printed") || true });
    await store.refreshScenicTickets({ id: 1, isSynced: true });
    await store.printScenicTickets(order, { again: true });
    expect.verifySteps(["printed"]);
    // what was printed meanwhile is told when the server is back, once
    online = true;
    await store.sendScenicReprints();
    await store.sendScenicReprints();
    expect.verifySteps(["pos_reprinted"]);
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

/** What the server quotes: 120 paid for each person, a tenth of it kept. */
function quotesOf(tickets, pax = 1, obstacle = null) {
    const quote = (persons) => ({
        persons,
        paid: 120 * persons,
        fee: 12 * persons,
        amount: 108 * persons,
        tier: "at least 24:00 h before the visit: 10 %",
        obstacle,
    });
    return tickets.map((ticket) => ({
        line_id: 1,
        ticket_id: ticket.id,
        uid: ticket.uid,
        alias: ticket.alias,
        code: ticket.code,
        pax,
        quotes: Object.fromEntries(
            Array.from({ length: pax }, (_, index) => [index + 1, quote(index + 1)])
        ),
    }));
}

async function openRefund(store, tickets, props = {}) {
    const answer = {};
    store.dialog.add(RefundPopup, {
        productName: "Adult ticket",
        tickets,
        count: 1,
        currencyId: 1,
        getPayload: (payload) => Object.assign(answer, payload),
        ...props,
    });
    await waitFor(".o_scenic_refund_popup");
    return answer;
}

test("the cashier says which tickets are handed back and sees what is paid", async () => {
    const { store, tickets } = await paidOrder(["valid", "valid", "valid"]);
    const answer = await openRefund(store, quotesOf(tickets));
    expect(".modal-footer .btn-primary").toHaveProperty("disabled", true);
    await contains(".o_scenic_refund_choice:eq(0)").click();
    await contains(".o_scenic_refund_choice:eq(2)").click();
    expect(".o_scenic_refund_choice.btn-primary").toHaveCount(1);
    expect(".o_scenic_refund_back").toHaveText(/108\.00/);
    expect(".o_scenic_refund_fee").toHaveText(/12\.00/);
    expect(".o_scenic_waive").toHaveCount(0);
    await contains(".modal-footer .btn-primary").click();
    expect(answer).toEqual({ uids: [tickets[2].uid], persons: 0, amount: 108 });
});

test("persons of a group are handed back", async () => {
    const { store, tickets } = await paidOrder(["valid"]);
    const answer = await openRefund(store, quotesOf(tickets, 4));
    expect(".o_scenic_refund_persons output").toHaveText("4");
    await contains(".o_scenic_refund_persons button:eq(0)").click();
    await contains(".o_scenic_refund_persons button:eq(0)").click();
    expect(".o_scenic_refund_back").toHaveText(/216\.00/);
    await contains(".modal-footer .btn-primary").click();
    expect(answer).toEqual({ uids: [tickets[0].uid], persons: 2, amount: 216 });
});

test("only a manager waives a fee, and says why", async () => {
    const { store, tickets } = await paidOrder(["valid"]);
    const refused = quotesOf(tickets, 1, "Too late.");
    const free = quotesOf(tickets);
    free[0].quotes[1] = { ...free[0].quotes[1], fee: 0, amount: 120 };
    const answer = await openRefund(store, refused, {
        waive: async (ids, reason) => {
            expect.step(`${ids} ${reason}`);
            return free;
        },
    });
    expect(".o_scenic_refund_obstacle").toHaveText("Too late.");
    expect(".modal-footer .btn-primary").toHaveProperty("disabled", true);
    await contains(".o_scenic_waive").click();
    await contains(".o_scenic_waive_reason").edit("our fault", { confirm: false });
    await contains(".o_scenic_waive").click();
    expect.verifySteps([`${tickets[0].id} our fault`]);
    await contains(".modal-footer .btn-primary").click();
    expect(answer).toEqual({ uids: [tickets[0].uid], persons: 0, amount: 120 });
});

test("a refund line pays what was quoted and leaves the group refundable", async () => {
    const { store, line, tickets } = await paidOrder(["valid"]);
    line.setUnitPrice(120);
    const refund = store.models["pos.order.line"].create({
        qty: -1,
        price_unit: 120,
        product_id: line.product_id,
        order_id: store.addNewOrder(),
        refunded_orderline_id: line,
    });
    refund.setScenicRefund({ uids: [tickets[0].uid], persons: 2, amount: 54 });
    expect(refund.price_unit).toBe(54);
    expect(line.refundedQty).toBe(0);
    refund.setScenicRefund({ uids: [tickets[0].uid], persons: 0, amount: 120 });
    expect(line.refundedQty).toBe(1);
});
