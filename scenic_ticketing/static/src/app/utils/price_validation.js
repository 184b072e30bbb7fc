import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

patch(OrderPaymentValidation.prototype, {
    // EXTENDS point_of_sale
    async askBeforeValidation() {
        // scanned tickets never saw the dialog, and a day may have been closed since
        const line = this.order.lines.find(
            (line) => !line.isScenicVisitDatePast() && line.getScenicPriceProblem()
        );
        if (line) {
            this.pos.dialog.add(AlertDialog, {
                title: _t("Not sold for this day"),
                body: _t(
                    "%(product)s has no price for %(day)s, or what it opens is closed. Go back to the order and choose another visit date.",
                    { product: line.getFullProductName(), day: line.getScenicVisitLabel() }
                ),
            });
            return false;
        }
        return super.askBeforeValidation(...arguments);
    },
});
