import { PosStore } from "@point_of_sale/app/services/pos_store";
import { patch } from "@web/core/utils/patch";
import "@scenic_ticketing/app/services/pos_store_holder";
import "@scenic_ticketing/app/services/pos_store_print";

/** What stands on paper of a holder: the name, or the document, with all but its ends hidden. */
function shown({ name, id_masked } = {}) {
    return name || id_masked || "";
}

patch(PosStore.prototype, {
    // EXTENDS scenic_ticketing: a window keeps nothing of a person, so it asks when it prints
    async printScenicSlips(slips, options) {
        return super.printScenicSlips(await this._withScenicHolders(slips), options);
    },
    async _withScenicHolders(slips) {
        const named = slips.filter(
            (slip) => !slip.holder && this.getScenicLayout(slip).show_holder
        );
        const labels = await this._fetchScenicHolders(named.map((slip) => slip.id));
        return slips.map((slip) => {
            const holder = named.includes(slip)
                ? labels[slip.id] || shown(this.scenicHolders[slip.holderToken])
                : slip.holder;
            return holder ? { ...slip, holder } : slip;
        });
    },
    /** Return the holders of tickets that the server has; nothing without it. */
    async _fetchScenicHolders(ids) {
        ids = ids.filter(Number.isInteger);
        if (!ids.length || this.data.network.offline) {
            return {};
        }
        try {
            const args = [ids, this.config.id];
            return await this.data.call("scenic.ticket", "pos_slip_holders", args);
        } catch {
            // the ticket is good without it
            return {};
        }
    },
});
