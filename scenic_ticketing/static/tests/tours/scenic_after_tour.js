/* global posmodel */
import * as Offline from "@point_of_sale/../tests/generic_helpers/offline_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import * as Scenic from "@scenic_ticketing/../tests/tours/utils/scenic_util";
import { scan_barcode } from "@point_of_sale/../tests/generic_helpers/utils";
import { registry } from "@web/core/registry";

function addTour(name, ...steps) {
    registry.category("web_tour.tours").add(name, { steps: () => steps.flat(Infinity) });
}

/** The end of the order's number is what a visitor reads from the receipt. */
const lookUpOrder = [
    { content: "open the look-up", trigger: ".o_scenic_check_ticket", run: "click" },
    {
        content: "type the number of the order",
        trigger: ".o_scenic_ticket_input",
        run({ anchor }) {
            const orders = posmodel.models["pos.order"].filter(
                (order) => order.scenicTickets.length
            );
            anchor.value = orders[0].pos_reference;
            anchor.dispatchEvent(new Event("input", { bubbles: true }));
        },
    },
    { content: "Enter", trigger: ".o_scenic_ticket_input", run: "press Enter" },
];

addTour(
    "ScenicAfterSale",
    Scenic.openWindow(),
    Scenic.connectPrinter(),
    Scenic.sellToday("Adult", 2),
    lookUpOrder,
    { content: "both tickets", trigger: ".o_scenic_ticket_row:eq(1)" },
    { content: "choose all", trigger: ".o_scenic_tick_all", run: "click" },
    Scenic.ticketAction("reprint", "Paper jam"),
    Scenic.ticketSuccessIs("Printed again: 2"),
    { content: "only the first one", trigger: ".o_scenic_ticket_tick:eq(1)", run: "click" },
    Scenic.ticketAction("reissue", "Slip lost"),
    Scenic.ticketSuccessIs("New copies printed: 1"),
    Scenic.closeTicket(),
    // from a scanned ticket to the money in two touches
    Scenic.scanTicket(1),
    Scenic.ticketIs("valid"),
    { content: "the money is shown", trigger: ".o_scenic_refund_words:contains(72)" },
    Scenic.ticketAction("refund"),
    PaymentScreen.isShown(),
    PaymentScreen.clickValidate(),
    ReceiptScreen.isShown(),
    ReceiptScreen.clickNextOrder()
);

addTour(
    "ScenicRefundHeld",
    Scenic.openWindow(),
    Scenic.connectPrinter(),
    Scenic.sellToday("Adult", 1),
    Scenic.scanTicket(0),
    Scenic.ticketIs("valid"),
    Scenic.ticketAction("refund"),
    { content: "a gate is without contact", trigger: ".o_scenic_refund_hold:contains(G1)" },
    { content: "the fee is no way around", trigger: ".modal:not(:has(.o_scenic_waive))" },
    { content: "pay later", trigger: ".o_scenic_refund_later", run: "click" },
    { content: "it says so", trigger: ".o_notification:contains(void)" }
);

addTour(
    "ScenicVoucher",
    Scenic.openWindow(),
    Scenic.connectPrinter(),
    // a scanner reads the voucher on the phone while products are shown
    scan_barcode("DY-7788"),
    {
        content: "the order of the channel",
        trigger: ".o_scenic_voucher[data-order='OTA-1001'] .o_scenic_voucher_item:eq(2)",
    },
    { content: "one stays", trigger: ".o_scenic_voucher_item:eq(2)", run: "click" },
    { content: "exchange two", trigger: ".o_scenic_exchange:contains(2)", run: "click" },
    Scenic.ticketSuccessIs("Exchanged: 2"),
    {
        content: "two are exchanged, one is open",
        trigger: ".o_scenic_voucher_item[data-state='consumed']:eq(1)",
    },
    { content: "the first ticket", trigger: ".o_scenic_voucher_item:eq(0)", run: "click" },
    Scenic.ticketIs("valid"),
    Scenic.ticketAction("undo", "Wrong order"),
    Scenic.ticketSuccessIs("undone"),
    Scenic.closeTicket(),
    Scenic.lookUp("OTA-1001"),
    {
        content: "two are open again",
        trigger: ".o_scenic_voucher_item[data-state='issued']:eq(1)",
    },
    Scenic.closeTicket(),
    Scenic.lookUp("NO-SUCH-ORDER"),
    { content: "it says so", trigger: ".o_scenic_ticket_problem" },
    Scenic.closeTicket()
);

addTour(
    "ScenicWalkInUndo",
    Scenic.openWindow(),
    Scenic.sellToday("Adult", 1),
    Scenic.scanTicket(0),
    Scenic.clickRedeem("PARK"),
    Scenic.ticketIs("used"),
    { content: "a mistake", trigger: ".o_scenic_undo_redeem:enabled", run: "click" },
    Scenic.ticketIs("valid"),
    Offline.setOfflineMode(),
    // nobody has noticed yet that the server is gone
    Scenic.ticketAction("reprint", "Paper jam"),
    Scenic.ticketProblemIs("cannot be reached"),
    Offline.setOnlineMode()
);
