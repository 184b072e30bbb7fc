import { PosStore } from "@point_of_sale/app/services/pos_store";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import "@scenic_ticketing/app/services/data_service_network";
import { scenicClock } from "@scenic_ticketing/app/utils/scenic_clock";

patch(PosStore.prototype, {
    /** What is known about the server: state, since, waiting, clockOffset, clockDoubt. */
    get scenicNetwork() {
        return this.data.scenicNetwork;
    },
    /** Return the time in ms by the server's clock. */
    scenicNow() {
        return scenicClock.now();
    },
    /**
     * Say that something cannot be done without the server, and why; call it before the cashier
     * has typed anything.
     *
     * @param {string} what name of the action, the title
     * @param {string} [why] sentence that says why it needs the server
     * @returns {boolean} true when it is refused
     */
    refuseScenicOffline(what, why = "") {
        if (this.scenicNetwork.state === "online") {
            return false;
        }
        const body = [
            why,
            _t("The server cannot be reached. Selling goes on; try this again when it is back."),
        ];
        this.dialog.add(AlertDialog, { title: what, body: body.filter(Boolean).join(" ") });
        return true;
    },
});
