import { PosStore } from "@point_of_sale/app/services/pos_store";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";
import { renderToElement } from "@web/core/utils/render";
import { ShiftPopup } from "@scenic_ticketing/app/components/shift_popup/shift_popup";
import { TakeoverPopup } from "@scenic_ticketing/app/components/shift_popup/takeover_popup";

patch(PosStore.prototype, {
    // EXTENDS point_of_sale
    async afterProcessServerData() {
        const res = await super.afterProcessServerData(...arguments);
        if (this.config.scenic_use_shifts) {
            // not awaited: the window can sell meanwhile
            this.checkScenicTakeover();
        }
        return res;
    },
    // EXTENDS point_of_sale: the window is closed by shifts
    async closeSession() {
        if (!this.config.scenic_use_shifts) {
            return super.closeSession(...arguments);
        }
        const why = _t("The count is compared with what the server knows.");
        if (this.refuseScenicOffline(_t("Close or hand over"), why)) {
            return;
        }
        if (!(await this.pushOrdersWithClosingPopup()) || this.hasScenicWaitingSales()) {
            return;
        }
        const facts = await this.data.call("scenic.shift", "pos_shift", [this.session.id]);
        if (facts?.state === "waiting") {
            this.openScenicTakeover(facts);
        } else if (facts) {
            this.dialog.add(ShiftPopup, { facts });
        } else {
            // a session without any shift yet
            await super.closeSession(...arguments);
        }
    },
    /** Tell the cashier about sales that the server does not have: they belong to this shift. */
    hasScenicWaitingSales() {
        const waiting = this.scenicNetwork?.waiting || 0;
        if (waiting) {
            this.dialog.add(AlertDialog, {
                title: _t("Sales are waiting"),
                body: _t(
                    "%s sales are not at the server yet. They belong to this shift: wait until they are sent.",
                    waiting
                ),
            });
        }
        return waiting > 0;
    },
    async checkScenicTakeover() {
        try {
            const facts = await this.data.call("scenic.shift", "pos_shift", [this.session.id]);
            if (facts?.state === "waiting") {
                this.openScenicTakeover(facts);
            }
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
        }
    },
    openScenicTakeover(facts) {
        this.dialog.add(TakeoverPopup, { facts });
    },
    /** Print the report of a shift on the receipt printer of this window. */
    printScenicShift(paper) {
        return this.printScenicHtml(renderToElement("scenic_ticketing.ShiftPaper", { paper }));
    },
    /** Let the next cashier log in at this window. */
    leaveToScenicLogin() {
        const back = `/web/login?redirect=${encodeURIComponent(`/pos/ui/${this.config.id}`)}`;
        window.location.href = `/web/session/logout?redirect=${encodeURIComponent(back)}`;
    },
});
