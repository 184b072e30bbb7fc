import { Orderline } from "@point_of_sale/app/components/orderline/orderline";
import { OrderSummary } from "@point_of_sale/app/screens/product_screen/order_summary/order_summary";
import { patch } from "@web/core/utils/patch";
import "@scenic_ticketing/app/components/orderline/orderline";

patch(Orderline, {
    props: {
        ...Orderline.props,
        onScenicHolderClick: { type: Function, optional: true },
    },
});

patch(OrderSummary.prototype, {
    onScenicHolderClick(line) {
        return this.pos.askScenicHolders(line.order_id);
    },
});
