import { markRaw } from "@odoo/owl";
import { PosStore } from "@point_of_sale/app/services/pos_store";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { WindowKeys } from "@scenic_ticketing/app/keys/window_keys";

// how often the server is asked whether the certificate is still the right one
const REFRESH_MS = 5 * 60 * 1000;

const OBSTACLES = {
    no_key: _t("This window has no key yet."),
    no_certificate: _t("The server has not allowed this window to sign tickets yet."),
    expired: _t("The permission of this window to sign tickets has run out."),
    serials: _t("This window has signed as many tickets as it may."),
    visit: _t("This window may not sign tickets for that day."),
    slot: _t("A time slot is missing."),
    persons: _t("This window may not sign tickets for so many persons."),
    uses: _t("This window may not sign tickets with so many uses."),
    entrances: _t("The entrances of this ticket are not among those of this window."),
    product: _t("This window may not sign this kind of ticket."),
};

/** The key with which this window signs its tickets. */
patch(PosStore.prototype, {
    // EXTENDS point_of_sale
    async setup() {
        this.scenicKeys = null;
        await super.setup(...arguments);
        this.startScenicKeys();
    },
    startScenicKeys() {
        if (!this.sellsScenicTickets) {
            return;
        }
        // raw: neither a key nor its record may be wrapped
        this.scenicKeys = markRaw(
            new WindowKeys({
                configId: this.config.id,
                database: odoo.info?.db || "",
                request: (...args) =>
                    this.data.call("scenic.certificate", "pos_request", [this.config.id, ...args]),
            })
        );
        // not awaited: the window opens without it
        this.scenicKeys.start();
        browser.setInterval(() => this._refreshScenicKeys(), REFRESH_MS);
        window.addEventListener("pos-network-online", () => this._refreshScenicKeys());
    },
    _refreshScenicKeys() {
        if (!this.data.network.offline) {
            this.scenicKeys.refresh();
        }
    },
    /** Return what `WindowKeys` needs to know of a line. */
    scenicWish(line) {
        const template = line.product_id.product_tmpl_id;
        return {
            templateId: template.id,
            sizes: line.scenicCodeSizes,
            day: line.scenicVisitDate,
            slotTime: line.scenicSlotTime,
            offline: this.scenicNetwork.state === "offline",
            now: this.scenicNow(),
            tz: template.scenic_site_id?.tz,
        };
    },
    /** Return why this window cannot sign the tickets of a line, as a code, or "". */
    scenicObstacle(line) {
        return this.scenicKeys ? this.scenicKeys.obstacle(this.scenicWish(line)) : "no_key";
    },
    /** Return the same as a sentence for the cashier, or "". */
    scenicObstacleText(line) {
        return (OBSTACLES[this.scenicObstacle(line)] || "").toString();
    },
    /** Return the lines whose tickets only the server can sign. */
    scenicUnsignableLines(order) {
        return order.scenicSaleLines.filter((line) => this.scenicObstacle(line));
    },
    /**
     * Give the tickets of an order their codes, before it is sent and before anything is printed.
     *
     * A line keeps codes that say what it sells; others were never on paper, and their numbers are
     * told to the server. Lines that cannot be signed get their codes from the server.
     */
    async mintScenicTickets(order) {
        for (const line of order.scenicSaleLines) {
            const key = line.scenicCodeKey;
            if (line.scenic_data?.codes_for === key) {
                continue;
            }
            const { codes, codes_for, spent, ...data } = line.scenic_data || {};
            const unused = [...(spent || []), ...(codes || []).map((c) => line.uidOfCode(c.code))];
            if (unused.length) {
                data.spent = unused;
            }
            const minted = await this._mintScenicLine(line);
            if (minted.length) {
                Object.assign(data, { codes: minted, codes_for: key });
            }
            if (unused.length || minted.length || codes_for) {
                // a new object: changes inside a Json value are not tracked
                line.scenic_data = data;
            }
        }
    },
    async _mintScenicLine(line) {
        try {
            return (await this.scenicKeys?.mint(this.scenicWish(line))) || [];
        } catch (error) {
            // the storage of the browser fails: the server signs instead, the sale goes on
            console.warn("scenic: a ticket was not signed here", error);
            return [];
        }
    },
});
