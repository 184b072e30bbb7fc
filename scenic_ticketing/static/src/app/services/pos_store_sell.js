import { PosStore } from "@point_of_sale/app/services/pos_store";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";
import "@scenic_ticketing/app/services/pos_store_sale_rules";
import { LinePopup } from "@scenic_ticketing/app/components/line_popup/line_popup";
import { ProofPopup } from "@scenic_ticketing/app/components/proof_popup/proof_popup";

/** What the cashier says about tickets, and what is asked before the money because of it. */
patch(PosStore.prototype, {
    get mayGiveScenicAway() {
        return Boolean(this.config._scenic_may_give && this.models["scenic.free.reason"]?.length);
    },
    /** Open what can be said about the tickets of a line: note, one code, list, complimentary. */
    async openScenicLine(line = this.getOrder()?.getSelectedOrderline()) {
        if (!line?.isScenicTicket || line.refunded_orderline_id) {
            return;
        }
        line.order_id.assertEditable();
        await makeAwaitable(this.dialog, LinePopup, { line });
        this.numberBuffer.reset();
    },
    // EXTENDS point_of_sale
    async pay() {
        if (await this.confirmScenicSale(this.getOrder())) {
            await super.pay(...arguments);
        }
    },
    /** Ask what the policies want to be asked; false when the cashier said no. */
    async confirmScenicSale(order) {
        const lines = order?.scenicProofsMissing || [];
        if (lines.length) {
            if (!(await makeAwaitable(this.dialog, ProofPopup, { lines }))) {
                return false;
            }
            for (const line of lines) {
                line.saysScenic({ concession_seen: true, concession_for: line.qty });
            }
        }
        return this._checkScenicFree(order);
    },
    /** Ask the server whether so many may enter free; without contact a manager is told later. */
    async _checkScenicFree(order) {
        const lines = order?.scenicFreeLines || [];
        const wants = lines.map((line) => ({
            reason_id: line.scenicFreeReason.id,
            product_id: line.product_id.id,
            persons: line.qty * (line.product_id.product_tmpl_id.scenic_pax || 1),
        }));
        const key = JSON.stringify(wants);
        if (!wants.length || order.uiState.scenicFreeChecked === key) {
            return true;
        }
        let problem = "";
        try {
            problem = await this.data.call("scenic.free.reason", "pos_check", [
                this.config.id,
                wants,
            ]);
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
        }
        if (problem) {
            this.dialog.add(AlertDialog, { title: _t("Not complimentary"), body: problem });
            return false;
        }
        order.uiState.scenicFreeChecked = key;
        return true;
    },
    /**
     * Have the server check and seal a list of visitors, and put it on a line.
     *
     * @returns {Promise<{count: number, errors: {place: number, message: string}[]}>}
     */
    async takeScenicVisitors(line, content) {
        const answer = await this._callScenicHolders("pos_take_list", [
            line.order_id.uuid,
            line.scenicHolderWant,
            { ...content, replaces: line.scenicHolderTokens.filter(Boolean) },
        ]);
        if (!answer.errors.length) {
            const persons = line.product_id.product_tmpl_id.scenic_pax || 1;
            const count = answer.holders.length;
            Object.assign(
                this.scenicHolders,
                Object.fromEntries(answer.holders.map((holder) => [holder.token, holder]))
            );
            line.setQuantity(Math.ceil(count / persons));
            line.saysScenic({ holders: answer.holders.map((holder) => holder.token) });
            await this.syncScenicHolds(line.order_id);
        }
        return { count: answer.holders.length, errors: answer.errors };
    },
});
