import { registry } from "@web/core/registry";
import * as Scenic from "@scenic_ticketing/../tests/tours/utils/scenic_util";

// two tickets, with the certificate of the window in its code
registry.category("web_tour.tours").add("ScenicPrintSigned", {
    steps: () =>
        [
            Scenic.openWindow(),
            Scenic.clickTicket("Adult"),
            Scenic.chooseQuick(2),
            Scenic.payCash(),
            Scenic.slipsArePrinted(),
        ].flat(Infinity),
});
