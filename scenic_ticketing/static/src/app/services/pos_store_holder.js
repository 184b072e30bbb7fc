import { reactive } from "@odoo/owl";
import { PosStore } from "@point_of_sale/app/services/pos_store";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { ConnectionLostError } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";
import "@scenic_ticketing/app/services/pos_store";
import { HolderPopup } from "@scenic_ticketing/app/components/holder_popup/holder_popup";

patch(PosStore.prototype, {
    // EXTENDS point_of_sale
    async setup() {
        // masked holders by token. In memory only: the storage of a browser is no place for them
        this.scenicHolders = reactive({});
        await super.setup(...arguments);
    },
    // EXTENDS point_of_sale
    async addLineToOrder(vals, order, opts = {}, configure = true) {
        const line = await super.addLineToOrder(...arguments);
        const asks = line && [line, ...order.lines.slice(order.lines.indexOf(line))];
        if (
            configure &&
            asks?.some((added) => added.scenicHolderMode !== "none") &&
            order.scenicHoldersMissing
        ) {
            await this.askScenicHolders(order);
        }
        return line;
    },
    /** Ask for the holders of an order, and return whether all of them are known then. */
    async askScenicHolders(order, problems = {}) {
        await this.showScenicHolders(order);
        await makeAwaitable(this.dialog, HolderPopup, { order, problems });
        return !order.scenicHoldersMissing;
    },
    /** Fetch the masked holders of an order that was loaded again. */
    async showScenicHolders(order) {
        const unknown = order.scenicHolderPlaces
            .map((place) => place.token)
            .filter((token) => token && !this.scenicHolders[token]);
        if (!unknown.length) {
            return;
        }
        try {
            Object.assign(this.scenicHolders, await this._callScenicHolders("pos_show", [unknown]));
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
        }
    },
    /** Have the server check and seal a holder; on success its token takes the place. */
    async takeScenicHolder(order, place, entry) {
        const wants = place.lines.map((line) => line.scenicHolderWant);
        const answer = await this._callScenicHolders("pos_take", [
            order.uuid,
            wants,
            { ...entry, token: place.formerToken },
        ]);
        if (answer.token) {
            this.scenicHolders[answer.token] = answer;
            place.lines.forEach((line) => line.setScenicHolder(place.index, answer.token));
        }
        return answer;
    },
    /** Ask right before the money whether all IDs are still kept for this order. */
    confirmScenicHolders(order) {
        return this._callScenicHolders("pos_confirm", [order.uuid, order.scenicHolderWants]);
    },
    _callScenicHolders(method, args) {
        return this.data.call("scenic.holder", method, [this.config.id, ...args]);
    },
});
