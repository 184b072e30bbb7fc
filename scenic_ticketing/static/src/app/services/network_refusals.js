import { OrderSummary } from "@point_of_sale/app/screens/product_screen/order_summary/order_summary";
import { PosStore } from "@point_of_sale/app/services/pos_store";
import { TicketScreen } from "@point_of_sale/app/screens/ticket_screen/ticket_screen";
import { registry } from "@web/core/registry";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";
// these patch the same methods and have to be inside
import "@scenic_ticketing/app/services/pos_store_holder";
import "@scenic_ticketing/app/services/pos_store_network";
import "@scenic_ticketing/app/components/orderline/orderline_holder";
import "@scenic_ticketing/app/screens/ticket_screen/ticket_screen";

/** What needs the server is refused before the cashier has chosen or typed anything. */
patch(TicketScreen.prototype, {
    // EXTENDS point_of_sale
    async onDoRefund() {
        const refused = this.pos.refuseScenicOffline(
            _t("Refund"),
            _t("Only the server knows whether a gate has let the visitor in.")
        );
        return refused ? undefined : super.onDoRefund(...arguments);
    },
});

patch(PosStore.prototype, {
    // EXTENDS scenic_ticketing: nothing is asked that cannot be checked; payment says what follows
    async askScenicHolders(order) {
        if (this.scenicNetwork.state === "offline") {
            return !order.scenicHoldersMissing;
        }
        return super.askScenicHolders(...arguments);
    },
});

patch(OrderSummary.prototype, {
    // EXTENDS scenic_ticketing
    onScenicHolderClick() {
        const refused = this.pos.refuseScenicOffline(
            _t("Documents"),
            _t("The server checks documents and seals them; this computer keeps none.")
        );
        return refused ? undefined : super.onScenicHolderClick(...arguments);
    },
});

// what a browser says of a fetch that reached no server: Chromium, WebKit, Firefox
const FETCH_FAILED = [
    "Failed to fetch",
    "Load failed",
    "NetworkError when attempting to fetch resource.",
];

function isConnectionLost(error) {
    return (
        error instanceof ConnectionLostError ||
        (error instanceof TypeError && FETCH_FAILED.includes(error.message))
    );
}

// OVERRIDE point_of_sale: its dialog stops a queue to say what the sign in the top bar says. What
// a page that starts without the server fetches in the background (words) is no fault either.
function offlineErrorHandler(env, error, originalError) {
    if (!isConnectionLost(originalError)) {
        return false;
    }
    const { pos_data, notification } = env.services;
    // before the data is there, nothing can be sold yet
    if (pos_data && !pos_data.network.warningTriggered) {
        pos_data.network.warningTriggered = true;
        notification.add(
            _t("The server does not answer. Sell on: paid sales are kept here and sent later."),
            { type: "warning" }
        );
    }
    return true;
}
registry
    .category("error_handlers")
    .add("pos-offlineErrorHandler", offlineErrorHandler, { force: true });
