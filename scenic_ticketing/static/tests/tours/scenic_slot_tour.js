import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as Scenic from "@scenic_ticketing/../tests/tours/utils/scenic_util";
import { registry } from "@web/core/registry";

function chooseSlot(start) {
    return {
        content: `the slot at ${start}`,
        trigger: `.o_scenic_slot[data-start='${start}']:enabled`,
        run: "click",
    };
}

registry.category("web_tour.tours").add("ScenicSellSlots", {
    steps: () =>
        [
            Scenic.openWindow(),
            Scenic.connectPrinter(),
            Scenic.clickTicket("Cable Car"),
            Scenic.chooseDay("Tomorrow"),
            {
                content: "the slot that is sold out cannot be chosen",
                trigger: ".o_scenic_slot[data-start='09:00']:disabled",
            },
            chooseSlot("14:00"),
            {
                content: "four places are left",
                trigger: ".o_scenic_slot[data-start='14:00'] .o_scenic_slot_left:contains('4')",
            },
            Scenic.chooseQuick(3),
            Scenic.hasTicketLine("Cable Car", "3", "14:00"),
            // what this order holds is gone for the next one
            Scenic.clickTicket("Cable Car"),
            {
                content: "one place is left",
                trigger: ".o_scenic_slot[data-start='14:00'] .o_scenic_slot_left:contains('1')",
            },
            chooseSlot("16:00"),
            Scenic.confirmVisit(),
            Scenic.hasTicketLine("Cable Car", "1", "16:00"),
            Scenic.editVisitOf("16:00"),
            chooseSlot("14:00"),
            Scenic.confirmVisit(),
            Scenic.hasTicketLine("Cable Car", "4", "14:00"),
            ProductScreen.totalAmountIs("240.00"),
            Scenic.payCash(),
            Scenic.slipsAreShown(4),
            Scenic.slipsArePrinted(),
            {
                content: "the slips say the time",
                trigger: ".o_scenic_slip .o_scenic_slip_date:contains('14:00–15:00')",
            },
        ].flat(Infinity),
});
