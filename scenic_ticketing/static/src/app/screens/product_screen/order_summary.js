import { OrderSummary } from "@point_of_sale/app/screens/product_screen/order_summary/order_summary";
import { patch } from "@web/core/utils/patch";

patch(OrderSummary.prototype, {
    onScenicVisitClick(line) {
        if (!line.refunded_orderline_id) {
            return this.pos.editScenicLine(line);
        }
    },
});
