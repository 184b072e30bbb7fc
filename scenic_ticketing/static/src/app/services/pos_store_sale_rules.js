import { PosStore } from "@point_of_sale/app/services/pos_store";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";

patch(PosStore.prototype, {
    // EXTENDS point_of_sale
    async pay() {
        if (await this._checkScenicSale(this.getOrder())) {
            await super.pay(...arguments);
        }
    },
    /**
     * Ask the server what the policies say about the tickets of an order: days, numbers, sizes of
     * groups. A window without contact sells: what it should not have sold is told to a person.
     */
    async _checkScenicSale(order) {
        const lines = (order?.scenicLines || []).filter(
            (line) => line.qty > 0 && !line.refunded_orderline_id
        );
        if (!lines.length) {
            return true;
        }
        const wants = lines.map((line) => ({
            product_id: line.product_id.id,
            quantity: line.qty,
            visit_date: line.scenicVisitDate || "",
        }));
        let problem = "";
        try {
            problem = await this.data.call("pos.order.line", "pos_check_scenic_sale", [wants]);
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
        }
        if (problem) {
            this.dialog.add(AlertDialog, { title: _t("This cannot be sold so"), body: problem });
        }
        return !problem;
    },
});
