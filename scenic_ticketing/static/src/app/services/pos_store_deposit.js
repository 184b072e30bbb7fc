import { PosStore } from "@point_of_sale/app/services/pos_store";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { DepositPopup } from "@scenic_ticketing/app/components/deposit_popup/deposit_popup";

patch(PosStore.prototype, {
    get takesScenicDeposits() {
        return this.models["product.template"].some((template) => template.scenic_deposit);
    },
    /** Ask for a ticket or receipt and offer its deposits for return; `text` skips the question. */
    openScenicDeposits(text = "") {
        const why = _t("Another window may have returned the deposit already.");
        if (!this.refuseScenicOffline(_t("Return a deposit"), why)) {
            this.dialog.add(DepositPopup, { text });
        }
    },
    /**
     * Put deposits that come back on the current order: one line for each kind of deposit, which
     * names them. The server closes them when the order is paid.
     */
    async returnScenicDeposits(deposits) {
        const kinds = Map.groupBy(deposits, ({ product_id, amount }) => `${product_id} ${amount}`);
        for (const group of kinds.values()) {
            const product = this.models["product.product"].get(group[0].product_id);
            if (!product) {
                this.notification.add(
                    _t("This window does not sell %s, so it cannot return it.", group[0].product),
                    { type: "danger" }
                );
                continue;
            }
            await this.addLineToCurrentOrder(
                {
                    product_tmpl_id: product.product_tmpl_id,
                    product_id: product,
                    qty: -group.length,
                    price_unit: group[0].amount,
                    price_type: "manual",
                    scenic_data: { deposits: group.map((deposit) => deposit.id) },
                },
                {},
                false
            );
        }
    },
});
