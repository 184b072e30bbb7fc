import * as Numpad from "@point_of_sale/../tests/generic_helpers/numpad_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as Scenic from "@scenic_ticketing/../tests/tours/utils/scenic_util";
import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("ScenicTakeKioskOrder", {
    steps: () =>
        [
            Scenic.openWindow(),
            {
                content: "a visitor tells a number",
                trigger: ".control-buttons .o_scenic_kiosk_order",
                run: "click",
            },
            { content: "the window asks for it", trigger: ".modal .numpad" },
            Numpad.enterValue("042"),
            { content: "take it", trigger: ".modal .btn-primary.o-default-button", run: "click" },
            Scenic.hasTicketLine("Cable Car", "2", "14:00"),
            ProductScreen.totalAmountIs("120.00"),
            Scenic.payCash(),
        ].flat(Infinity),
});
