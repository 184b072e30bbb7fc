/* global posmodel */
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as Offline from "@point_of_sale/../tests/generic_helpers/offline_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import * as Scenic from "@scenic_ticketing/../tests/tours/utils/scenic_util";
import * as TicketScreen from "@point_of_sale/../tests/pos/tours/utils/ticket_screen_util";
import { run, scan_barcode } from "@point_of_sale/../tests/generic_helpers/utils";
import { registry } from "@web/core/registry";

function addTour(name, ...steps) {
    registry.category("web_tour.tours").add(name, { steps: () => steps.flat(Infinity) });
}

addTour(
    "ScenicSellTwoDays",
    Scenic.openWindow(),
    Scenic.connectPrinter(),
    Scenic.clickTicket("Adult"),
    Scenic.chooseQuick(2),
    Scenic.hasTicketLine("Adult", "2", "Today"),
    // the same customer's next product: no question any more
    ProductScreen.clickDisplayedProduct("Park and Ropeway"),
    Scenic.hasTicketLine("Park and Ropeway", "1", "Today"),
    Scenic.editVisitOf("Park and Ropeway"),
    Scenic.chooseDay("Tomorrow"),
    Scenic.confirmVisit(),
    Scenic.hasTicketLine("Park and Ropeway", "1", "Tomorrow"),
    // for a day ahead the window asks again, and the same product on another day is another line
    Scenic.clickTicket("Adult"),
    Scenic.confirmVisit(),
    Scenic.hasTicketLine("Adult", "1", "Tomorrow"),
    Scenic.hasTicketLine("Adult", "2", "Today"),
    ProductScreen.totalAmountIs("390.00"),
    Scenic.payCash(),
    Scenic.slipsAreShown(4),
    Scenic.slipsArePrinted(),
    {
        content: "the receipt shows visit dates, and no QR code but those of the tickets",
        trigger: ".pos-receipt:has(.o_scenic_line_date:contains(', 20')):not(:has(#posqrcode))",
    }
);

addTour(
    "ScenicSellFast",
    Scenic.openWindow(),
    Scenic.watchBrowserPrint(),
    // a scan while the dialog asks is one more; its digits and its Enter are not typed
    Scenic.clickTicket("Adult"),
    scan_barcode("6901234567892"),
    {
        content: "two of them",
        trigger: ".o_scenic_visit_popup .o_scenic_qty:contains(/^2$/)",
    },
    Dialog.discard(),
    Scenic.dialogIsClosed(),
    {
        content: "sell for today without asking",
        trigger: ".o_scenic_today_mode",
        run: "click",
    },
    ProductScreen.clickDisplayedProduct("Adult"),
    ProductScreen.clickDisplayedProduct("Adult"),
    ProductScreen.clickDisplayedProduct("Adult"),
    scan_barcode("6901234567892"),
    Scenic.hasTicketLine("Adult", "4", "Today"),
    { content: "one touch pays", trigger: ".fast-pay-button:contains(Cash)", run: "click" },
    ReceiptScreen.receiptIsThere(),
    Scenic.slipsAreShown(4),
    Scenic.slipsArePrinted(),
    Scenic.browserPrinted(4),
    Scenic.clickPrintTickets("Print tickets again"),
    Scenic.browserPrinted(4, 4)
);

addTour(
    "ScenicRefundUnused",
    Scenic.openWindow(),
    Scenic.sellToday("Adult", 3),
    ProductScreen.clickRefund(),
    TicketScreen.selectOrder("001"),
    ProductScreen.clickNumpad("1"),
    TicketScreen.toRefundTextContains("1"),
    TicketScreen.confirmRefund(),
    // the visitor hands back the second of three slips
    {
        content: "choose the second ticket",
        trigger: ".o_scenic_refund_choice:eq(1)",
        run: "click",
    },
    Dialog.confirm("Refund"),
    PaymentScreen.isShown(),
    PaymentScreen.clickValidate(),
    ReceiptScreen.isShown(),
    ReceiptScreen.clickNextOrder()
);

addTour(
    "ScenicRefundUsed",
    Scenic.openWindow(),
    Scenic.sellToday("Adult", 2),
    run(async () => {
        const [ticket] = posmodel.models["scenic.ticket"].getAll();
        const facts = await posmodel.data.call("scenic.ticket", "pos_scan", [
            ticket.code,
            posmodel.config.id,
        ]);
        const zone = facts.ticket.rights[0].zone_id;
        await posmodel.data.call("scenic.ticket", "pos_redeem", [
            ticket.code,
            zone,
            1,
            posmodel.config.id,
            "tour",
        ]);
    }, "a gate lets the first visitor in"),
    ProductScreen.clickRefund(),
    TicketScreen.selectOrder("001"),
    ProductScreen.clickNumpad("2"),
    TicketScreen.toRefundTextContains("2"),
    TicketScreen.confirmRefund(),
    Dialog.is({ title: "Refund not possible" }),
    {
        content: "the server's own sentence",
        trigger: ".modal-body:contains('used')",
    },
    Dialog.confirm(),
    // the unused one can be given back, and there is nothing to choose
    ProductScreen.clickNumpad("1"),
    TicketScreen.toRefundTextContains("1"),
    TicketScreen.confirmRefund(),
    PaymentScreen.isShown(),
    PaymentScreen.clickValidate(),
    ReceiptScreen.isShown(),
    ReceiptScreen.clickNextOrder()
);

addTour(
    "ScenicRefundUsedMeanwhile",
    Scenic.openWindow(),
    Scenic.sellToday("Adult", 2),
    ProductScreen.clickRefund(),
    TicketScreen.selectOrder("001"),
    ProductScreen.clickNumpad("2"),
    TicketScreen.toRefundTextContains("2"),
    TicketScreen.confirmRefund(),
    PaymentScreen.isShown(),
    run(async () => {
        const [ticket] = posmodel.models["scenic.ticket"].getAll();
        const facts = await posmodel.data.call("scenic.ticket", "pos_scan", [
            ticket.code,
            posmodel.config.id,
        ]);
        await posmodel.data.call("scenic.ticket", "pos_redeem", [
            ticket.code,
            facts.ticket.rights[0].zone_id,
            1,
            posmodel.config.id,
            "tour",
        ]);
        // the last question is asked in the same moment as the gate answers: only the server is left
        posmodel.checkScenicRefund = async () => true;
    }, "a gate lets the first visitor in at the last moment"),
    PaymentScreen.clickValidate(),
    {
        content: "the server refuses in a dialog, not in a traceback",
        trigger: ".modal:not(:has(.o_error_dialog)) .modal-body:contains('used')",
    },
    Dialog.confirm(),
    PaymentScreen.isShown()
);

addTour(
    "ScenicScan",
    Scenic.openWindow(),
    Scenic.sellToday("Adult", 2),
    Scenic.scanTicket(0),
    Scenic.ticketIs("valid"),
    Scenic.clickRedeem("PARK"),
    Scenic.ticketIs("used"),
    Scenic.cannotRedeem("PARK"),
    {
        content: "when and where it was used",
        trigger: ".o_scenic_ticket_uses li:contains(Park):contains('Window 1')",
    },
    // the next visitor, while the dialog is open, with Caps Lock on
    Scenic.scanTicket(1, (ticket) => ticket.code.toLowerCase()),
    Scenic.ticketIs("valid"),
    // the first one again, by its number
    Scenic.scanTicket(0, (ticket) => ticket.alias),
    Scenic.ticketIs("used"),
    Scenic.closeTicket(),
    scan_barcode("T123456789012345"),
    Scenic.ticketProblemIs("No ticket has this number"),
    scan_barcode(`ST1${"A".repeat(151)}`),
    Scenic.ticketProblemIs("."),
    Scenic.closeTicket(),
    {
        content: "type a number",
        trigger: ".o_scenic_check_ticket",
        run: "click",
    },
    {
        content: "the second ticket's number, as a person writes it",
        trigger: ".o_scenic_ticket_input",
        run(helpers) {
            const tickets = posmodel.models["scenic.ticket"].getAll().sort((a, b) => a.id - b.id);
            const digits = tickets[1].alias.slice(1);
            return helpers.edit(`${digits.slice(0, 5)} ${digits.slice(5)}`);
        },
    },
    { content: "find it", trigger: ".o_scenic_ticket_search button", run: "click" },
    Scenic.ticketIs("valid"),
    { content: "open its order", trigger: ".o_scenic_open_order", run: "click" },
    {
        content: "the order of the ticket is selected",
        trigger: ".ticket-screen .leftpane .o_scenic_print_tickets:contains('again (1)')",
    }
);

addTour(
    "ScenicScanGroup",
    Scenic.openWindow(),
    Scenic.sellToday("Family", 1),
    Scenic.scanTicket(0),
    Scenic.ticketIs("valid"),
    {
        content: "one of the three is late",
        trigger: ".o_scenic_ticket_wanted button[aria-label='One less']",
        run: "click",
    },
    Scenic.clickRedeem("PARK"),
    Scenic.ticketSuccessIs("2 let in: Park"),
    Scenic.clickRedeem("PARK"),
    Scenic.ticketSuccessIs("1 let in: Park"),
    Scenic.ticketIs("used"),
    Scenic.cannotRedeem("PARK")
);

addTour(
    "ScenicRefundTier",
    Scenic.openWindow(),
    Scenic.sellToday("Family", 1),
    ProductScreen.clickRefund(),
    TicketScreen.selectOrder("001"),
    ProductScreen.clickNumpad("1"),
    TicketScreen.toRefundTextContains("1"),
    TicketScreen.confirmRefund(),
    {
        content: "one of the three stays",
        trigger: ".o_scenic_refund_persons button[aria-label='One less']",
        run: "click",
    },
    {
        content: "two thirds of the price, less 20 %",
        trigger: ".o_scenic_refund_back:contains('106.66')",
    },
    Dialog.confirm("Refund"),
    PaymentScreen.isShown(),
    PaymentScreen.clickValidate(),
    ReceiptScreen.isShown(),
    ReceiptScreen.clickNextOrder(),
    // the one who stayed comes back later
    ProductScreen.clickRefund(),
    TicketScreen.selectOrder("001"),
    ProductScreen.clickNumpad("1"),
    TicketScreen.toRefundTextContains("1"),
    TicketScreen.confirmRefund(),
    {
        content: "the rest, less 20 %",
        trigger: ".o_scenic_refund_back:contains('53.34')",
    },
    Dialog.confirm("Refund"),
    PaymentScreen.isShown(),
    PaymentScreen.clickValidate(),
    ReceiptScreen.isShown(),
    ReceiptScreen.clickNextOrder()
);

addTour(
    "ScenicRebook",
    Scenic.openWindow(),
    Scenic.sellToday("Adult", 1),
    Scenic.scanTicket(0),
    Scenic.ticketIs("valid"),
    { content: "move it", trigger: ".o_scenic_rebook", run: "click" },
    {
        content: "the fee is shown before",
        trigger: ".o_scenic_rebook_sum:contains('5.00')",
    },
    { content: "charge it", trigger: ".o_scenic_rebook_confirm", run: "click" },
    ProductScreen.totalAmountIs("5.00"),
    Scenic.payCash()
);

addTour(
    "ScenicRebookFree",
    Scenic.openWindow(),
    Scenic.sellToday("Adult", 1),
    Scenic.scanTicket(0),
    Scenic.ticketIs("valid"),
    { content: "move it", trigger: ".o_scenic_rebook", run: "click" },
    {
        content: "nothing to pay",
        trigger: ".o_scenic_rebook_sum:contains('0.00')",
    },
    { content: "move it", trigger: ".o_scenic_rebook_confirm:contains('Rebook')", run: "click" },
    {
        content: "it has moved",
        trigger: ".o_scenic_ticket_success",
    },
    Scenic.closeTicket()
);

addTour(
    "ScenicReprint",
    Scenic.openWindow(),
    Scenic.watchBrowserPrint(),
    Scenic.sellToday("Adult", 3),
    Scenic.connectPrinter(),
    ProductScreen.clickRefund(),
    TicketScreen.selectOrder("001"),
    Scenic.clickPrintTickets("Print tickets again (3)"),
    Scenic.browserPrinted(3)
);

addTour(
    "ScenicNoServer",
    Scenic.openWindow(),
    Scenic.watchBrowserPrint(),
    Scenic.clickTicket("Adult"),
    Scenic.chooseQuick(2),
    ProductScreen.clickPayButton(),
    Offline.setOfflineMode(),
    PaymentScreen.clickValidate(),
    // the window has signed them: nobody waits for the server
    { content: "no ticket is missing", trigger: ".receipt-screen:not(:has(.o_scenic_awaiting))" },
    Scenic.waitForPrint(),
    Scenic.browserPrinted(2),
    Scenic.rememberCodes(),
    ReceiptScreen.clickNextOrder(),
    Offline.setOnlineMode(),
    run(async () => {
        await posmodel.data.checkConnectivity();
        await posmodel.syncAllOrders();
    }, "the connection is back"),
    Scenic.codesAreTickets()
);
