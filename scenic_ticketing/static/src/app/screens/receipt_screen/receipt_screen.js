import { ReceiptScreen } from "@point_of_sale/app/screens/receipt_screen/receipt_screen";
import { useTrackedAsync } from "@point_of_sale/app/hooks/hooks";
import { patch } from "@web/core/utils/patch";
import { TicketSlips } from "@scenic_ticketing/app/components/ticket_slips/ticket_slips";

patch(ReceiptScreen, {
    components: { ...ReceiptScreen.components, TicketSlips },
});

patch(ReceiptScreen.prototype, {
    // EXTENDS point_of_sale
    setup() {
        super.setup(...arguments);
        this.printScenicTickets = useTrackedAsync(() =>
            this.pos.printScenicTickets(this.currentOrder)
        );
    },
    get scenicSlips() {
        return this.currentOrder.scenicSlips;
    },
});
