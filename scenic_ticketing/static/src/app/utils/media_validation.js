import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { patch } from "@web/core/utils/patch";

patch(OrderPaymentValidation.prototype, {
    // EXTENDS point_of_sale
    async afterOrderValidation() {
        await super.afterOrderValidation(...arguments);
        this.pos.spendScenicMedia(this.order);
    },
});
