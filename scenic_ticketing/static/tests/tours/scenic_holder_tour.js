/* global posmodel */
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import * as Scenic from "@scenic_ticketing/../tests/tours/utils/scenic_util";
import { run } from "@point_of_sale/../tests/generic_helpers/utils";
import { registry } from "@web/core/registry";

// made-up people with good check digits
const ANNA = "110101199003071006";
const BEN = "110101199003071014";
const WRONG = "110101199003071007";
const MASKED = "1101**********1006";

/** Type as a card reader does: fast, with Enter at the end. */
function readCard(number) {
    return [
        {
            content: "read a card",
            trigger: ".o_scenic_holder_number",
            run: `edit ${number}`,
        },
        { content: "its Enter", trigger: ".o_scenic_holder_number", run: "press Enter" },
    ];
}

function placesAre(...done) {
    return {
        content: `places are ${done}`,
        trigger: `.o_scenic_holder_places${done
            .map((state, index) => `:has([data-index='${index}'][data-done='${state}'])`)
            .join("")}`,
    };
}

function problemIs(text) {
    return {
        content: `the window says: ${text}`,
        trigger: `.o_scenic_holder_problem:contains("${text}")`,
    };
}

const done = [
    { content: "close the dialog", trigger: ".o_scenic_holder_done", run: "click" },
    Scenic.dialogIsClosed(),
];

/** Look through all that the browser keeps. */
async function storedText() {
    const texts = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), location.href];
    for (const { name } of await indexedDB.databases()) {
        const db = await new Promise((resolve, reject) => {
            const request = indexedDB.open(name);
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error);
        });
        for (const store of db.objectStoreNames) {
            const rows = await new Promise((resolve, reject) => {
                const request = db.transaction(store).objectStore(store).getAll();
                request.onsuccess = () => resolve(request.result);
                request.onerror = () => reject(request.error);
            });
            texts.push(JSON.stringify(rows));
        }
        db.close();
    }
    return texts.join("\n");
}

function nothingIsStored() {
    return run(async () => {
        await posmodel.data.synchronizeLocalDataInIndexedDB();
        // the order with its tokens is stored in a moment: before that there is nothing to look at
        let text = "";
        while (!text.includes("holders")) {
            await new Promise((resolve) => setTimeout(resolve, 50));
            text = await storedText();
        }
        for (const number of [ANNA, BEN, MASKED, "Anna Li", "13800138000"]) {
            if (text.includes(number)) {
                throw new Error("the browser keeps something of a visitor");
            }
        }
    }, "the browser keeps nothing of a visitor");
}

registry.category("web_tour.tours").add("ScenicRealName", {
    steps: () =>
        [
            Scenic.openWindow(),
            Scenic.clickTicket("Named"),
            {
                content: "two at once",
                trigger: ".o_scenic_quick_qty[data-qty='2']",
                run: "click",
            },
            { content: "the window asks for IDs", trigger: ".o_scenic_holder_popup" },
            placesAre(0, 0),
            readCard(WRONG),
            problemIs("check digit"),
            { content: "a name", trigger: ".o_scenic_holder_name", run: "edit Anna Li" },
            { content: "a phone", trigger: ".o_scenic_holder_phone", run: "edit 13800138000" },
            readCard(ANNA),
            placesAre(1, 0),
            {
                content: "masked, never in clear",
                trigger: `.o_scenic_holder_label:contains("${MASKED}")`,
            },
            readCard(ANNA),
            problemIs("twice"),
            done,
            {
                content: "one is missing",
                trigger: ".o_scenic_line_holders.btn-warning:contains('1 / 2')",
            },
            // paying asks for the missing one
            ProductScreen.clickPayButton(),
            { content: "validate", trigger: ".validation-button", run: "click" },
            { content: "the window asks again", trigger: ".o_scenic_holder_popup" },
            readCard(BEN),
            placesAre(1, 1),
            nothingIsStored(),
            { content: "close the dialog", trigger: ".o_scenic_holder_done", run: "click" },
            ReceiptScreen.receiptIsThere(),
            Scenic.slipsAreShown(2),
            ReceiptScreen.clickNextOrder(),
            // the visitor comes back without the paper, but with the card
            { content: "look a ticket up", trigger: ".o_scenic_check_ticket", run: "click" },
            {
                content: "by the ID",
                trigger: ".o_scenic_ticket_input",
                run: `edit ${ANNA}`,
            },
            { content: "Enter", trigger: ".o_scenic_ticket_input", run: "press Enter" },
            Scenic.ticketIs("valid"),
            {
                content: "the holder, masked",
                trigger: `.o_scenic_ticket_holder:contains("${MASKED}")`,
            },
            Scenic.clickRedeem("PARK"),
            Scenic.ticketIs("used"),
            Scenic.closeTicket(),
        ].flat(Infinity),
});
