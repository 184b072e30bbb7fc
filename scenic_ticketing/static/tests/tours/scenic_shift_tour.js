import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Scenic from "@scenic_ticketing/../tests/tours/utils/scenic_util";
import { negate } from "@point_of_sale/../tests/generic_helpers/utils";
import { registry } from "@web/core/registry";

function addTour(name, ...steps) {
    registry.category("web_tour.tours").add(name, { steps: () => steps.flat(Infinity) });
}

function openShift() {
    return [
        Chrome.clickMenuOption("Close Register"),
        { content: "the shift is counted", trigger: ".o_scenic_shift_count" },
    ];
}
function countCash(amount) {
    return [
        {
            content: `count ${amount}`,
            trigger: ".o_scenic_shift_row[data-cash='1'] .o_scenic_shift_input",
            run: `edit ${amount}`,
        },
        {
            content: "confirm the count",
            trigger: ".o_scenic_shift_count:not(:disabled)",
            run: "click",
        },
    ];
}
function differenceIs(amount) {
    return {
        content: `the difference is ${amount}`,
        trigger: `.o_scenic_shift_difference:contains("${amount}")`,
    };
}

addTour(
    "ScenicShiftHandOver",
    Scenic.openWindow(),
    Scenic.watchBrowserPrint(),
    Scenic.clickTicket("Adult"),
    Scenic.confirmVisit(),
    Scenic.payCash(),
    openShift(),
    {
        content: "a blind cashier is told nothing",
        trigger: negate(".o_scenic_shift_expected", ".o_scenic_shift"),
    },
    countCash("70"),
    differenceIs("-10.00"),
    {
        content: "without a reason nothing goes on",
        trigger: ".o_scenic_shift_close:disabled",
    },
    { content: "say why", trigger: ".o_scenic_shift_reason", run: "edit a note is missing" },
    { content: "to whom", trigger: ".o_scenic_shift_next", run: "selectByLabel shift_next" },
    { content: "hand over", trigger: ".o_scenic_shift_hand:not(:disabled)", run: "click" },
    {
        content: "the report is shown, and the way to the next login",
        trigger: ".o_scenic_shift:has(.o_scenic_shift_leave) .o_scenic_shift_paper",
    }
);

addTour(
    "ScenicShiftTakeOver",
    { content: "what was given", trigger: ".o_scenic_takeover_same", run: "click" },
    {
        content: "take over",
        trigger: ".o_scenic_takeover_confirm:not(:disabled)",
        run: "click",
    },
    Scenic.dialogIsClosed(),
    Scenic.openWindow(),
    Scenic.watchBrowserPrint(),
    openShift(),
    countCash("70"),
    differenceIs("0.00"),
    { content: "close", trigger: ".o_scenic_shift_close:not(:disabled)", run: "click" },
    { content: "the report is shown", trigger: ".o_scenic_shift .o_scenic_shift_paper" }
);
