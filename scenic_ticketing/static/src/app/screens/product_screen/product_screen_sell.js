import { ProductScreen } from "@point_of_sale/app/screens/product_screen/product_screen";
import { patch } from "@web/core/utils/patch";

patch(ProductScreen.prototype, {
    // EXTENDS point_of_sale: what goes with a ticket is offered once in an order, and not when the
    // cashier gave the ticket up
    showOptionalProductPopupIfNeeded(product) {
        if (product.is_scenic_ticket) {
            const order = this.pos.getOrder();
            const offered = order?.uiState.scenicOffered || [];
            const sold = order?.lines.some((line) => line.product_id.product_tmpl_id === product);
            if (!sold || offered.includes(product.id) || this.pos.scenicTodayMode) {
                return;
            }
            order.uiState.scenicOffered = [...offered, product.id];
        }
        return super.showOptionalProductPopupIfNeeded(...arguments);
    },
});
