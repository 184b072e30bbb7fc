import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import * as Scenic from "@scenic_ticketing/../tests/tours/utils/scenic_util";
import { refresh } from "@point_of_sale/../tests/generic_helpers/utils";
import { registry } from "@web/core/registry";

function addTour(name, ...steps) {
    registry.category("web_tour.tours").add(name, { steps: () => steps.flat(Infinity) });
}

// what happens is in the last digit of a code, see tests/support/practice_acquirer.py
let number = 100;
function scanCode(last) {
    number += 1;
    return [
        {
            content: "scan the customer's code",
            trigger: ".o_scenic_pay_code_input",
            run: `edit 1312345678901${number}0${last}`,
        },
        {
            content: "take the money",
            trigger: ".o_scenic_pay_code_send:not(:disabled)",
            run: "click",
        },
    ];
}
function payState(state) {
    return {
        content: `the payment is ${state}`,
        trigger: `.o_scenic_pay_code_status[data-state='${state}']`,
    };
}
function press(button) {
    return { content: button, trigger: `.o_scenic_pay_code_${button}`, run: "click" };
}
function toPayment() {
    return [
        Scenic.clickTicket("Adult"),
        Scenic.confirmVisit(),
        ProductScreen.clickPayButton(),
        PaymentScreen.clickPaymentMethod("WeChat"),
    ];
}

addTour(
    "ScenicPayByCode",
    Scenic.openWindow(),
    Scenic.watchBrowserPrint(),
    toPayment(),
    // not a payment code
    {
        content: "scan a ticket by mistake",
        trigger: ".o_scenic_pay_code_input",
        run: "edit T123456789012345",
    },
    press("send"),
    { content: "that is told", trigger: ".o_scenic_pay_code_problem" },
    // a password is asked for, and typed
    scanCode(1),
    ReceiptScreen.receiptIsThere(),
    ReceiptScreen.clickNextOrder(),
    // a password that does not come: the cashier gives up, another code is unknown, then paid
    toPayment(),
    scanCode(2),
    payState("paying"),
    press("give_up"),
    payState("reversed"),
    press("again"),
    scanCode(3),
    ReceiptScreen.receiptIsThere(),
    ReceiptScreen.clickNextOrder(),
    // unknown for good: reversed, and paid in cash
    toPayment(),
    scanCode(4),
    payState("reversed"),
    press("leave"),
    PaymentScreen.clickPaymentlineDelButton("WeChat", "80.00"),
    PaymentScreen.clickPaymentMethod("Cash"),
    PaymentScreen.clickValidate(),
    ReceiptScreen.receiptIsThere()
);

addTour(
    "ScenicPayReload",
    Scenic.openWindow(),
    toPayment(),
    scanCode(5),
    payState("paying"),
    refresh(),
    // the page knows nothing of the code, and goes on with its attempt
    ReceiptScreen.receiptIsThere()
);
