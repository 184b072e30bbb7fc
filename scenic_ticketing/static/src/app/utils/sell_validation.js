import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";

patch(OrderPaymentValidation.prototype, {
    // EXTENDS point_of_sale
    async askBeforeValidation() {
        // a one-click payment never passed the button that asks
        if (!(await this.pos.confirmScenicSale(this.order)) || !(await this._mayReturnDeposits())) {
            return false;
        }
        return super.askBeforeValidation(...arguments);
    },
    /** A deposit comes back once, so the server has to say that it is still there. */
    async _mayReturnDeposits() {
        const ids = this.order.scenicDepositReturns.flatMap((line) => line.scenic_data.deposits);
        if (!ids.length) {
            return true;
        }
        let problem;
        try {
            problem = await this.pos.data.call("scenic.deposit", "pos_check_return", [
                ids,
                this.pos.config.id,
            ]);
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            problem = _t(
                "Deposits are given back only while the server answers: another window may have returned them already."
            );
        }
        if (problem) {
            this.pos.dialog.add(AlertDialog, { title: _t("Deposit not returned"), body: problem });
        }
        return !problem;
    },
});
