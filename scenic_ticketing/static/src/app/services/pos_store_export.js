import { PosStore } from "@point_of_sale/app/services/pos_store";
import { patch } from "@web/core/utils/patch";
import "@scenic_ticketing/app/services/data_service_outbox";
import { scenicClock } from "@scenic_ticketing/app/utils/scenic_clock";

patch(PosStore.prototype, {
    /** Return the sales that wait as a document that a manager can book from (see the README). */
    async exportScenicSales() {
        const sales = await this.data.refreshScenicWaiting();
        return {
            format: "scenic-window-sales",
            version: 1,
            database: odoo.info.db,
            window: { id: this.config.id, name: this.config.name },
            exported_at: new Date(scenicClock.now()).toISOString(),
            sales: sales.map(({ uuid, name, total, paidAt, reason, payload }) => ({
                uuid,
                name,
                total,
                paid_at: new Date(paidAt).toISOString(),
                refused: reason || "",
                order: payload,
            })),
        };
    },
    async saveScenicSales() {
        const content = JSON.stringify(await this.exportScenicSales(), null, 1);
        const link = document.createElement("a");
        link.href = URL.createObjectURL(new Blob([content], { type: "application/json" }));
        link.download = `${this.config.name} ${new Date(scenicClock.now()).toISOString().slice(0, 16).replace(/:/g, "")}.json`;
        link.click();
        URL.revokeObjectURL(link.href);
    },
});
