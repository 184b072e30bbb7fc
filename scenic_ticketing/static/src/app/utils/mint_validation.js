import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { patch } from "@web/core/utils/patch";

patch(OrderPaymentValidation.prototype, {
    // EXTENDS point_of_sale
    async finalizeValidation() {
        // before the order is sent: a lost answer must not make a second code for one sale
        await this.pos.mintScenicTickets(this.order);
        return super.finalizeValidation(...arguments);
    },
});
