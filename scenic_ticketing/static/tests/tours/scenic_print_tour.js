import { registry } from "@web/core/registry";
import * as Scenic from "@scenic_ticketing/../tests/tours/utils/scenic_util";

// two adults on a receipt printer, then everything again on wider paper and on labels
registry.category("web_tour.tours").add("ScenicPrintBox", {
    steps: () =>
        [
            Scenic.openWindow(),
            Scenic.fontsAreOurs(),
            Scenic.clickTicket("Adult"),
            Scenic.chooseQuick(2),
            Scenic.payCash(),
            Scenic.slipsArePrinted(),
            Scenic.printAgain("the long code on 58 mm"),
            Scenic.printAgain("80 mm", (config) => {
                config.scenic_receipt_printer_id.dots = "576";
                config.scenic_receipt_printer_id.device = "scenic_printer:80";
            }),
            Scenic.printAgain("80 mm, the printer draws the code", (config) => {
                config.scenic_layout_id.code_drawing = "printer";
            }),
            Scenic.printAgain("a picture that the box translates", (config) => {
                config.scenic_receipt_printer_id.language = "picture";
            }),
            Scenic.printAgain("labels", (config) => {
                Object.assign(config.scenic_layout_id, {
                    code_drawing: "picture",
                    kind: "label_zpl",
                    width_dots: 400,
                    length_dots: 640,
                });
            }),
            Scenic.printAgain("labels, the printer draws the code", (config) => {
                config.scenic_layout_id.code_drawing = "printer";
            }),
            Scenic.printAgain("wristbands", (config) => {
                Object.assign(config.scenic_layout_id, {
                    code_drawing: "picture",
                    kind: "wristband_zpl",
                    width_dots: 300,
                    length_dots: 3000,
                });
            }),
        ].flat(Infinity),
});
