import { Component, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { Dialog } from "@web/core/dialog/dialog";
import { formatDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { scenicClock } from "@scenic_ticketing/app/utils/scenic_clock";

const { DateTime, Duration } = luxon;

/** What a cashier wants to know while the server is gone, and the little that can be done. */
export class NetworkDialog extends Component {
    static template = "scenic_ticketing.NetworkDialog";
    static components = { Dialog };
    static props = { close: Function };

    setup() {
        this.pos = usePos();
        this.state = useState({ sales: [], trying: false, now: scenicClock.now() });
        onWillStart(() => this.load());
        const timer = setInterval(() => this.load(), 1000);
        onWillUnmount(() => clearInterval(timer));
    }
    get network() {
        return this.pos.scenicNetwork;
    }
    async load() {
        this.state.now = scenicClock.now();
        const kept = await this.pos.data.refreshScenicWaiting();
        this.state.sales = kept.map((sale) => ({
            uuid: sale.uuid,
            name: sale.name,
            at: formatMoment(sale.paidAt),
            total: this.env.utils.formatCurrency(sale.total),
            reason: sale.reason || "",
        }));
    }
    get stateLabel() {
        if (this.network.loginLost) {
            return _t(
                "The server answers, but your login has ended. Log in again; sales are kept."
            );
        }
        if (this.network.state === "online") {
            return _t("The server answers.");
        }
        return _t("The server has not answered since %s.", formatMoment(this.network.since));
    }
    get lastContact() {
        return this.network.lastContact ? formatMoment(this.network.lastContact) : "–";
    }
    async tryNow() {
        this.state.trying = true;
        try {
            await this.pos.data.checkConnectivity();
            await this.pos.sendScenicSales(true);
            await this.load();
        } finally {
            this.state.trying = false;
        }
    }
    save() {
        return this.pos.saveScenicSales();
    }

    // --- clock ---

    get clockNow() {
        return formatMoment(this.state.now, true);
    }
    get clockDifference() {
        const ms = -this.network.clockOffset;
        if (Math.abs(ms) < 60000) {
            return "";
        }
        const { days, hours, minutes } = Duration.fromMillis(Math.abs(ms))
            .shiftTo("days", "hours", "minutes")
            .toObject();
        const parts = [
            days && _t("%s d", days),
            hours && _t("%s h", hours),
            Math.floor(minutes) && _t("%s min", Math.floor(minutes)),
        ];
        const amount = parts.filter(Boolean).join(" ");
        return ms > 0
            ? _t("The clock of this computer is %s ahead.", amount)
            : _t("The clock of this computer is %s behind.", amount);
    }
    /** The times that may be right, for the cashier to choose by a watch. */
    get proposals() {
        if (!this.network.clockDoubt) {
            return [];
        }
        const moments = [scenicClock.now()];
        if (scenicClock.jump) {
            moments.push(scenicClock.proposal);
        }
        return moments.map((ms) => ({ ms, label: formatMoment(ms, true) }));
    }
    believe(ms) {
        scenicClock.believe(ms);
        this.network.readClock();
    }
}

function formatMoment(ms, seconds = false) {
    return formatDateTime(DateTime.fromMillis(ms), { showSeconds: seconds });
}
