import { PosStore } from "@point_of_sale/app/services/pos_store";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { browser } from "@web/core/browser/browser";
import { serializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { Mutex } from "@web/core/utils/concurrency";
import { patch } from "@web/core/utils/patch";
import "@scenic_ticketing/app/services/data_service_outbox";
import { scenicClock } from "@scenic_ticketing/app/utils/scenic_clock";

const { DateTime } = luxon;

// what the server refused once it may take later: a manager has put it right
const REFUSED_AGAIN = 60000;
// looks for sales that a closed tab left behind
const LOOK = 5000;

/** A paid order that the server has not confirmed. */
function isUnsent(order) {
    const paid = ["paid", "done"].includes(order.state);
    return paid && (!order.isSynced || Boolean(order.uiState.scenicUnsent));
}

patch(PosStore.prototype, {
    // EXTENDS point_of_sale
    async setup() {
        this.scenicSends = new Mutex();
        await super.setup(...arguments);
        this.data.onScenicMessage = (message) => this._onScenicSales(message);
        window.addEventListener("pos-network-online", () => this.sendScenicSales());
        browser.setInterval(() => {
            if (this.scenicNetwork.waiting && !this.scenicNetwork.sending) {
                this.sendScenicSales();
            }
        }, LOOK);
    },
    // EXTENDS point_of_sale: the window goes on from what it sold before it was loaded
    async afterProcessServerData() {
        await this.sendScenicSales();
        return super.afterProcessServerData(...arguments);
    },
    // OVERRIDE point_of_sale: stock sends the other tabs to the backend, which is a dead page while
    // the server is gone. Tabs share one outbox, so none has to leave.
    closeOtherTabs() {},

    /**
     * EXTENDS point_of_sale: a paid order is on the disk before anything else happens to it. What
     * was kept before is sent by `sendScenicSales`, one by one, so that a sale which the server
     * refuses neither stops this one nor is forgotten.
     */
    async syncAllOrders(options = {}) {
        const { orderToCreate, orderToUpdate } = this.getPendingOrder();
        const wanted = options.orders || [...orderToCreate, ...orderToUpdate];
        const waiting = wanted.filter((order) => this.data.scenicKept.has(order.uuid));
        const fresh = wanted.filter((order) => isUnsent(order) && !waiting.includes(order));
        await this.preSyncAllOrders(fresh);
        for (const order of fresh) {
            if (order.uiState.scenicUnsent) {
                // paid a moment ago, by the computer's clock
                const now = DateTime.fromMillis(this.scenicNow());
                order.date_order = serializeDateTime(now);
            }
            await this.data.keepScenicSale(order);
            // cleared when it was sent before, which says nothing about an answer
            order._dirty = true;
        }
        const rest = wanted.filter((order) => !waiting.includes(order) && !fresh.includes(order));
        const orders = options.throw && fresh.length ? fresh : [...fresh, ...rest];
        if (waiting.length && !fresh.length) {
            await this.sendScenicSales();
        }
        return super.syncAllOrders({ ...options, orders });
    },

    /**
     * Send what waits, oldest first, until the server stops answering.
     *
     * @param {boolean} [all] also what it refused a moment ago
     */
    sendScenicSales(all = false) {
        return this.scenicSends.exec(async () => {
            const sales = await this.data.refreshScenicWaiting();
            const since = scenicClock.now() - REFUSED_AGAIN;
            const due = sales.filter((sale) => all || !sale.reason || sale.refusedAt < since);
            if (this.data.network.offline || !due.length) {
                return;
            }
            this.scenicNetwork.sending = true;
            try {
                for (const { uuid } of due) {
                    const sale = await this.data.scenicOutbox.claim(uuid);
                    if (sale && !(await this._sendScenicSale(sale))) {
                        break;
                    }
                }
            } finally {
                this.scenicNetwork.sending = false;
                await this.data.refreshScenicWaiting();
            }
        });
    },
    /** Send one sale as it was paid; return whether to go on with the next. */
    async _sendScenicSale(sale) {
        const order = this.models["pos.order"].getBy("uuid", sale.uuid);
        const context = this.getSyncAllOrdersContext(order ? [order] : []);
        try {
            const args = [[sale.payload]];
            const data = await this.data.call("pos.order", "sync_from_ui", args, { context });
            await this._loadScenicSale(await this.data.missingRecursive(data), sale.uuid);
        } catch (error) {
            // the outbox knows why
            return !(error instanceof ConnectionLostError) && !this.scenicNetwork.loginLost;
        }
        return true;
    },
    /** Show what the server made of a sale: its number, its tickets. */
    async _loadScenicSale(data, uuid) {
        this.pendingOrder.create.delete(uuid);
        const loaded = this.models.loadConnectedData(data)["pos.order"] || [];
        for (const order of loaded) {
            order.uiState.scenicUnsent = false;
            order._dirty = false;
            this.removePendingOrder(order);
        }
        await this.postSyncAllOrders(loaded);
        this.data.debouncedSynchronizeLocalDataInIndexedDB();
    },
    // EXTENDS point_of_sale
    postSyncAllOrders(orders) {
        for (const order of orders) {
            order.uiState.scenicUnsent = false;
        }
        return super.postSyncAllOrders(...arguments);
    },
    /** Follow what another tab of this window did with sales. */
    async _onScenicSales({ kind, uuids }) {
        const orders = uuids
            .map((uuid) => this.models["pos.order"].getBy("uuid", uuid))
            .filter(Boolean);
        if (kind === "kept") {
            orders
                .filter((order) => !order.finalized)
                .forEach((order) => this._paidInOtherTab(order));
        } else if (kind === "sent" && orders.some(isUnsent) && !this.data.network.offline) {
            for (const order of orders) {
                order.uiState.scenicUnsent = false;
            }
            await this.data.loadServerOrders([["uuid", "in", uuids]]).catch(() => {});
        }
    },
    /** Close an order here that was just paid in another tab: it must not be paid twice. */
    _paidInOtherTab(order) {
        const name = order.getName();
        const isOpen = this.selectedOrderUuid === order.uuid;
        this.removePendingOrder(order);
        // from the memory of this tab only: the other one has stored it
        for (const record of [...order.lines, ...order.payment_ids, order]) {
            record.delete({ silent: true });
        }
        if (isOpen) {
            this.selectedOrderUuid = this.getEmptyOrder().uuid;
            const { page, params } = this.defaultPage;
            this.navigate(page, params);
        }
        this.notification.add(_t("Order %s was paid in another tab of this window.", name), {
            type: "warning",
        });
    },

    // EXTENDS point_of_sale
    async closeSession() {
        await this.sendScenicSales(true);
        const { waiting } = this.scenicNetwork;
        if (waiting) {
            this.dialog.add(AlertDialog, {
                title: _t("Sales are waiting"),
                body: _t(
                    "%s paid sales have not reached the server, so the money cannot be counted against them. Wait for the connection, or look at the sales by the sign in the top bar.",
                    waiting
                ),
            });
            return;
        }
        if (
            this.refuseScenicOffline(
                _t("Close the register"),
                _t("The server knows what should be in the drawer.")
            )
        ) {
            return;
        }
        return super.closeSession(...arguments);
    },
});

patch(OrderPaymentValidation.prototype, {
    // EXTENDS point_of_sale
    async askBeforeValidation() {
        await this.pos.data.refreshScenicWaiting();
        if (this.pos.data.scenicKept.has(this.orderUuid)) {
            this.pos._paidInOtherTab(this.order);
            return false;
        }
        return super.askBeforeValidation(...arguments);
    },
    // EXTENDS point_of_sale
    async finalizeValidation() {
        const order = this.order;
        order.uiState.scenicUnsent = true;
        const result = await super.finalizeValidation(...arguments);
        if (!order.finalized) {
            // refused while the customer stands here: the cashier decides, nothing was sold
            order.uiState.scenicUnsent = false;
            await this.pos.data.scenicOutbox.drop([order.uuid], "changed");
            await this.pos.data.refreshScenicWaiting();
        }
        return result;
    },
});
