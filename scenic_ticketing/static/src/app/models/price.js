import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { PosOrderline } from "@point_of_sale/app/models/pos_order_line";
import { ProductTemplate } from "@point_of_sale/app/models/product_template";
import { patch } from "@web/core/utils/patch";
import { NO_TARIFF, lookUpPrice } from "@scenic_ticketing/app/utils/price_table";

patch(ProductTemplate.prototype, {
    /** Return what one of `quantity` tickets for a visit day costs, see `lookUpPrice`. */
    getScenicQuote(visitDate, quantity = 1) {
        return lookUpPrice(
            this.scenic_site_id?.scenic_prices,
            this.id,
            visitDate,
            quantity,
            this.getScenicToday()
        );
    },
});

patch(PosOrderline.prototype, {
    /** Whether the tariff may set the price: not after a cashier did, nor inside a combo. */
    get hasScenicPrice() {
        return (
            this.isScenicTicket &&
            this.price_type === "original" &&
            !this.refunded_orderline_id &&
            !this.isPartOfCombo() &&
            Boolean(this.scenicVisitDate)
        );
    },
    getScenicQuote() {
        const template = this.product_id.product_tmpl_id;
        return template.getScenicQuote(this.scenicVisitDate, this.qty);
    },
    /** Ask for what the tariff says; products without a tariff keep their price. */
    applyScenicPrice() {
        if (!this.hasScenicPrice) {
            return;
        }
        const { amount, version } = this.getScenicQuote();
        if (amount === null) {
            return;
        }
        this.setUnitPrice(amount);
        if (this.scenic_data.tariff !== version) {
            this.scenic_data = { ...this.scenic_data, tariff: version };
        }
    },
    /** Return why this line cannot be paid, as a code, or "". */
    getScenicPriceProblem() {
        if (!this.isScenicTicket || this.refunded_orderline_id || this.qty <= 0) {
            return "";
        }
        const { problem } = this.getScenicQuote();
        return problem === NO_TARIFF ? "" : problem;
    },
    // EXTENDS scenic_ticketing
    setScenicVisitDate() {
        super.setScenicVisitDate(...arguments);
        this.applyScenicPrice();
    },
    // EXTENDS point_of_sale
    setQuantity(quantity, keepPrice) {
        const result = super.setQuantity(...arguments);
        if (!keepPrice) {
            this.applyScenicPrice();
        }
        return result;
    },
    // EXTENDS point_of_sale
    canBeMergedWith(line) {
        if (!this.hasScenicPrice || !line.hasScenicPrice || this.getScenicQuote().amount === null) {
            return super.canBeMergedWith(...arguments);
        }
        // the price of both follows from the day and the number, so it is left out of the question:
        // lines are compared as if each cost what a product without a tariff would
        const price = this.price_unit;
        this.price_unit = this.product_id.getPrice(
            this.order_id.pricelist_id,
            this.qty,
            0,
            false,
            this.product_id
        );
        try {
            return super.canBeMergedWith(...arguments);
        } finally {
            this.price_unit = price;
        }
    },
});

patch(PosOrder.prototype, {
    // EXTENDS point_of_sale
    setPricelist() {
        super.setPricelist(...arguments);
        this.applyScenicPrices();
    },
    applyScenicPrices() {
        for (const line of this.lines) {
            line.applyScenicPrice();
        }
    },
});
