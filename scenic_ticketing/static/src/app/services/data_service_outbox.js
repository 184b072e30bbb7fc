import { PosData } from "@point_of_sale/app/services/data_service";
import { uuidv4 } from "@point_of_sale/utils";
import { ConnectionLostError } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";
import "@scenic_ticketing/app/services/data_service_network";
import { ScenicOutbox } from "@scenic_ticketing/app/services/scenic_outbox";
import { scenicClock } from "@scenic_ticketing/app/utils/scenic_clock";

const SESSION_EXPIRED = "odoo.http.SessionExpiredException";

/** Return the uuids of the paid sales that a call sends. */
function salesOf({ method, args }) {
    if (method !== "sync_from_ui") {
        return [];
    }
    return args[0].filter((order) => order.state !== "draft").map((order) => order.uuid);
}

patch(PosData.prototype, {
    // EXTENDS point_of_sale
    async setup() {
        const name = `scenic-sales-${odoo.pos_config_id}-${odoo.info?.db}`;
        this.scenicKept = new Set(); // uuids of the sales that wait
        this.scenicOutbox = new ScenicOutbox(name, uuidv4(), (message) =>
            this.onScenicOutbox(message)
        );
        this.onScenicMessage = null; // the store's part
        // stock warns of lost data when the page is left offline: nothing is lost any more
        window.addEventListener("beforeunload", (event) => {
            if (!this.scenicNetwork?.storageBroken) {
                event.stopImmediatePropagation();
            }
        });
        // stock writes open orders 0.3 s late: a quick F5 forgot the last click
        window.addEventListener("pagehide", () => this._storeScenicOpenOrders());
        await super.setup(...arguments);
        // a browser that runs out of space must not take the sales first
        navigator.storage?.persist?.();
        this.scenicOutbox.forgetSent().catch(() => {});
    },
    async onScenicOutbox(message) {
        await this.refreshScenicWaiting();
        await this.onScenicMessage?.(message);
    },
    /** Count the sales that wait; return them. */
    async refreshScenicWaiting() {
        let sales;
        try {
            sales = await this.scenicOutbox.all();
        } catch {
            this.scenicNetwork.storageBroken = true;
            return [];
        }
        this.scenicKept = new Set(sales.map((sale) => sale.uuid));
        this.scenicNetwork.waiting = sales.length;
        this.scenicNetwork.refused = sales.filter((sale) => sale.reason).length;
        return sales;
    },
    /** Put a paid order on the disk; resolves when it is there. */
    async keepScenicSale(order) {
        order.uiState.scenicUnsent = true;
        const sale = {
            uuid: order.uuid,
            name: order.pos_reference,
            total: order.priceIncl,
            paidAt: scenicClock.now(),
            payload: order.serializeForORM({ keepCommands: true }),
            local: this._snapshotScenicSale(order),
        };
        try {
            await this.scenicOutbox.keep(sale, !this.network.offline);
        } catch (error) {
            // the customer has paid: the sale goes on, and the cashier is told to be careful
            console.warn("scenic: a sale cannot be stored", error);
            this.scenicNetwork.storageBroken = true;
        }
        await this.refreshScenicWaiting();
    },
    /** Return the records of an order as the database of the window stores them. */
    _snapshotScenicSale(order) {
        const records = {
            "pos.order": [order],
            "pos.order.line": order.lines,
            "pos.payment": order.payment_ids,
            "product.attribute.custom.value": order.lines.flatMap(
                (line) => line.custom_attribute_value_ids || []
            ),
        };
        return Object.fromEntries(
            Object.entries(records).map(([model, list]) => [
                model,
                [...list].map((record) => record.serializeForIndexedDB()),
            ])
        );
    },
    /** Store what is open in one go: the page is about to end, and waits for nothing. */
    _storeScenicOpenOrders() {
        const models = Object.keys(this.opts.databaseTable);
        const transaction = this.indexedDB?.getNewTransaction(models, "readwrite");
        if (!transaction || !this.models) {
            return;
        }
        for (const model of models) {
            const { condition } = this.opts.databaseTable[model];
            for (const record of this.models[model].filter((record) => !condition(record))) {
                const values = JSON.parse(JSON.stringify(record.serializeForIndexedDB()));
                transaction.objectStore(model).put(values);
            }
        }
        transaction.commit();
    },
    /** Put what waits into loaded data as it was paid, whatever the window's own database says. */
    async _withScenicSales(data) {
        for (const sale of await this.refreshScenicWaiting()) {
            for (const [model, records] of Object.entries(sale.local)) {
                const key = this.opts.databaseTable[model].key;
                const ours = new Set(records.map((record) => record[key]));
                const others = (data[model] || []).filter((record) => !ours.has(record[key]));
                data[model] = [...others, ...records];
            }
        }
        return data;
    },
    // EXTENDS point_of_sale: without the server this is where orders come from
    async loadInitialData() {
        return this._withScenicSales((await super.loadInitialData(...arguments)) || {});
    },
    // EXTENDS point_of_sale: and with it, here
    async getLocalDataFromIndexedDB(data = false) {
        const models = Object.keys(this.opts.databaseTable);
        data = data || (await this.indexedDB.readAll(models)) || {};
        return super.getLocalDataFromIndexedDB(await this._withScenicSales(data));
    },
    // EXTENDS point_of_sale
    async execute(params) {
        const sales = salesOf(params);
        try {
            const result = await super.execute(...arguments);
            if (sales.length) {
                // not awaited: a sale that is sent again changes nothing
                this.scenicOutbox.drop(sales).then(() => this.refreshScenicWaiting());
            }
            this.scenicNetwork.loginLost = false;
            return result;
        } catch (error) {
            const values = this._scenicVerdict(error);
            if (sales.length) {
                await this.scenicOutbox.change(sales, values).catch(() => {});
                await this.refreshScenicWaiting();
            }
            throw error;
        }
    },
    /** Return what an error says about the sales that were being sent. */
    _scenicVerdict(error) {
        if (error instanceof ConnectionLostError) {
            return {};
        }
        if (error.exceptionName === SESSION_EXPIRED) {
            this.scenicNetwork.loginLost = true;
            return {};
        }
        const reason = error.data?.message || error.message || String(error);
        return { reason, refusedAt: scenicClock.now() };
    },
});
