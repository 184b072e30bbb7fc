import { PosStore } from "@point_of_sale/app/services/pos_store";
import { patch } from "@web/core/utils/patch";

/** Refunds whose money has to wait until gates without contact have reported. */
patch(PosStore.prototype, {
    /** The two ways out of a refund that gates hold up; `ask` fetches the quotes again. */
    scenicHoldActions(isManager, ask) {
        return {
            later: async (ids) => {
                const words = await this.data.call("scenic.ticket", "pos_refund_later", [
                    ids,
                    this.config.id,
                ]);
                this.notification.add(words, { type: "success", sticky: true });
                return true;
            },
            release: isManager
                ? async (ids, reason) => {
                      await this.data.call("scenic.ticket", "pos_refund_now", [
                          ids,
                          reason,
                          this.config.id,
                      ]);
                      return ask();
                  }
                : undefined,
        };
    },
});
