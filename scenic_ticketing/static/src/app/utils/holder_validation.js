import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { ask } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";

patch(OrderPaymentValidation.prototype, {
    // EXTENDS point_of_sale
    async askBeforeValidation() {
        if (!(await this._scenicHoldersAreKnown())) {
            return false;
        }
        return super.askBeforeValidation(...arguments);
    },
    async _scenicHoldersAreKnown() {
        const order = this.order;
        if (!order.scenicHolderPlaces.length) {
            return true;
        }
        try {
            if (order.scenicHoldersMissing && !(await this.pos.askScenicHolders(order))) {
                return this._sellWithoutHolders();
            }
            const problems = await this.pos.confirmScenicHolders(order);
            if (Object.keys(problems).length) {
                await this.pos.askScenicHolders(order, problems);
                return false;
            }
            return true;
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            // documents that were checked before stay good; the others are asked for afterwards
            return order.scenicHoldersMissing ? this._sellWithoutHolders() : true;
        }
    },
    /** Only while the server cannot be reached: a queue must not wait for it. */
    async _sellWithoutHolders() {
        if (!this.pos.data.network.offline) {
            return false;
        }
        return ask(this.pos.dialog, {
            title: _t("Sell without documents?"),
            body: _t(
                "The server cannot be reached, so no document can be checked. A manager is told about these tickets and has to add the holders."
            ),
            confirmLabel: _t("Sell without documents"),
        });
    },
});
