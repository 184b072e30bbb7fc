import { PosStore } from "@point_of_sale/app/services/pos_store";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import "@scenic_ticketing/app/services/pos_store_types";
import { VisitPopup } from "@scenic_ticketing/app/components/visit_popup/visit_popup";

/**
 * Combos whose parts are tickets: the visit is asked once for all of them, and once more for each
 * further part that has a time of its own.
 */
patch(PosStore.prototype, {
    // EXTENDS scenic_ticketing
    async addLineToOrder(vals, order, opts = {}, configure = true) {
        const line = await super.addLineToOrder(...arguments);
        const parts = this._scenicParts(line);
        if (!line || !configure || !parts.length) {
            return line;
        }
        const first = parts[0].product_id.product_tmpl_id;
        const ask =
            parts.some((part) => part.product_id.product_tmpl_id.scenic_slot_required) ||
            this._mustAskScenicVisit(first, order);
        if (ask && !(await this._askScenicCombo(order, parts))) {
            order.removeOrderline(line);
            return;
        }
        await this.syncScenicHolds(order);
        return line;
    },
    /** Return the parts of a combo that are tickets, those with a time first. */
    _scenicParts(line) {
        const parts = (line?.combo_line_ids || []).filter((part) => part.isScenicTicket);
        const timed = (part) => (part.product_id.product_tmpl_id.scenic_slot_required ? 0 : 1);
        return parts.sort((a, b) => timed(a) - timed(b));
    },
    /** Ask day and slot of parts of a combo; false when the cashier gave up. */
    async _askScenicCombo(order, parts) {
        const asked = new Map(); // slot zone of the product: what was chosen
        let date = "";
        for (const part of parts) {
            const template = part.product_id.product_tmpl_id;
            const timed = Boolean(template.scenic_slot_required);
            const key = timed ? template.scenic_together : "";
            if (!asked.has(key) && (timed || !date)) {
                const visit = await this._askScenicPart(order, part, date);
                if (!visit) {
                    return false;
                }
                date = date || visit.date;
                asked.set(key, visit);
            }
            const visit = asked.get(key);
            part.setScenicVisitDate(visit?.date || date, this._scenicSlotData(visit?.slot));
        }
        order.uiState.scenicVisitDate = date;
        return true;
    },
    _askScenicPart(order, part, date) {
        const template = part.product_id.product_tmpl_id;
        const persons = part.qty * (template.scenic_pax || 1);
        return makeAwaitable(this.dialog, VisitPopup, {
            title: part.getFullProductName(),
            product: part.product_id,
            today: template.getScenicToday(),
            lastDay: template.getScenicLastDay(),
            date: date || part.scenicVisitDate || this._scenicNextDate(template, order),
            qty: part.qty,
            pax: template.scenic_pax || 1,
            unitPrice: 0,
            isEdit: true,
            fixedQty: true,
            slotId: part.scenic_data?.slot_id,
            heldPersons: this.scenicHeld.has(part.uuid) ? persons : 0,
        });
    },
    // EXTENDS scenic_ticketing
    async editScenicLine(line) {
        if (!line.combo_parent_id) {
            return super.editScenicLine(...arguments);
        }
        const order = line.order_id;
        order.assertEditable();
        const visit = await this._askScenicPart(order, line, line.scenicVisitDate);
        if (visit) {
            order.uiState.scenicVisitDate = visit.date;
            line.setScenicVisitDate(visit.date, this._scenicSlotData(visit.slot));
            await this.syncScenicHolds(order);
        }
    },
    // EXTENDS scenic_ticketing
    _refuseScenicLine(order, line, answer, renew) {
        if (!line.combo_parent_id || renew) {
            return super._refuseScenicLine(...arguments);
        }
        // one part cannot go alone
        this.dialog.add(AlertDialog, { title: _t("Not enough places"), body: answer.message });
        order.removeOrderline(line);
    },
});
