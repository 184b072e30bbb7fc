import { PosStore } from "@point_of_sale/app/services/pos_store";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { Mutex } from "@web/core/utils/concurrency";
import { patch } from "@web/core/utils/patch";
import { debounce } from "@web/core/utils/timing";

// the cashier may still be typing a quantity
const TYPING_MS = 400;

/**
 * Places are held at the server for each line while its order is open, under the uuid of the line:
 * the server finds them again when the order is paid, even after a reload of this window.
 */
patch(PosStore.prototype, {
    // EXTENDS point_of_sale
    async setup() {
        this.scenicHoldMutex = new Mutex();
        this.scenicHeld = new Map(); // uuid of the line: what is held for it, as JSON
        this.scenicDropped = new Set(); // uuids of lines that are no more
        this.scenicOffers = new Map(); // the last offers, for when the server is gone
        await super.setup(...arguments);
        const sync = debounce(() => this.syncScenicHolds(this.getOrder()), TYPING_MS);
        const lines = this.models["pos.order.line"];
        lines.addEventListener("update", ({ fields }) => {
            if (fields?.includes("qty")) {
                sync();
            }
        });
        lines.addEventListener("delete", ({ key }) => {
            if (this.scenicHeld.delete(key)) {
                this.scenicDropped.add(key);
                sync();
            }
        });
    },

    // --- what can be sold ---

    /** Return {status, slots, dayLeft} of a day; without the server what was known last. */
    async loadScenicOffer(product, date) {
        const key = `${product.id} ${date}`;
        let offer;
        try {
            offer = await this.data.call("scenic.slot", "pos_offer", [
                product.id,
                date,
                this.config.id,
            ]);
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            const known = this.scenicOffers.get(key);
            return { status: "offline", slots: known?.slots || [], dayLeft: null };
        }
        this.scenicOffers.set(key, offer);
        return { status: "ready", slots: offer.slots, dayLeft: offer.day_left };
    },
    _scenicSlotData(slot) {
        return slot ? { slot_id: slot.slot_id, slot_time: `${slot.start}–${slot.end}` } : {};
    },
    /** Return the last line of the order for the same product that has a slot. */
    _lastScenicLine(template, order) {
        const date = this._scenicNextDate(template, order);
        return order.scenicLines.findLast(
            (line) =>
                line.product_id.product_tmpl_id === template &&
                line.scenicVisitDate === date &&
                line.scenic_data?.slot_id
        );
    },
    _lacksScenicSlot(template, order) {
        return Boolean(template.scenic_slot_required) && !this._lastScenicLine(template, order);
    },
    /** Return the visit of a ticket that is added without a question. */
    _repeatScenicVisit(template, order) {
        const date = this._scenicNextDate(template, order);
        const last = template.scenic_slot_required && this._lastScenicLine(template, order);
        if (!last) {
            return { date };
        }
        const [start, end] = last.scenicSlotTime.split("–");
        return { date, slot: { slot_id: last.scenic_data.slot_id, start, end } };
    },
    // EXTENDS scenic_ticketing
    _mustAskScenicVisit(template, _order) {
        return Boolean(template.scenic_slot_required) || super._mustAskScenicVisit(...arguments);
    },

    // --- holds ---

    _scenicWant(line) {
        const template = line.product_id.product_tmpl_id;
        return {
            product_id: line.product_id.id,
            date: line.scenicVisitDate,
            slot_id: line.scenic_data?.slot_id || false,
            persons: line.qty * (template.scenic_pax || 1),
        };
    },
    /**
     * Hold at the server what the lines of an order need, and give back what they do not.
     *
     * @param {Object} [options]
     * @param {boolean} [options.renew] hold everything anew: the order is about to be paid
     * @returns {Promise<boolean>} false when places are missing; the cashier was told
     */
    syncScenicHolds(order, { renew = false } = {}) {
        return this.scenicHoldMutex.exec(async () => {
            try {
                return await this._syncScenicHolds(order, renew);
            } catch (error) {
                if (error instanceof ConnectionLostError) {
                    // the sale goes on; what it lacks is told when the order reaches the server
                    return true;
                }
                throw error;
            }
        });
    },
    async _syncScenicHolds(order, renew) {
        const dropped = [...this.scenicDropped];
        if (dropped.length) {
            await this.data.call("scenic.slot", "pos_release", [dropped, this.config.id]);
            dropped.forEach((uuid) => this.scenicDropped.delete(uuid));
        }
        for (const line of order?.finalized === false ? [...order.scenicLimitedLines] : []) {
            const want = this._scenicWant(line);
            const key = JSON.stringify(want);
            if (want.persons <= 0 && !this.scenicHeld.has(line.uuid)) {
                continue;
            }
            if (!renew && this.scenicHeld.get(line.uuid) === key) {
                continue;
            }
            const answer = await this.data.call("scenic.slot", "pos_hold", [
                line.uuid,
                want,
                this.config.id,
            ]);
            if (want.persons > 0 && !answer.held) {
                this._refuseScenicLine(order, line, answer, renew);
                return false;
            }
            this.scenicHeld.set(line.uuid, key);
        }
        return true;
    },
    /** Tell that there are no places, and put the line back to what is held for it. */
    _refuseScenicLine(order, line, answer, renew) {
        this.dialog.add(AlertDialog, { title: _t("Not enough places"), body: answer.message });
        const before = JSON.parse(this.scenicHeld.get(line.uuid) || "null");
        if (renew) {
            // the time was over and somebody else has the places: the cashier decides
            this.scenicHeld.delete(line.uuid);
        } else if (before && before.slot_id === (line.scenic_data?.slot_id || false)) {
            const pax = line.product_id.product_tmpl_id.scenic_pax || 1;
            line.setScenicVisitDate(before.date, this._slotDataOf(line));
            line.setQuantity(before.persons / pax);
        } else {
            order.removeOrderline(line);
        }
    },
    _slotDataOf(line) {
        const { slot_id, slot_time } = line.scenic_data || {};
        return slot_id ? { slot_id, slot_time } : {};
    },
    /** Forget holds that are a sale now. */
    soldScenicHolds(order) {
        order.lines.forEach((line) => this.scenicHeld.delete(line.uuid));
    },
});
