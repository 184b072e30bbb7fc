import { reactive } from "@odoo/owl";
import { PosData } from "@point_of_sale/app/services/data_service";
import { browser } from "@web/core/browser/browser";
import { ConnectionLostError, rpc } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";
import { scenicClock } from "@scenic_ticketing/app/utils/scenic_clock";

// limits in ms. A server that accepts and never answers must not hold up a queue of visitors;
// each of these calls can be repeated without harm
export const LIMITS = { ping: 3000, lookUp: 3000, send: 8000 };
// pauses between two pings of a server that is gone
const PAUSES = [1000, 2000, 3000, 5000];
// pauses between two pings of a server that answers: they measure its clock
const CALM = 5 * 60 * 1000;

const LOOK_UPS = new Set([
    "pos_offer",
    "pos_slip_holders",
    "pos_places",
    "pos_check",
    "pos_find",
    "pos_check_return",
    "pos_hold",
    "pos_release",
    "pos_request",
    "pos_lookup",
    "pos_scenic_prices",
    "pos_check_scenic_sale",
    "pos_check_scenic_refund",
    "pos_scenic_refund_quotes",
    "read_pos_orders",
    "read_config_open_orders",
    "notify_synchronisation",
]);

function limitOf(method) {
    if (method === "sync_from_ui") {
        return LIMITS.send;
    }
    return LOOK_UPS.has(method) ? LIMITS.lookUp : 0;
}

/** Reject with ConnectionLostError when a promise takes longer than `limit` ms; 0 = no limit. */
export function within(promise, limit, what) {
    if (!limit) {
        return promise;
    }
    let timer;
    const late = new Promise((_resolve, reject) => {
        timer = browser.setTimeout(() => reject(new ConnectionLostError(what)), limit);
    });
    return Promise.race([promise, late]).finally(() => browser.clearTimeout(timer));
}

/**
 * Whether the server answers, and what time it is there. Stock POS only watches the browser's own
 * online and offline events, which say nothing about the server, and asks without a time limit.
 */
export class ScenicNetwork {
    constructor(data) {
        this.data = data;
        this.since = null; // ms by the server's clock, while offline
        this.lastContact = null; // the same, of the last answer
        this.waiting = 0; // paid orders that the server does not have
        this.refused = 0; // of these, orders that it did not take
        this.sending = false;
        this.loginLost = false;
        this.storageBroken = false;
        this.clockOffset = 0;
        this.clockDoubt = true;
    }
    get state() {
        return this.data.network.offline ? "offline" : "online";
    }
    /** Take over what the clock knows; its getters are not reactive. */
    readClock() {
        this.clockOffset = Math.round(scenicClock.correction);
        this.clockDoubt = scenicClock.doubt;
    }
}

patch(PosData.prototype, {
    // EXTENDS point_of_sale
    async setup() {
        scenicClock.load(odoo.pos_config_id);
        this.scenicNetwork = reactive(new ScenicNetwork(this));
        this.scenicFailures = 0;
        await super.setup(...arguments);
        browser.setInterval(() => {
            scenicClock.tick();
            this.scenicNetwork.readClock();
        }, 1000);
    },
    // EXTENDS point_of_sale: the first thing that may ask the server
    async initializeDeviceIdentifier() {
        await this.checkConnectivity();
        if (this.network.offline) {
            // the page came from the browser's store, and so does the data
            odoo.from_backend = 0;
        }
        return super.initializeDeviceIdentifier(...arguments);
    },
    // EXTENDS point_of_sale
    async execute(params) {
        const limit = limitOf(params.method);
        try {
            const result = await within(super.execute(...arguments), limit, params.method);
            this.scenicNetwork.lastContact = scenicClock.now();
            return result;
        } catch (error) {
            if (error instanceof ConnectionLostError && !this.network.offline) {
                this._scenicLost();
                this.checkConnectivity();
            }
            throw error;
        }
    },
    _scenicLost() {
        if (!this.network.offline) {
            this.network.offline = true;
            this.scenicNetwork.since = scenicClock.now();
        }
    },
    /**
     * Ask whether the server is there, and go on asking while it is not.
     *
     * OVERRIDE point_of_sale: stock says "online" before it knows, waits for an answer without
     * limit, and asks again only while the browser thinks it has a network.
     */
    checkConnectivity() {
        this.scenicChecking ??= this._scenicCheck().finally(() => (this.scenicChecking = null));
        return this.scenicChecking;
    },
    async _scenicCheck() {
        browser.clearTimeout(this.checkConnectivityTimeout);
        let answers = true;
        try {
            await this._scenicPing();
        } catch (error) {
            // an error in an answer is an answer
            answers = !(error instanceof ConnectionLostError);
        }
        this.scenicFailures = answers ? 0 : this.scenicFailures + 1;
        const pause = answers ? CALM : PAUSES[Math.min(this.scenicFailures, PAUSES.length) - 1];
        // not all windows at once when the server is back
        this.checkConnectivityTimeout = browser.setTimeout(
            () => this.checkConnectivity(),
            pause * (0.8 + 0.4 * Math.random())
        );
        if (!answers) {
            return this._scenicLost();
        }
        const wasOffline = this.network.offline;
        this.network.offline = false;
        this.network.warningTriggered = false;
        this.scenicNetwork.since = null;
        this.scenicNetwork.lastContact = scenicClock.now();
        await this.syncData();
        if (wasOffline) {
            window.dispatchEvent(new CustomEvent("pos-network-online"));
        }
    },
    async _scenicPing() {
        const sent = performance.now();
        const asked = rpc("/scenic/pos/ping", {}, { silent: true });
        try {
            const answer = await within(asked, LIMITS.ping, "/scenic/pos/ping");
            if (typeof answer?.now === "number") {
                scenicClock.measure(answer.now, sent, performance.now());
            }
        } finally {
            // an unanswered request would keep one of the browser's few connections
            asked.abort?.(false);
        }
        this.scenicNetwork.readClock();
    },
});
