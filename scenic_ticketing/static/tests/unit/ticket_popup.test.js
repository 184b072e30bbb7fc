import { expect, test } from "@odoo/hoot";
import { queryAllTexts, waitFor } from "@odoo/hoot-dom";
import { contains, onRpc, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { ConnectionLostError } from "@web/core/network/rpc";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { CODE, TODAY, openWindow } from "@scenic_ticketing/../tests/unit/scenic_test_helpers";

definePosModels();

function ticketFacts(values = {}) {
    return {
        id: 1,
        alias: "T123456789012345",
        product: "Adult ticket",
        site: "Cloud Mountain",
        tz: "Asia/Shanghai",
        visit_date: TODAY,
        valid_until: TODAY,
        pax: 1,
        state: "valid",
        state_label: "Valid",
        order_id: false,
        order_name: "",
        rights: [
            {
                zone_id: 3,
                zone_code: "PARK",
                zone: "Park",
                total: 1,
                left: 1,
                reason: "OK",
                message: "",
            },
        ],
        uses: [],
        ...values,
    };
}

const USED = {
    state: "used",
    state_label: "Used up",
    rights: [
        {
            zone_id: 3,
            zone_code: "PARK",
            zone: "Park",
            total: 1,
            left: 0,
            reason: "E_USED",
            message: "Used.",
        },
    ],
    uses: [{ happened_at: "2026-05-01 01:30:00", zone: "Park", lane: "North 2" }],
};

test("a good ticket is redeemed once, and shows that it is used", async () => {
    const { store } = await openWindow();
    let facts = ticketFacts();
    onRpc("scenic.ticket", "pos_find", ({ args }) => {
        expect.step(`scan ${args[0].slice(0, 3)}`);
        return { reason: "OK", message: "", ticket: facts, may_redeem: true };
    });
    onRpc("scenic.ticket", "pos_redeem", ({ args }) => {
        expect.step(`redeem zone ${args[1]} for ${args[2]}`);
        facts = ticketFacts(USED);
        return { reason: "OK", admit: 1 };
    });
    store.openScenicTicket(CODE);
    await waitFor(".o_scenic_ticket_state[data-state='valid']");
    await contains(".o_scenic_redeem").click();
    await waitFor(".o_scenic_ticket_state[data-state='used']");
    expect(".o_scenic_ticket_success span").toHaveText("1 let in: Park");
    expect(".o_scenic_redeem").toHaveProperty("disabled", true);
    expect(queryAllTexts(".o_scenic_ticket_uses li")[0]).toMatch(/9:30 AM · Park · North 2/);
    expect.verifySteps(["scan ST1", "redeem zone 3 for 1", "scan ST1"]);
});

test("somebody else was faster: nobody is let in", async () => {
    const { store } = await openWindow();
    onRpc("scenic.ticket", "pos_find", () => ({
        reason: "OK",
        ticket: ticketFacts(),
        may_redeem: true,
    }));
    onRpc("scenic.ticket", "pos_redeem", () => ({
        reason: "E_USED",
        colour: "RED",
        message: "Used by another.",
        admit: 0,
    }));
    store.openScenicTicket(CODE);
    await contains(".o_scenic_redeem").click();
    await waitFor(".o_scenic_ticket_problem:contains(Used by another.)");
    expect(".o_scenic_ticket_success").toHaveCount(0);
});

test("part of a group enters", async () => {
    const { store } = await openWindow();
    const group = ticketFacts({
        pax: 5,
        rights: [
            {
                zone_id: 3,
                zone_code: "PARK",
                zone: "Park",
                total: 5,
                left: 3,
                reason: "OK",
                message: "",
            },
        ],
    });
    onRpc("scenic.ticket", "pos_find", () => ({
        reason: "OK",
        message: "",
        ticket: group,
        may_redeem: true,
    }));
    onRpc("scenic.ticket", "pos_redeem", ({ args }) => {
        expect.step(`${args[2]} persons`);
        return { reason: "OK", admit: args[2] };
    });
    store.openScenicTicket(CODE);
    await waitFor(".o_scenic_ticket_wanted output:contains(3)");
    await contains(".o_scenic_ticket_wanted button[aria-label='One less']").click();
    await contains(".o_scenic_redeem").click();
    await waitFor(".o_scenic_ticket_success:contains(2 let in)");
    expect.verifySteps(["2 persons"]);
});

test("an unknown number is told, and the next one can be typed", async () => {
    const { store } = await openWindow();
    onRpc("scenic.ticket", "pos_find", ({ args }) =>
        args[0] === "T123456789012345"
            ? { reason: "OK", message: "", ticket: ticketFacts() }
            : { reason: "E_UNKNOWN_ALIAS", message: "No such number.", ticket: false }
    );
    store.openScenicTicket();
    await contains(".o_scenic_ticket_input").edit("T999");
    await contains(".o_scenic_ticket_search button").click();
    await waitFor(".o_scenic_ticket_problem:contains(No such number.)");
    await contains(".o_scenic_ticket_input").edit("T123456789012345", { confirm: "Enter" });
    await waitFor(".o_scenic_ticket_state[data-state='valid']");
    expect(".o_scenic_ticket_problem").toHaveCount(0);
});

test("a reader that types and enters before the screen is drawn is heard", async () => {
    const { store } = await openWindow();
    onRpc("scenic.ticket", "pos_find", () => ({
        reason: "OK",
        message: "",
        ticket: ticketFacts(),
    }));
    store.openScenicTicket();
    const input = await waitFor(".o_scenic_ticket_input");
    input.value = "T123456789012345";
    input.dispatchEvent(new Event("input", { bubbles: true }));
    // what a browser does on Enter: it presses the submit button, unless that is disabled
    input.form.querySelector("[type=submit]").click();
    await waitFor(".o_scenic_ticket_state[data-state='valid']");
});

test("without the server nobody is let in", async () => {
    const { store } = await openWindow();
    patchWithCleanup(store.data, {
        call: () => Promise.reject(new ConnectionLostError("/web/dataset/call_kw")),
    });
    store.openScenicTicket(CODE);
    await waitFor(".o_scenic_ticket_problem:contains(cannot be reached)");
    expect(".o_scenic_redeem").toHaveCount(0);
});
