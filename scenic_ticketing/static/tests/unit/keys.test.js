import { expect, test } from "@odoo/hoot";
import { onRpc } from "@web/../tests/web_test_helpers";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { dayNumber, decodeTicket, EPOCH } from "@scenic_ticketing/app/keys/ticket_code";
import { ADULT, RIDE } from "@scenic_ticketing/../tests/unit/data/scenic.data";
import {
    TODAY,
    TOMORROW,
    issueTickets,
    openWindow,
    sell,
} from "@scenic_ticketing/../tests/unit/scenic_test_helpers";

definePosModels();

const NOW = Date.parse("2026-05-01T01:00:00Z") / 1000 - EPOCH;
let lastKid = Date.now() % 0x3fffffff;

function product(values = {}) {
    return {
        number: 301,
        site_id: 1,
        class_no: 0,
        validity: { kind: "visit_date", days: 1, use_days: 0, begin: false, end: false },
        entrances: 0xffff,
        flags: 0,
        pax: 1,
        uses: 1,
        timed: false,
        ...values,
    };
}

/** Open a window that has a certificate, with a number that no other test has. */
async function openWithKey(limits = {}) {
    const kid = ++lastKid;
    onRpc("scenic.certificate", "pos_request", () => ({
        certificates: [
            {
                site: 7,
                site_id: 1,
                kid,
                blob: "12".repeat(135),
                embed: false,
                used: 0,
                not_before: NOW - 3600,
                not_after: NOW + 86400,
                max_serial: 100,
                visit_from: dayNumber(TODAY),
                visit_to: dayNumber(TOMORROW),
                max_pax: 5,
                max_uses: 0,
                entrances: 0xffff,
                class_mask: 1,
                until_ms: Date.now() + 86400000,
                ...limits,
            },
        ],
        products: { [ADULT]: product(), [RIDE]: product({ timed: true, number: 302 }) },
        problem: "",
        new_key: false,
    }));
    const window = await openWindow();
    await window.store.scenicKeys.refresh();
    return { ...window, kid };
}

function ticketsOf(line) {
    return line.scenicCodes.map(({ code }) => decodeTicket(code).ticket);
}

test("a window signs what it sells before the order is sent", async () => {
    const { store, order, kid } = await openWithKey();
    expect(store.scenicKeys.state.status).toBe("ready");
    const line = await sell(store, TOMORROW, 2);
    await store.mintScenicTickets(order);
    const tickets = ticketsOf(line);
    expect(tickets.map((ticket) => ticket.serial)).toEqual([1, 2]);
    expect(tickets[0].kid).toBe(kid);
    expect(tickets[0].valid_from).toBe(dayNumber(TOMORROW));
    expect(line.scenicCodes[0].alias).toMatch(/^T\d{15}$/);
    expect(line.scenic_data.visit_date).toBe(TOMORROW);
});

test("codes stay with their line, and those of another sale are told as spent", async () => {
    const { store, order, kid } = await openWithKey();
    const line = await sell(store, TODAY, 2);
    await store.mintScenicTickets(order);
    const codes = line.scenicCodes;
    await store.mintScenicTickets(order);
    expect(line.scenicCodes).toEqual(codes);
    line.setQuantity(1);
    await store.mintScenicTickets(order);
    expect(ticketsOf(line).map((ticket) => ticket.serial)).toEqual([3]);
    const uid = (serial) =>
        [kid, serial].map((part) => part.toString(16).padStart(8, "0")).join("");
    expect(line.scenic_data.spent).toEqual([uid(1), uid(2)]);
});

test("slips are there at once, and are those of the server when it has answered", async () => {
    const { store, order } = await openWithKey();
    const line = await sell(store, TODAY, 2);
    await store.mintScenicTickets(order);
    expect(order.scenicSlips).toHaveLength(0);
    order.state = "paid";
    expect(order.isAwaitingScenicTickets).toBe(false);
    const slips = order.scenicSlips;
    expect(slips.map((slip) => [slip.code, slip.number, slip.count])).toEqual([
        [line.scenicCodes[0].code, 1, 2],
        [line.scenicCodes[1].code, 2, 2],
    ]);
    expect(slips[0].site).toBe("Cloud Mountain");
    expect(slips[0].validity).toMatch(/May.*2026/);
    const tickets = issueTickets(store, line, ["valid", "void"]);
    expect(order.scenicSlips.map((slip) => slip.id)).toEqual([tickets[0].id]);
});

test("what a window may not sign is left to the server, and said before", async () => {
    const { store, order } = await openWithKey({ visit_to: dayNumber(TODAY) });
    const good = await sell(store, TODAY, 1);
    const far = await sell(store, TOMORROW, 1);
    expect(store.scenicObstacle(good)).toBe("");
    expect(store.scenicObstacle(far)).toBe("visit");
    expect(store.scenicObstacleText(far)).not.toBe("");
    expect(store.scenicUnsignableLines(order)).toEqual([far]);
    await store.mintScenicTickets(order);
    expect(good.scenicCodes).toHaveLength(1);
    expect(far.scenicCodes).toHaveLength(0);
    order.state = "paid";
    expect(order.isAwaitingScenicTickets).toBe(true);
});

test("a ticket with a time carries it", async () => {
    const { store, order } = await openWithKey();
    const line = await sell(store, TODAY, 1, RIDE);
    expect(store.scenicObstacle(line)).toBe("slot");
    line.setScenicVisitDate(TODAY, { slot_id: 5, slot_time: "10:30–11:00" });
    await store.mintScenicTickets(order);
    const [ticket] = ticketsOf(line);
    expect([ticket.slot_start, ticket.slot_len]).toEqual([42, 2]);
});

test("a window that got no certificate sells all the same", async () => {
    const { store, order } = await openWindow();
    await store.scenicKeys.refresh();
    const line = await sell(store, TODAY, 1);
    expect(store.scenicObstacle(line)).toBe("no_certificate");
    await store.mintScenicTickets(order);
    expect(line.scenicCodes).toHaveLength(0);
});
