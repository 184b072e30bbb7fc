/* global posmodel */
import { simulateBarCode } from "@barcodes/../tests/legacy/helpers";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import * as Scenic from "@scenic_ticketing/../tests/tours/utils/scenic_util";
import { run } from "@point_of_sale/../tests/generic_helpers/utils";
import { registry } from "@web/core/registry";

function addTour(name, ...steps) {
    registry.category("web_tour.tours").add(name, { steps: () => steps.flat(Infinity) });
}

function click(content, trigger) {
    return { content, trigger, run: "click" };
}

/** Count what a cashier does from here on: every click and every key that reaches the page. */
function countTouches() {
    return run(() => {
        window.scenicTouches = [];
        for (const kind of ["click", "keydown"]) {
            const count = (ev) => window.scenicTouches.push(`${kind} ${ev.target.className}`);
            document.addEventListener(kind, count, true);
        }
    }, "count clicks and keys");
}

function touchedAtMost(most) {
    return run(() => {
        const count = window.scenicTouches.length;
        // none at all means that nothing was counted
        if (!count || count > most) {
            throw new Error(`${count} touches, not ${most}: ${window.scenicTouches.join(", ")}`);
        }
    }, `at most ${most} clicks and keys`);
}

function oneMore(product) {
    return click(
        `one ${product} more`,
        `.o_scenic_type:contains("${product}") .o_scenic_type_plus:enabled`
    );
}

addTour(
    "ScenicFourTickets",
    Scenic.openWindow(),
    Scenic.watchBrowserPrint(),
    countTouches(),
    Scenic.clickTicket("Adult"),
    click("two adults", ".o_scenic_plus"),
    oneMore("Child"),
    oneMore("Senior"),
    click("to the payment", ".o_scenic_confirm_pay"),
    // the policy of seniors wants their card to be seen
    click("seen", ".o_scenic_proof_seen"),
    PaymentScreen.clickPaymentMethod("Cash Window 1"),
    PaymentScreen.clickValidate(),
    ReceiptScreen.receiptIsThere(),
    touchedAtMost(8),
    Scenic.slipsAreShown(4)
);

addTour(
    "ScenicSellGroup",
    Scenic.openWindow(),
    Scenic.watchBrowserPrint(),
    Scenic.clickTicket("Adult"),
    Scenic.chooseQuick(10),
    {
        content: "tickets stand under their day",
        trigger: ".order-container .o_scenic_group_title:contains('Today')",
    },
    click("more about these tickets", ".order-container .orderline .o_scenic_line_more"),
    click("one code", ".o_scenic_together"),
    click("a note", ".o_scenic_phrase:first"),
    click("apply", ".o_scenic_line_confirm"),
    Scenic.dialogIsClosed(),
    ProductScreen.clickDisplayedProduct("Child"),
    click("more about the child", ".orderline:contains('Child') .o_scenic_line_more"),
    click("free", ".o_scenic_free_reason:contains('Guide')"),
    click("apply", ".o_scenic_line_confirm"),
    Scenic.dialogIsClosed(),
    ProductScreen.totalAmountIs("800.00"),
    Scenic.payCash(),
    Scenic.slipsAreShown(2)
);

addTour(
    "ScenicSellFree",
    Scenic.openWindow(),
    Scenic.watchBrowserPrint(),
    Scenic.clickTicket("Adult"),
    Scenic.confirmVisit(),
    click("more about these tickets", ".order-container .orderline .o_scenic_line_more"),
    click("free", ".o_scenic_free_reason:contains('Guide')"),
    click("apply", ".o_scenic_line_confirm"),
    Scenic.dialogIsClosed(),
    ProductScreen.totalAmountIs("0.00"),
    Scenic.payCash(),
    Scenic.slipsAreShown(1)
);

addTour(
    "ScenicSellCombo",
    Scenic.openWindow(),
    Scenic.watchBrowserPrint(),
    ProductScreen.clickDisplayedProduct("Day Out"),
    Scenic.chooseDay("Tomorrow"),
    click("the slot at 14:00", ".o_scenic_slot[data-start='14:00']:enabled"),
    Scenic.confirmVisit(),
    Scenic.hasTicketLine("Cable Car", "1", "14:00"),
    Scenic.hasTicketLine("Adult", "1", "Tomorrow"),
    {
        content: "what is left of the slot",
        trigger: ".order-container .o_scenic_group_places:contains('3 left')",
    },
    ProductScreen.totalAmountIs("100.00"),
    Scenic.payCash(),
    Scenic.slipsAreShown(2)
);

addTour(
    "ScenicDeposit",
    Scenic.openWindow(),
    Scenic.watchBrowserPrint(),
    Scenic.clickTicket("Adult"),
    click("two tickets", ".o_scenic_quick_qty[data-qty='2']"),
    // offered with the ticket, as the product says
    click("a wristband", ".optional-product-line:contains('Wristband') .cart-buttons .btn"),
    click("add", ".modal-footer .btn-primary:enabled:contains('Add')"),
    Scenic.dialogIsClosed(),
    ProductScreen.totalAmountIs("180.00"),
    Scenic.payCash(),
    Scenic.slipsAreShown(2),
    ReceiptScreen.clickNextOrder(),
    click("return a deposit", ".o_scenic_deposits"),
    { content: "the dialog asks", trigger: ".o_scenic_deposit_popup" },
    run(() => {
        const [ticket] = posmodel.models["scenic.ticket"].getAll();
        simulateBarCode([...ticket.code, "Enter"]);
    }, "scan a ticket"),
    click("return it", ".o_scenic_deposit_return:enabled:contains('20')"),
    Scenic.dialogIsClosed(),
    ProductScreen.totalAmountIs("-20.00"),
    Scenic.payCash(),
    ReceiptScreen.clickNextOrder(),
    click("return a deposit", ".o_scenic_deposits"),
    run(() => {
        const [ticket] = posmodel.models["scenic.ticket"].getAll();
        simulateBarCode([...ticket.alias, "Enter"]);
    }, "scan it again"),
    { content: "nothing is left", trigger: ".o_scenic_deposit[data-state='returned']:disabled" }
);
