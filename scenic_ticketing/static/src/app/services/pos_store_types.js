import { PosStore } from "@point_of_sale/app/services/pos_store";
import { patch } from "@web/core/utils/patch";
import "@scenic_ticketing/app/services/pos_store";
import "@scenic_ticketing/app/services/pos_store_holder";
import "@scenic_ticketing/app/services/pos_store_slot";

// more kinds of visitors than this do not fit on a window's screen
const MOST_TYPES = 7;

/** Several kinds of tickets for one visit: adults, children and seniors in one dialog. */
patch(PosStore.prototype, {
    /** Return the other ticket products of the same zones, which one visit buys together. */
    getScenicCompanions(template) {
        if (!template.scenic_together) {
            return [];
        }
        return this.models["product.template"]
            .filter(
                (other) =>
                    other.id !== template.id &&
                    other.scenic_together === template.scenic_together &&
                    other.available_in_pos !== false &&
                    other.product_variant_ids.length === 1 &&
                    !other.isConfigurable()
            )
            .sort((a, b) => (a.sequence || 0) - (b.sequence || 0) || a.id - b.id)
            .slice(0, MOST_TYPES);
    },
    /** Add what else was chosen in the dialog, for the same day and slot. */
    async addScenicCompanions(order, line, visit, data) {
        for (const { template, qty } of visit.others || []) {
            await this.addLineToOrder(
                { product_tmpl_id: template, qty, scenic_data: { ...data } },
                order,
                {},
                false
            );
        }
        if (visit.others?.length) {
            this.selectOrderLine(order, line);
        }
        order.uiState.scenicPayNow = Boolean(visit.pay);
    },
    // EXTENDS scenic_ticketing
    async addLineToOrder(vals, order, opts = {}, configure = true) {
        const line = await super.addLineToOrder(...arguments);
        if (line && configure && order.uiState.scenicPayNow) {
            order.uiState.scenicPayNow = false;
            await this.pay();
        }
        return line;
    },
});
