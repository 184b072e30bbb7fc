import { NumberPopup } from "@point_of_sale/app/components/popups/number_popup/number_popup";
import { PosStore } from "@point_of_sale/app/services/pos_store";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";

/** What visitors chose at a self-service page becomes an order of this window, by its number. */
patch(PosStore.prototype, {
    async askScenicKioskOrder() {
        const number = await makeAwaitable(this.dialog, NumberPopup, {
            title: _t("Self-service order"),
            subtitle: _t("Number that the visitor was shown"),
            formatDisplayedValue: (text) => `K${text}`,
            isValid: (text) => /^\d{1,3}$/.test(String(text)),
        });
        if (number) {
            await this.takeScenicKioskOrder(String(number));
        }
    },
    /** Open a new order with what was chosen; tells the cashier when there is none. */
    async takeScenicKioskOrder(number) {
        let taken;
        try {
            taken = await this.data.call("scenic.kiosk.order", "pos_take", [
                number,
                this.config.id,
            ]);
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            taken = { message: _t("The server cannot be reached. Sell the tickets here.") };
        }
        const unknown = taken.lines?.filter(
            (line) => !this.models["product.product"].get(line.product_id)
        );
        if (taken.message || unknown.length) {
            this.dialog.add(AlertDialog, {
                title: _t("Self-service order"),
                body:
                    taken.message ||
                    _t("This window does not sell all of these tickets. Use another window."),
            });
            return;
        }
        const current = this.getOrder();
        const order = current?.isEmpty() ? current : this.addNewOrder();
        this.setOrder(order);
        for (const line of taken.lines) {
            await this._addScenicKioskLine(order, line);
        }
        await this.syncScenicHolds(order);
        this.notification.add(_t("Order %s is here.", taken.number), { type: "success" });
    },
    async _addScenicKioskLine(order, wish) {
        const product = this.models["product.product"].get(wish.product_id);
        const data = { visit_date: wish.visit_date, kiosk: wish.kiosk };
        if (wish.slot_id) {
            Object.assign(data, { slot_id: wish.slot_id, slot_time: wish.slot_time });
        }
        order.uiState.scenicVisitDate = wish.visit_date;
        const line = await this.addLineToOrder(
            {
                product_tmpl_id: product.product_tmpl_id,
                product_id: product,
                qty: wish.quantity,
                uuid: wish.uuid,
                scenic_data: data,
            },
            order,
            {},
            false
        );
        // the server already holds the places under this line
        this.scenicHeld.set(line.uuid, JSON.stringify(this._scenicWant(line)));
    },
});
