import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import * as Scenic from "@scenic_ticketing/../tests/tours/utils/scenic_util";
import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("ScenicBoxReader", {
    steps: () =>
        [
            Scenic.openWindow(),
            Scenic.clickTicket("Named"),
            { content: "one ticket", trigger: ".o_scenic_confirm", run: "click" },
            { content: "the window asks for IDs", trigger: ".o_scenic_holder_popup" },
            {
                content: "and for the card",
                trigger: ".o_scenic_box_reader.text-success:contains('Box reader')",
            },
            // the test puts the card on the reader as soon as the box asks for one
            {
                content: "the card fills the place",
                trigger: ".o_scenic_holder_places [data-index='0'][data-done='1']",
                timeout: 40000,
            },
            {
                content: "name and number, masked",
                trigger: ".o_scenic_holder_label:contains('1101**********')",
            },
            { content: "close", trigger: ".o_scenic_holder_done", run: "click" },
            Scenic.dialogIsClosed(),
            ProductScreen.clickPayButton(),
            { content: "validate", trigger: ".validation-button", run: "click" },
            ReceiptScreen.receiptIsThere(),
        ].flat(Infinity),
});
