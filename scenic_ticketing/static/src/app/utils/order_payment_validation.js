import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

patch(OrderPaymentValidation.prototype, {
    // EXTENDS point_of_sale
    async askBeforeValidation() {
        // an order kept open over midnight still carries yesterday
        const line = this.order.lines.find((line) => line.isScenicVisitDatePast());
        if (line) {
            this.pos.dialog.add(AlertDialog, {
                title: _t("The visit date has passed"),
                body: _t(
                    "%(product)s is for %(day)s. Go back to the order and choose another visit date.",
                    { product: line.getFullProductName(), day: line.getScenicVisitLabel() }
                ),
            });
            return false;
        }
        if (!(await this.checkScenicPlaces())) {
            return false;
        }
        // asked again before the cash drawer opens: the tickets may have been used meanwhile, and a
        // refund must not wait in this window for a server that then refuses it
        const refunds = this.order.scenicLines
            .filter((line) => line.refunded_orderline_id && line.qty < 0)
            .map((line) => ({
                line_id: line.refunded_orderline_id.id,
                qty: -line.qty,
                uids: line.scenic_data?.refund_uids || [],
                persons: line.scenic_data?.persons || 0,
            }));
        if (!(await this.pos.checkScenicRefund(refunds))) {
            return false;
        }
        return super.askBeforeValidation(...arguments);
    },
    /** Make sure that the places are there before money is taken. */
    async checkScenicPlaces() {
        const lines = this.order.scenicLimitedLines.filter((line) => line.qty > 0);
        const open = lines.find(
            (line) =>
                line.product_id.product_tmpl_id.scenic_slot_required && !line.scenic_data?.slot_id
        );
        if (open) {
            this.pos.dialog.add(AlertDialog, {
                title: _t("A time slot is missing"),
                body: _t("Go back to the order and choose a time slot for %(product)s.", {
                    product: open.getFullProductName(),
                }),
            });
            return false;
        }
        return !lines.length || this.pos.syncScenicHolds(this.order, { renew: true });
    },
    // EXTENDS point_of_sale
    async afterOrderValidation() {
        await super.afterOrderValidation(...arguments);
        this.pos.soldScenicHolds(this.order);
        this.order.uiState.scenicAwaited = this.order.isAwaitingScenicTickets;
        if (this.pos.config.scenic_auto_print) {
            // not awaited: the cashier takes the next visitor while the slips come out
            this.pos.printScenicTickets(this.order);
        }
    },
});
