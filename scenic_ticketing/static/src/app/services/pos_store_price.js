import { PosStore } from "@point_of_sale/app/services/pos_store";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";

patch(PosStore.prototype, {
    // EXTENDS point_of_sale
    async setup() {
        await super.setup(...arguments);
        this.data.connectWebSocket("SCENIC_PRICES", () => this.loadScenicPrices());
    },
    /** Fetch prices that were published while this window is open. */
    async loadScenicPrices() {
        let tables;
        try {
            tables = await this.data.call("scenic.site", "pos_scenic_prices", [this.config.id]);
        } catch (error) {
            // what is loaded holds until the next start; the server names what was sold by it
            if (error instanceof ConnectionLostError) {
                return;
            }
            throw error;
        }
        for (const [id, table] of Object.entries(tables)) {
            const site = this.models["scenic.site"].get(Number(id));
            if (site) {
                site.scenic_prices = table;
            }
        }
        for (const order of this.models["pos.order"].filter((order) => !order.finalized)) {
            order.applyScenicPrices();
        }
        this.notification.add(_t("New prices hold from now on."), { type: "info" });
    },
    // EXTENDS point_of_sale
    handlePriceUnit(values, order, priceUnit) {
        super.handlePriceUnit(...arguments);
        const visitDate = values.scenic_data?.visit_date;
        if (visitDate && priceUnit === undefined && values.product_tmpl_id.is_scenic_ticket) {
            const quote = values.product_tmpl_id.getScenicQuote(visitDate, values.qty);
            if (quote.amount !== null) {
                values.price_unit = quote.amount;
                values.scenic_data = { ...values.scenic_data, tariff: quote.version };
            }
        }
    },
    // EXTENDS scenic_ticketing
    _mustAskScenicVisit(template, order) {
        const { problem } = template.getScenicQuote(this._scenicNextDate(template, order));
        return (problem && problem !== "E_NO_TARIFF") || super._mustAskScenicVisit(...arguments);
    },
});
