/* global posmodel */
import { simulateBarCode } from "@barcodes/../tests/legacy/helpers";
import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import { negate, run } from "@point_of_sale/../tests/generic_helpers/utils";

// a picture of a slip takes seconds on a busy machine
const PRINT_TIMEOUT = 60000;

function check(condition, message) {
    if (!condition) {
        throw new Error(message);
    }
}

// --- start ---

export function openWindow() {
    return [Chrome.startPoS()];
}

/**
 * Put a receipt printer on the window that keeps what it would print, as the pictures that Odoo
 * sends to a printer, and stores each as an attachment "slip" for the test to read.
 */
export function connectPrinter() {
    return run(() => {
        const { BasePrinter } = odoo.loader.modules.get(
            "@point_of_sale/app/utils/printer/base_printer"
        );
        class TestPrinter extends BasePrinter {
            processCanvas(canvas) {
                return canvas.toDataURL("image/png").split(",")[1];
            }
            async sendPrintingJob(picture) {
                await posmodel.data.orm.create("ir.attachment", [
                    { name: "slip", mimetype: "image/png", datas: picture },
                ]);
                return { result: true };
            }
            openCashbox() {}
        }
        posmodel.hardwareProxy.printer = new TestPrinter();
    }, "connect a receipt printer");
}

/** Count what the browser's own print dialog would get; there is no paper in a test. */
export function watchBrowserPrint() {
    return run(() => {
        window.scenicPrinted = [];
        window.print = () => {
            const slips = document.querySelectorAll(".render-container .o_scenic_slip");
            window.scenicPrinted.push([...slips].map((slip) => slip.dataset.ticket));
        };
    }, "watch the print dialog of the browser");
}

export function browserPrinted(...counts) {
    return run(() => {
        const printed = window.scenicPrinted.map((tickets) => new Set(tickets).size);
        check(
            JSON.stringify(printed) === JSON.stringify(counts),
            `printed ${JSON.stringify(printed)}, not ${JSON.stringify(counts)}`
        );
    }, `the browser printed ${counts} slips`);
}

export function waitForPrint() {
    return {
        content: "the slips are out",
        trigger: ".o_scenic_print_tickets.btn-secondary",
        timeout: PRINT_TIMEOUT,
    };
}

/** Keep the codes that are on paper, to compare them with the tickets that come of them. */
export function rememberCodes() {
    return run(() => {
        const order = posmodel.models["pos.order"].find((o) => o.state === "paid" && !o.isSynced);
        window.scenicCodes = order.scenicSlips.map((slip) => slip.code);
        check(window.scenicCodes.length && window.scenicCodes.every(Boolean), "no codes");
    }, "remember the codes on paper");
}

export function codesAreTickets() {
    return run(() => {
        const codes = posmodel.models["scenic.ticket"].map((ticket) => ticket.code);
        check(
            window.scenicCodes.every((code) => codes.includes(code)),
            `tickets ${codes} are not those on paper`
        );
    }, "the tickets are those on paper");
}

// --- sale ---

export function clickTicket(product) {
    return [
        ProductScreen.clickDisplayedProduct(product),
        { content: "the dialog asks", trigger: ".o_scenic_visit_popup" },
    ];
}

export function chooseQuick(quantity) {
    return [
        {
            content: `sell ${quantity} at once`,
            trigger: `.o_scenic_quick_qty[data-qty='${quantity}']`,
            run: "click",
        },
        dialogIsClosed(),
    ];
}

export function chooseDay(name) {
    return {
        content: `visit ${name}`,
        trigger: `.o_scenic_day:contains("${name}")`,
        run: "click",
    };
}

export function confirmVisit() {
    return [
        { content: "confirm the visit", trigger: ".o_scenic_confirm", run: "click" },
        dialogIsClosed(),
    ];
}

export function dialogIsClosed() {
    return { content: "no dialog is open", trigger: negate(".modal") };
}

export function hasTicketLine(product, quantity, day) {
    return {
        content: `${quantity} ${product}, ${day}`,
        trigger: `.order-container .orderline:has(.product-name:contains("${product}")):has(.qty:contains("${quantity}")):has(.o_scenic_line_date:contains("${day}"))`,
    };
}

export function editVisitOf(product) {
    return [
        {
            content: `change the visit of ${product}`,
            trigger: `.order-container .orderline:contains("${product}") button.o_scenic_line_date`,
            run: "click",
        },
        { content: "the dialog asks", trigger: ".o_scenic_visit_popup" },
    ];
}

export function payCash() {
    return [
        ProductScreen.clickPayButton(),
        PaymentScreen.clickValidate(),
        ReceiptScreen.receiptIsThere(),
    ];
}

/** Sell tickets for today and leave the window ready for the next order. */
export function sellToday(product, quantity) {
    return [
        clickTicket(product),
        quantity === 1 ? confirmVisit() : chooseQuick(quantity),
        payCash(),
        slipsAreShown(quantity),
        slipsArePrinted(),
        ReceiptScreen.clickNextOrder(),
    ];
}

// --- tickets ---

export function slipsAreShown(count) {
    return {
        content: `${count} slips are shown`,
        trigger: ".receipt-screen .o_scenic_slips_preview",
        run() {
            const slips = document.querySelectorAll(".o_scenic_slips_preview .o_scenic_slip");
            check(slips.length === count, `${slips.length} slips, not ${count}`);
        },
    };
}

/** Printing goes on after the payment: wait for its end. */
export function slipsArePrinted() {
    return {
        content: "the slips are printed",
        trigger: ".receipt-screen .o_scenic_print_tickets:contains('Print tickets again')",
        timeout: PRINT_TIMEOUT,
    };
}

export function clickPrintTickets(label) {
    return [
        {
            content: `click ${label}`,
            trigger: `.o_scenic_print_tickets:contains("${label}"):not(:has(.fa-spin))`,
            run: "click",
        },
        {
            content: "the slips are printed",
            trigger: ".o_scenic_print_tickets:not(:has(.fa-spin))",
            timeout: PRINT_TIMEOUT,
        },
    ];
}

/** Scan a ticket of this window's last sale; `text` makes what the scanner sends of it. */
export function scanTicket(index = 0, text = (ticket) => ticket.code) {
    return run(() => {
        const tickets = posmodel.models["scenic.ticket"].getAll().sort((a, b) => a.id - b.id);
        simulateBarCode([...text(tickets[index]), "Enter"]);
    }, `scan ticket ${index}`);
}

export function ticketIs(state) {
    return {
        content: `the ticket is ${state}`,
        trigger: `.o_scenic_ticket_state[data-state='${state}']`,
    };
}

export function ticketSuccessIs(sentence) {
    return {
        content: `the window says: ${sentence}`,
        trigger: `.o_scenic_ticket_success:contains("${sentence}")`,
    };
}

export function ticketProblemIs(sentence) {
    return {
        content: `the window says: ${sentence}`,
        trigger: `.o_scenic_ticket_problem:contains("${sentence}")`,
    };
}

export function clickRedeem(zone) {
    return {
        content: `redeem in ${zone}`,
        trigger: `.o_scenic_ticket_right[data-zone='${zone}'] .o_scenic_redeem:enabled`,
        run: "click",
    };
}

export function cannotRedeem(zone) {
    return {
        content: `nothing to redeem in ${zone}`,
        trigger: `.o_scenic_ticket_right[data-zone='${zone}'] .o_scenic_redeem:disabled`,
    };
}

export function closeTicket() {
    return [
        {
            content: "close the ticket",
            trigger: ".o_scenic_ticket_popup .modal-footer .btn:contains(Close)",
            run: "click",
        },
        dialogIsClosed(),
    ];
}

// --- printers on a box ---

/** As long as the code of a ticket that was sold while the server was away. */
export const LONG_CODE = `ST1${"CAAAOINSYPKAAAAAAF2".repeat(20).slice(0, 368)}`;

/** Print the tickets of this window's last sale, and one with a long code, on its printers. */
export function printAgain(what, change = () => {}) {
    const print = async () => {
        change(posmodel.config);
        const tickets = posmodel.models["scenic.ticket"].getAll();
        const slips = tickets.sort((a, b) => a.id - b.id).map((ticket) => ticket.slip);
        const long = { ...slips[0], code: LONG_CODE, note: "推婴儿车：走侧门", copy: 2 };
        check(await posmodel.printScenicSlips([...slips, long]), `${what}: not printed`);
    };
    return { ...run(print, what), timeout: PRINT_TIMEOUT };
}

// --- look-up ---

/** Type something into the look-up of the window. */
export function lookUp(text) {
    return [
        { content: "open the look-up", trigger: ".o_scenic_check_ticket", run: "click" },
        { content: `look up ${text}`, trigger: ".o_scenic_ticket_input", run: `edit ${text}` },
        { content: "Enter", trigger: ".o_scenic_ticket_input", run: "press Enter" },
    ];
}

/** Touch an action of the look-up, and a usual reason where it asks for one. */
export function ticketAction(name, reason = "") {
    const steps = [{ content: name, trigger: `.o_scenic_act_${name}:enabled`, run: "click" }];
    if (reason) {
        steps.push({
            content: `because: ${reason}`,
            trigger: `.o_scenic_reason_choices .btn:contains("${reason}")`,
            run: "click",
        });
    }
    return steps;
}

/** Pictures of receipts wait for every font that the page names: none may come from elsewhere. */
export function fontsAreOurs() {
    return run(() => {
        const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]);
        const fonts = rules.filter((rule) => rule.type === CSSRule.FONT_FACE_RULE);
        check(fonts.length, "the page has no fonts at all");
        const foreign = fonts.filter((rule) => rule.cssText.includes("fonts.odoocdn.com"));
        check(!foreign.length, `${foreign[0]?.cssText} is fetched from elsewhere`);
    }, "no font of another server");
}
