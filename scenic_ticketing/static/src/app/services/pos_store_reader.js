import { PosStore } from "@point_of_sale/app/services/pos_store";
import { patch } from "@web/core/utils/patch";
import { SerialReaders } from "@scenic_ticketing/app/services/serial_readers";

patch(PosStore.prototype, {
    // EXTENDS point_of_sale
    async setup() {
        await super.setup(...arguments);
        this.scenicReaders = new SerialReaders({
            baud: this.config.scenic_reader_baud || 9600,
            // what no dialog waits for is a ticket or a product, as from a keyboard scanner
            onReading: (text) => this.barcodeReader?.scan(text),
        });
        // not awaited: a browser that asks somebody first must not hold up the window
        this.scenicReaders.start();
    },
});
