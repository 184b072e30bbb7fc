import { PosOrderline } from "@point_of_sale/app/models/pos_order_line";
import { patch } from "@web/core/utils/patch";

patch(PosOrderline.prototype, {
    /** "each", "order" or "none": whether the sale of this line asks for documents. */
    get scenicHolderMode() {
        const mode = this.isScenicTicket && this.product_id.product_tmpl_id.scenic_id_needed;
        return mode && this.qty > 0 && !this.refunded_orderline_id ? mode : "none";
    },
    /** Tokens of sealed holders by ticket; nothing of a person is kept in the browser. */
    get scenicHolderTokens() {
        return this.scenic_data?.holders || [];
    },
    get scenicHolderCount() {
        const needed = this.scenicHolderMode === "each" ? this.qty : 1;
        return { needed, done: this.scenicHolderTokens.slice(0, needed).filter(Boolean).length };
    },
    get scenicHolderWant() {
        return { product_id: this.product_id.id, visit_date: this.scenicVisitDate };
    },
    setScenicHolder(index, token) {
        const holders = [...this.scenicHolderTokens];
        while (holders.length < index) {
            holders.push("");
        }
        holders[index] = token;
        // a new object: changes inside a Json value are not tracked
        this.scenic_data = { ...this.scenic_data, holders };
    },
    // EXTENDS point_of_sale
    canBeMergedWith(orderline) {
        // each ticket of a line has its own place in the list of holders
        const named = this.scenicHolderTokens.length || orderline.scenicHolderTokens.length;
        return !named && super.canBeMergedWith(...arguments);
    },
});
