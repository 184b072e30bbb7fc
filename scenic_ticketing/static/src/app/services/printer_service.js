import { PrinterService } from "@point_of_sale/app/services/printer_service";
import { waitImages } from "@point_of_sale/utils";
import { Mutex } from "@web/core/utils/concurrency";
import { patch } from "@web/core/utils/patch";

patch(PrinterService.prototype, {
    // EXTENDS point_of_sale
    setup() {
        super.setup(...arguments);
        this.scenicWebPrints = new Mutex();
    },
    // OVERRIDE point_of_sale: one document after the other. The receipt and the tickets are shown in
    // one place of the page; without waiting the second replaces the first before it is printed.
    async printWeb(el) {
        await this.scenicWebPrints.exec(() =>
            this.renderer.whenMounted({
                el,
                callback: async (mounted) => {
                    await waitImages(mounted);
                    window.print(mounted);
                },
            })
        );
        return true;
    },
});
