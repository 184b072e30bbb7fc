import { onMounted } from "@odoo/owl";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";
import { PaymentScreen } from "@point_of_sale/app/screens/payment_screen/payment_screen";
import { PosStore } from "@point_of_sale/app/services/pos_store";

const OPEN = ["waiting", "waitingCapture"];

function isByCode(line) {
    return line.payment_method_id?.use_payment_terminal === "scenic_code";
}

patch(PaymentScreen.prototype, {
    // EXTENDS point_of_sale
    setup() {
        super.setup(...arguments);
        onMounted(() => this.resumeScenicCode());
    },
    /** Go on with a payment that a reload or a power cut interrupted. */
    async resumeScenicCode() {
        const line = this.currentOrder.payment_ids.find(
            (line) => isByCode(line) && OPEN.includes(line.getPaymentStatus())
        );
        if (!line || this.pos.paymentTerminalInProgress) {
            return;
        }
        // without the server the cashier is told when trying again
        line.setPaymentStatus("retry");
        try {
            if (await line.payment_method_id.payment_terminal.find(line.uuid)) {
                this.currentOrder.selectPaymentline(line);
                await this.sendPaymentRequest(line);
            }
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
        }
    },
    // EXTENDS point_of_sale
    deletePaymentLine(uuid) {
        const line = this.paymentLines.find((line) => line.uuid === uuid);
        if (line && isByCode(line) && OPEN.includes(line.getPaymentStatus())) {
            return;
        }
        return super.deletePaymentLine(...arguments);
    },
});

patch(PosStore.prototype, {
    // EXTENDS point_of_sale
    async onDeleteOrder(order) {
        const paid = order.payment_ids.some(
            (line) => isByCode(line) && ["done", ...OPEN].includes(line.getPaymentStatus())
        );
        if (paid && !order.finalized) {
            this.dialog.add(AlertDialog, {
                title: _t("This order is paid"),
                body: _t(
                    "The customer has paid by code. Finish the sale, then give it back if need be."
                ),
            });
            return false;
        }
        return super.onDeleteOrder(...arguments);
    },
});
