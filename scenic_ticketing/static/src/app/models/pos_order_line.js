import { PosOrderline } from "@point_of_sale/app/models/pos_order_line";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { parseFloat } from "@web/views/fields/parsers";
import { formatDay, formatDayForPaper, nameOfDay } from "@scenic_ticketing/app/utils/visit_date";

patch(PosOrderline.prototype, {
    get isScenicTicket() {
        return Boolean(this.product_id?.product_tmpl_id?.is_scenic_ticket);
    },
    get scenicVisitDate() {
        const sale = this.refunded_orderline_id || this;
        return (this.isScenicTicket && sale.scenic_data?.visit_date) || "";
    },
    setScenicVisitDate(visitDate, slotData = {}) {
        // a new object: changes inside a Json value are not tracked
        const data = { ...this.scenic_data, visit_date: visitDate };
        delete data.slot_id;
        delete data.slot_time;
        this.scenic_data = { ...data, ...slotData };
    },
    /** Return the time of the slot, like "10:00–11:00", or "". */
    get scenicSlotTime() {
        const sale = this.refunded_orderline_id || this;
        return (this.isScenicTicket && sale.scenic_data?.slot_time) || "";
    },
    get scenicTickets() {
        const tickets = this.backLink("<-scenic.ticket.pos_order_line_id") || [];
        return [...tickets].sort((a, b) => a.id - b.id);
    },
    /** Return the visit date without "today", for what is read on another day. */
    get scenicVisitOnPaper() {
        return [formatDayForPaper(this.scenicVisitDate), this.scenicSlotTime]
            .filter(Boolean)
            .join(" ");
    },
    // the three below depend on the clock, so they are no getters: those are cached
    isScenicVisitToday() {
        return this.scenicVisitDate === this.product_id.product_tmpl_id.getScenicToday();
    },
    isScenicVisitDatePast() {
        return (
            Boolean(this.scenicVisitDate) &&
            this.qty > 0 &&
            this.scenicVisitDate < this.product_id.product_tmpl_id.getScenicToday()
        );
    },
    getScenicVisitLabel() {
        const today = this.product_id.product_tmpl_id.getScenicToday();
        const name = nameOfDay(this.scenicVisitDate, today);
        const day = formatDay(this.scenicVisitDate, today);
        return [name, day, this.scenicSlotTime].filter(Boolean).join(" · ");
    },
    /** Make this refund line one of these tickets, or of persons of a group, for this amount. */
    setScenicRefund({ uids, persons, amount }) {
        this.scenic_data = { ...this.scenic_data, refund_uids: uids, persons };
        const origin = this.refunded_orderline_id;
        const full = (origin.priceIncl / origin.qty) * -this.qty;
        if (Math.abs(amount - full) > this.currency.rounding / 2) {
            // taxes and discounts are shares of the price, so the price carries the fee
            this.price_unit = full ? (origin.price_unit * amount) / full : 0;
            this.price_type = "manual";
        }
    },
    // EXTENDS point_of_sale
    get refundedQty() {
        // persons who left a group leave its ticket refundable
        const parts = (this.refund_orderline_ids || []).filter(
            (line) => line.scenic_data?.persons && line.order_id.state !== "cancel"
        );
        return parts.reduce((sum, line) => sum + line.qty, super.refundedQty);
    },
    // EXTENDS point_of_sale
    canBeMergedWith(orderline) {
        return (
            !this.scenic_data?.rebook &&
            !orderline.scenic_data?.rebook &&
            this.scenicVisitDate === orderline.scenicVisitDate &&
            this.scenic_data?.slot_id === orderline.scenic_data?.slot_id &&
            super.canBeMergedWith(...arguments)
        );
    },
    // EXTENDS point_of_sale
    setQuantity(quantity) {
        const problem = this.isScenicTicket && this._scenicQuantityProblem(quantity);
        return problem || super.setQuantity(...arguments);
    },
    _scenicQuantityProblem(quantity) {
        const count = typeof quantity === "number" ? quantity : parseFloat(`${quantity || 0}`);
        if (!Number.isInteger(count)) {
            return {
                title: _t("Whole tickets only"),
                body: _t("A ticket cannot be divided. Enter a whole number."),
            };
        }
        if (count < 0 && !this.refunded_orderline_id) {
            return {
                title: _t("Take tickets back from their order"),
                body: _t("Open the order under Orders, or scan the ticket, and refund it there."),
            };
        }
        return null;
    },
});
