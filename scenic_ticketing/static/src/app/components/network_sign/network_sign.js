import { Component } from "@odoo/owl";
import { Navbar } from "@point_of_sale/app/components/navbar/navbar";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { useService } from "@web/core/utils/hooks";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { NetworkDialog } from "@scenic_ticketing/app/components/network_sign/network_dialog";

const { DateTime } = luxon;

/** Whether the server answers and what waits for it, always in sight of the cashier. */
export class NetworkSign extends Component {
    static template = "scenic_ticketing.NetworkSign";
    static props = {};

    setup() {
        this.pos = usePos();
        this.ui = useService("ui");
        this.dialog = useService("dialog");
    }
    get network() {
        return this.pos.scenicNetwork;
    }
    get isOffline() {
        return this.network.state === "offline";
    }
    get look() {
        if (this.network.refused || this.network.loginLost || this.network.storageBroken) {
            return "btn-danger";
        }
        return this.isOffline || this.network.clockDoubt || this.network.waiting
            ? "btn-warning"
            : "btn-light";
    }
    get label() {
        if (this.isOffline) {
            const { since } = this.network;
            return since ? _t("Offline since %s", clockTime(since)) : _t("Offline");
        }
        return this.network.sending ? _t("Sending") : _t("Online");
    }
    get waitingLabel() {
        const { waiting, refused } = this.network;
        return refused ? _t("%s refused", refused) : waiting ? _t("%s waiting", waiting) : "";
    }
    open() {
        this.dialog.add(NetworkDialog, {});
    }
}

/** Return the time of day of a moment of the server. */
export function clockTime(ms) {
    return DateTime.fromMillis(ms).toFormat("HH:mm");
}

patch(Navbar, { components: { ...Navbar.components, NetworkSign } });
