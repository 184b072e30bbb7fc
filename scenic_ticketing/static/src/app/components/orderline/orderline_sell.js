import { Orderline } from "@point_of_sale/app/components/orderline/orderline";
import { OrderSummary } from "@point_of_sale/app/screens/product_screen/order_summary/order_summary";
import { patch } from "@web/core/utils/patch";
import "@scenic_ticketing/app/components/orderline/orderline_holder";

patch(Orderline, {
    props: {
        ...Orderline.props,
        onScenicMoreClick: { type: Function, optional: true },
    },
});

patch(OrderSummary.prototype, {
    onScenicMoreClick(line) {
        return this.pos.openScenicLine(line);
    },
});
