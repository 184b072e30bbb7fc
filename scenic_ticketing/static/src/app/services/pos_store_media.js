import { PosStore } from "@point_of_sale/app/services/pos_store";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

// the server counts what was really handed out; a window that is busy asks it once
const ASK_AGAIN = 5000;

/** Return how a window should feel about what is left: "good", "low" or "out". */
export function mediaState({ left, minimum }) {
    if (left <= 0) {
        return "out";
    }
    return left <= minimum ? "low" : "good";
}

patch(PosStore.prototype, {
    // EXTENDS point_of_sale
    async setup() {
        this._scenicMedia = { media: [], needs: {} };
        this._scenicMediaTold = new Map();
        await super.setup(...arguments);
        this.askScenicMedia(0);
    },
    /** Have the server say what is left of paper, wristbands and cards, a little later. */
    askScenicMedia(delay = ASK_AGAIN) {
        if (!this.config._scenic_has_media) {
            return;
        }
        clearTimeout(this._scenicMediaTimer);
        this._scenicMediaTimer = setTimeout(() => this._refreshScenicMedia(), delay);
    },
    async _refreshScenicMedia() {
        const args = [this.config.id];
        const answer = await this.callScenic("pos.config", "scenic_media_status", args);
        if (answer) {
            this._scenicMedia = answer;
            this._tellScenicMedia();
        }
    },
    /** Count on by itself what an order takes, so that an offline window warns, too. */
    spendScenicMedia(order) {
        for (const line of order.lines) {
            const template = line.product_id.product_tmpl_id;
            const [medium, pieces, per] = this._scenicMedia.needs[template.id] || [];
            const row = this._scenicMedia.media.find(({ id }) => id === medium);
            if (row && line.qty > 0) {
                row.left -= pieces * line.qty * (per === "person" ? template.scenic_pax || 1 : 1);
            }
        }
        this._tellScenicMedia();
        this.askScenicMedia();
    },
    // EXTENDS scenic_ticketing
    async printScenicSlips(slips, options) {
        const printed = await super.printScenicSlips(...arguments);
        if (options?.reason) {
            this.askScenicMedia();
        }
        return printed;
    },
    /** Warn once when a medium gets short and once when it is used up. */
    _tellScenicMedia() {
        for (const row of this._scenicMedia.media) {
            const state = mediaState(row);
            const told = this._scenicMediaTold.get(row.id);
            if ((told?.state || "good") === state) {
                continue;
            }
            told?.remove();
            this._scenicMediaTold.delete(row.id);
            if (state !== "good") {
                const remove = this._warnScenicMedia(row, state);
                this._scenicMediaTold.set(row.id, { state, remove });
            }
        }
    },
    _warnScenicMedia({ name, unit, left }, state) {
        const words = { medium: name, left: Math.round(left * 100) / 100, unit };
        const text =
            state === "out"
                ? _t("%(medium)s: none left by the count of this window.", words)
                : _t("%(medium)s: only %(left)s %(unit)s left at this window.", words);
        return this.notification.add(text, {
            type: state === "out" ? "danger" : "warning",
            sticky: true,
            className: "o_scenic_media_short",
        });
    },
});
