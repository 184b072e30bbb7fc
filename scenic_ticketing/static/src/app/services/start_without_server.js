import { BarcodeParser } from "@barcodes/js/barcode_parser";
import { WORKER_STATE, WorkerService } from "@bus/services/worker_service";
import { PosStore } from "@point_of_sale/app/services/pos_store";
import { browser } from "@web/core/browser/browser";
import { ConnectionLostError } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";
import { LIMITS, within } from "@scenic_ticketing/app/services/data_service_network";

/** What stock POS asks the server for while it starts, and would wait for. */
const NOMENCLATURE_KEY = "scenic_ticketing.nomenclature";

// Scanners work after a start without the server, too.
patch(BarcodeParser, {
    // EXTENDS barcodes
    async fetchNomenclature(orm, id) {
        const key = `${NOMENCLATURE_KEY}.${id}`;
        const fetched = super.fetchNomenclature(...arguments);
        try {
            const nomenclature = await within(fetched, LIMITS.lookUp, "barcode.nomenclature");
            browser.localStorage.setItem(key, JSON.stringify(nomenclature));
            return nomenclature;
        } catch (error) {
            const known = browser.localStorage.getItem(key);
            if (known && error instanceof ConnectionLostError) {
                return JSON.parse(known);
            }
            throw error;
        }
    },
});

// A shared worker is loaded past the page's own store: from a server that hangs it never comes. The
// worker of the page, which is tried next, is in the store.
patch(WorkerService.prototype, {
    // EXTENDS bus
    startWorker() {
        super.startWorker(...arguments);
        const { worker } = this;
        browser.setTimeout(() => {
            if (this.worker === worker && this.state === WORKER_STATE.INITIALIZING) {
                this.onInitError(new Event("timeout"));
            }
        }, LIMITS.ping);
    },
});

patch(PosStore.prototype, {
    // EXTENDS point_of_sale: an address may name an order that this browser does not have
    async handleUrlParams() {
        try {
            return await super.handleUrlParams(...arguments);
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            const { page, params } = this.defaultPage;
            this.router.navigate(page, params);
        }
    },
});
