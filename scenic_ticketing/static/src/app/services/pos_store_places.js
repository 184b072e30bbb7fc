import { reactive } from "@odoo/owl";
import { PosStore } from "@point_of_sale/app/services/pos_store";
import { browser } from "@web/core/browser/browser";
import { ConnectionLostError } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";
import { debounce } from "@web/core/utils/timing";
import "@scenic_ticketing/app/services/pos_store_network";
import "@scenic_ticketing/app/services/pos_store_slot";

// later than the holds of this window, which change what is left
const AFTER_CHANGE_MS = 1200;
const AFTER_NEWS_MS = 500;
const ANEW_MS = 30000;

/**
 * Places left of the visits in the order, by `visitKey`: {slotLeft, dayLeft, at}. One for the page,
 * because the panel that shows them knows no services.
 */
export const scenicPlaces = reactive({ known: {}, stale: false });

const OFFERS_KEY = "scenic_ticketing.offers";
const MOST_OFFERS = 60;

/** The last offers of slots, kept in the browser: a window that was started anew sells on. */
class KnownOffers {
    constructor(configId) {
        this.key = `${OFFERS_KEY}.${configId}`;
    }
    read() {
        try {
            return JSON.parse(localStorage.getItem(this.key)) || {};
        } catch {
            return {};
        }
    }
    keep(name, offer) {
        const entries = Object.entries(this.read()).filter(([other]) => other !== name);
        const kept = [...entries, [name, offer]].slice(-MOST_OFFERS);
        localStorage.setItem(this.key, JSON.stringify(Object.fromEntries(kept)));
    }
}

export function visitKey(line) {
    return `${line.product_id.id} ${line.scenicVisitDate} ${line.scenic_data?.slot_id || ""}`;
}

patch(PosStore.prototype, {
    // EXTENDS point_of_sale
    async setup() {
        await super.setup(...arguments);
        const soon = debounce(() => this.refreshScenicPlaces(), AFTER_CHANGE_MS);
        const lines = this.models["pos.order.line"];
        for (const event of ["create", "update", "delete"]) {
            lines.addEventListener(event, soon);
        }
        const news = debounce(() => this.refreshScenicPlaces(), AFTER_NEWS_MS);
        this.data.connectWebSocket("SCENIC_PLACES", news);
        browser.setInterval(() => this.refreshScenicPlaces(), ANEW_MS);
    },
    // EXTENDS scenic_ticketing: an offer without contact says how old it is
    async loadScenicOffer(product, date) {
        const offer = await super.loadScenicOffer(...arguments);
        const offers = new KnownOffers(this.config.id);
        const name = `${product.id} ${date}`;
        if (offer.status === "ready") {
            const { slots, dayLeft } = offer;
            offers.keep(name, { slots, dayLeft, at: this.scenicNow() });
            return { ...offer, known: null };
        }
        const known = offers.read()[name];
        const slots = offer.slots.length ? offer.slots : known?.slots || [];
        return { ...offer, slots, known: known || null };
    },
    /** Ask what is left of the visits in the current order; without contact the last answer stays. */
    async refreshScenicPlaces() {
        const lines =
            this.getOrder()?.finalized === false ? this.getOrder().scenicLimitedLines : [];
        const wants = new Map(
            lines
                .filter((line) => line.scenicVisitDate)
                .map((line) => [
                    visitKey(line),
                    {
                        product_id: line.product_id.id,
                        date: line.scenicVisitDate,
                        slot_id: line.scenic_data?.slot_id || false,
                    },
                ])
        );
        if (!wants.size) {
            return;
        }
        let answers;
        try {
            answers = await this.data.call("scenic.slot", "pos_places", [
                [...wants.values()],
                this.config.id,
            ]);
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            scenicPlaces.stale = true;
            return;
        }
        const at = this.scenicNow();
        const known = {};
        [...wants.keys()].forEach((key, index) => {
            const { slot_left, day_left } = answers[index];
            known[key] = { slotLeft: slot_left, dayLeft: day_left, at };
        });
        // what other orders showed is kept for when the server is gone
        Object.assign(scenicPlaces.known, known);
        scenicPlaces.stale = false;
    },
});
