import { _t } from "@web/core/l10n/translation";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { ConnectionLostError } from "@web/core/network/rpc";
import { register_payment_method } from "@point_of_sale/app/services/pos_store";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { PaymentInterface } from "@point_of_sale/app/utils/payment/payment_interface";
import { PayCodePopup } from "@scenic_ticketing/app/components/pay_code_popup/pay_code_popup";

/**
 * The customer shows a code, the window scans it, the server takes the money. The server keeps the
 * attempt before anything is sent, so a line that is asked for a second time, after a reload or by
 * another tab, goes on with its attempt instead of taking money twice.
 */
export class PaymentScenicCode extends PaymentInterface {
    // EXTENDS point_of_sale
    async sendPaymentRequest(uuid) {
        await super.sendPaymentRequest(...arguments);
        const line = this.pos.models["pos.payment"].getBy("uuid", uuid);
        const order = line.pos_order_id;
        if (this.refuseOffline() || (line.amount < 0 && !(await this.mayRefund(order)))) {
            return false;
        }
        let found;
        try {
            found = await this.find(uuid);
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            this.refuseOffline();
            return false;
        }
        // neither deleted nor forced while the attempt is open
        line.setPaymentStatus("waitingCapture");
        const facts = await makeAwaitable(this.pos.dialog, PayCodePopup, {
            line,
            found: found || null,
            sessionId: this.pos.session.id,
        });
        return this.book(line, facts);
    }
    /** Say before anything is scanned that money is taken by the server, and the server is away. */
    refuseOffline() {
        return this.pos.refuseScenicOffline(
            this.payment_method_id.name,
            _t("Money is taken by the server.")
        );
    }
    /** Take over what the server says was paid. */
    book(line, facts) {
        if (!facts || !["paid", "refunded"].includes(facts.state)) {
            return false;
        }
        if (facts.state === "paid" && facts.amount !== line.amount) {
            line.setAmount(facts.amount);
        }
        line.transaction_id = facts.ref;
        line.card_type = facts.wallet;
        return true;
    }
    async find(uuid) {
        const [facts] = await this.pos.data.call("scenic.pay.attempt", "pos_find", [
            this.pos.session.id,
            [uuid],
        ]);
        return facts;
    }
    /** Money goes back only if the server will take the tickets back. */
    async mayRefund(order) {
        const lines = order.lines.filter((line) => line.refunded_orderline_id && line.qty < 0);
        if (!lines.length) {
            this.pos.dialog.add(AlertDialog, {
                title: this.payment_method_id.name,
                body: _t("Only what a customer has paid by code is given back this way."),
            });
            return false;
        }
        const refunds = lines
            .filter((line) => line.product_id.product_tmpl_id.is_scenic_ticket)
            .map((line) => ({
                line_id: line.refunded_orderline_id.id,
                qty: -line.qty,
                uids: line.scenic_data?.refund_uids || [],
                persons: line.scenic_data?.persons || 0,
            }));
        return this.pos.checkScenicRefund(refunds);
    }
    // EXTENDS point_of_sale: the dialog gives up; nothing is cancelled behind its back
    async sendPaymentCancel() {
        return false;
    }
}

register_payment_method("scenic_code", PaymentScenicCode);
