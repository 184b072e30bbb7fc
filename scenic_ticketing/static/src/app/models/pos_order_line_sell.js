import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { PosOrderline } from "@point_of_sale/app/models/pos_order_line";
import { patch } from "@web/core/utils/patch";

// persons are one byte of the ticket code
const MAX_PERSONS = 255;

/** What a cashier says about the tickets of a line, beyond day and slot. */
patch(PosOrderline.prototype, {
    get scenicGateNote() {
        return this.scenic_data?.gate_note || "";
    },
    /** Whether all persons of this line come in on one code, or on as few as one can carry. */
    get isScenicTogether() {
        return this.scenic_data?.together === true;
    },
    /** Return for each code of this line how many units it stands for. */
    get scenicCodeSizes() {
        const persons = this.product_id.product_tmpl_id.scenic_pax || 1;
        const most = this.isScenicTogether ? Math.max(1, Math.floor(MAX_PERSONS / persons)) : 1;
        const sizes = [];
        for (let rest = this.qty; rest > 0; rest -= most) {
            sizes.push(Math.min(rest, most));
        }
        return sizes;
    },
    /** Return why this line costs nothing, or nothing when it is paid for. */
    get scenicFreeReason() {
        const id = this.price_unit === 0 && this.scenic_data?.free_reason;
        return (id && this.models["scenic.free.reason"].get(id)) || null;
    },
    /** Keep what the cashier said; undefined leaves a thing as it is, null forgets it. */
    saysScenic(said) {
        // a new object: changes inside a Json value are not tracked
        const data = { ...this.scenic_data };
        for (const [name, value] of Object.entries(said)) {
            if (value === null || value === "" || value === false) {
                delete data[name];
            } else if (value !== undefined) {
                data[name] = value;
            }
        }
        this.scenic_data = data;
    },
    giveScenicAway(reasonId) {
        this.saysScenic({ free_reason: reasonId });
        this.price_type = "manual";
        this.setUnitPrice(0);
    },
    chargeScenicAgain() {
        this.saysScenic({ free_reason: null });
        this.price_type = "original";
        const product = this.product_id;
        const order = this.order_id;
        this.setUnitPrice(product.getPrice(order.pricelist_id, this.qty, 0, false, product));
        this.applyScenicPrice();
    },
    /** Whether the policy wants the cashier to see a proof that was not seen for all of them yet. */
    get isScenicProofMissing() {
        return Boolean(
            this.isScenicTicket &&
                this.product_id.product_tmpl_id.scenic_concession_sale &&
                this.qty > 0 &&
                !this.refunded_orderline_id &&
                !(this.scenic_data?.concession_seen && this.scenic_data.concession_for === this.qty)
        );
    },
    // EXTENDS point_of_sale
    canBeMergedWith(orderline) {
        const said = (line) =>
            ["gate_note", "together", "free_reason"].map((name) => line.scenic_data?.[name] ?? "");
        return (
            said(this).join("\n") === said(orderline).join("\n") &&
            !this.scenic_data?.deposits &&
            !orderline.scenic_data?.deposits &&
            super.canBeMergedWith(...arguments)
        );
    },
});

patch(PosOrder.prototype, {
    get scenicProofsMissing() {
        return this.lines.filter((line) => line.isScenicProofMissing);
    },
    get scenicFreeLines() {
        return this.lines.filter((line) => line.isScenicTicket && line.scenicFreeReason);
    },
    /** The lines that give deposits back, named by the scan of a ticket or receipt. */
    get scenicDepositReturns() {
        return this.lines.filter((line) => line.scenic_data?.deposits?.length && line.qty < 0);
    },
});
