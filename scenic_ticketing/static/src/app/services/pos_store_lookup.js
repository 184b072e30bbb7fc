import { BarcodeReader } from "@point_of_sale/app/services/barcode_reader_service";
import { PosStore } from "@point_of_sale/app/services/pos_store";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";
import "@scenic_ticketing/app/services/pos_store_print";
import { RefundPopup } from "@scenic_ticketing/app/components/refund_popup/refund_popup";
import { TicketPopup } from "@scenic_ticketing/app/components/ticket_popup/ticket_popup";
import { slipOfFacts } from "@scenic_ticketing/app/utils/slip_facts";

const WAITING_KEY = "scenic_ticketing.reprints";

patch(PosStore.prototype, {
    // EXTENDS point_of_sale
    async setup() {
        await super.setup(...arguments);
        if (this.barcodeReader) {
            this.barcodeReader.scenicLookUp = (code) => this.lookUpScenicScan(code);
        }
    },
    /** Show what was scanned when it is no product: a voucher, an order. False when it is nothing. */
    async lookUpScenicScan(code) {
        if (!this.sellsScenicTickets || this.scenicNetwork.state !== "online") {
            return false;
        }
        const answer = await this.callScenic("scenic.ticket", "pos_find", [code, this.config.id]);
        if (!answer || !(answer.ticket || answer.vouchers.length)) {
            return false;
        }
        this.dialog.add(TicketPopup, { code: "", answer });
        return true;
    },
    /** Ask the server; null when it cannot be reached. */
    async callScenic(model, method, args) {
        try {
            return await this.data.call(model, method, args);
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            return null;
        }
    },

    // --- printing again ---

    // EXTENDS scenic_ticketing
    async printScenicTickets(order, { again = order.uiState.scenicPrinted } = {}) {
        if (!again) {
            return super.printScenicTickets(...arguments);
        }
        const slips = order.scenicSlips || order.scenicTicketsToPrint.map((ticket) => ticket.slip);
        const reason = _t("Printed again with the order");
        const copies = await this.traceScenicReprint(slips.map(aliasOf), reason);
        const marked = slips.map((slip) => withCopy(slip, copies[aliasOf(slip)]));
        return this.printScenicSlips(marked, { order, reason });
    },
    /** Print tickets that were looked up once more; each slip carries its number. */
    async reprintScenicTickets(tickets, reason) {
        const ids = tickets.map((ticket) => ticket.id);
        const args = [ids, reason, this.config.id];
        const facts = await this.callScenic("scenic.ticket", "pos_slips", args);
        return facts && this.printScenicSlips(facts.map(slipOfFacts), { reason });
    },
    /**
     * Tell that slips come out once more; returns the number of each. Without the server they are
     * told later: a visitor with a torn slip does not wait for it.
     */
    async traceScenicReprint(aliases, reason) {
        await this.sendScenicReprints();
        const args = [aliases, this.config.id, reason];
        const copies = await this.callScenic("scenic.ticket", "pos_reprinted", args);
        const late = aliases.filter((alias) => !copies?.[alias]);
        if (late.length) {
            this._keepScenicReprints([...this._waitingScenicReprints(), { aliases: late, reason }]);
        }
        return copies || {};
    },
    get _scenicReprintsKey() {
        return `${WAITING_KEY}.${this.config.id}`;
    },
    // a method: getters of the store are remembered
    _waitingScenicReprints() {
        return JSON.parse(localStorage.getItem(this._scenicReprintsKey) || "[]");
    },
    _keepScenicReprints(reprints) {
        localStorage.setItem(this._scenicReprintsKey, JSON.stringify(reprints.slice(-200)));
    },
    /** Tell what was printed again while the server did not answer. */
    async sendScenicReprints() {
        const waiting = this._waitingScenicReprints();
        this._keepScenicReprints([]);
        for (const [index, { aliases, reason }] of waiting.entries()) {
            const args = [aliases, this.config.id, reason];
            const copies = await this.callScenic("scenic.ticket", "pos_reprinted", args).catch(
                // used or void meanwhile: it opens nothing, so nobody needs to know its copies
                () => Object.fromEntries(aliases.map((alias) => [alias, 0]))
            );
            const left = aliases.filter((alias) => !copies || !(alias in copies));
            if (left.length) {
                const rest = copies ? waiting.slice(index + 1) : waiting.slice(index);
                const mine = copies ? [{ aliases: left, reason }] : [];
                this._keepScenicReprints([...this._waitingScenicReprints(), ...mine, ...rest]);
                return;
            }
        }
    },
    // EXTENDS point_of_sale
    postSyncAllOrders() {
        super.postSyncAllOrders(...arguments);
        if (this._waitingScenicReprints().length) {
            this.sendScenicReprints();
        }
    },

    // --- refund of what was looked up ---

    /**
     * Go from looked-up tickets of one order straight to the payment of their refund.
     *
     * @param {Object[]} tickets as `pos_scan` tells them: uid, line_id, order_id
     * @returns {Promise<boolean>} whether the window is at the payment now
     */
    async refundScenicTickets(tickets) {
        const why = _t("Another window or a gate may have the ticket in its hands now.");
        if (this.refuseScenicOffline(_t("Refund"), why)) {
            return false;
        }
        const [orderId, ...others] = new Set(tickets.map((ticket) => ticket.order_id));
        if (!orderId || others.length) {
            this.dialog.add(AlertDialog, {
                title: _t("Refund not possible"),
                body: _t("Give back the tickets of one order at a time."),
            });
            return false;
        }
        const [order] = await this.data.loadServerOrders([["id", "=", orderId]]);
        const given = new Map();
        for (const line of order.lines) {
            const uids = tickets.filter((t) => t.line_id === line.id).map((t) => t.uid);
            if (uids.length) {
                const choice = await this._chooseScenicRefund(line, uids);
                if (!choice) {
                    return false;
                }
                given.set(line, choice);
            }
        }
        this._startScenicRefund(order, given);
        return true;
    },
    async _chooseScenicRefund(line, uids) {
        const refund = { line_id: line.id, qty: uids.length, uids };
        const ask = async () => {
            const quotes = (await this.getScenicRefundQuotes([refund])) || [];
            return [quotes.filter((ticket) => uids.includes(ticket.uid)), quotes.length];
        };
        const [tickets, all] = await ask();
        const mayWaive = tickets.some((ticket) => ticket.may_waive);
        const open = (ticket) =>
            mayWaive ||
            ticket.hold ||
            Object.values(ticket.quotes).some((quote) => !quote.obstacle);
        if (tickets.length < uids.length || !tickets.every(open)) {
            // the server says why
            await this.checkScenicRefund([refund]);
            return null;
        }
        const whole = tickets.map((ticket) => ticket.quotes[ticket.pax]);
        const simple = tickets.every((ticket) => ticket.pax === 1);
        let given;
        if (simple && whole.every((quote) => !quote.obstacle)) {
            // the amount stood on the button, with its fee
            const amount = whole.reduce((sum, quote) => sum + quote.amount, 0);
            given = { uids, persons: 0, amount };
        } else {
            given = await makeAwaitable(this.dialog, RefundPopup, {
                productName: line.getFullProductName(),
                tickets,
                count: uids.length,
                currencyId: line.currency.id,
                ...this.scenicHoldActions(mayWaive, async () => (await ask())[0]),
                waive: mayWaive
                    ? async (ids, reason) => {
                          await this.data.call("scenic.ticket", "pos_waive_fee", [ids, reason]);
                          return (await ask())[0];
                      }
                    : undefined,
            });
        }
        const spare = all - (line.qty - line.refundedQty);
        if (given && uids.length === 1 && spare > 0 && !given.persons) {
            // a group that was divided has more tickets than its line has units
            given.persons = tickets[0].pax;
        }
        return given;
    },
    _startScenicRefund(order, given) {
        const empty = this.models["pos.order"].find(
            (other) => !other.finalized && !other.lines.length && !other.payment_ids.length
        );
        const refund = empty || this.addNewOrder();
        refund.is_refund = true;
        refund.pricelist_id = order.pricelist_id;
        refund.fiscal_position_id = order.fiscal_position_id;
        if (order.partner_id) {
            refund.setPartner(order.partner_id);
        }
        refund.refunded_order_id = order;
        for (const [line, choice] of given) {
            const back = this.models["pos.order.line"].create({
                qty: -choice.uids.length,
                price_unit: line.price_unit,
                product_id: line.product_id,
                order_id: refund,
                discount: line.discount,
                tax_ids: line.tax_ids.map((tax) => ["link", tax]),
                refunded_orderline_id: line,
                price_type: "automatic",
                attribute_value_ids: line.attribute_value_ids.map((value) => ["link", value]),
            });
            back.setScenicRefund(choice);
        }
        this.setOrder(refund);
        refund.setScreenData({ name: "PaymentScreen" });
        this.navigate("PaymentScreen", { orderUuid: refund.uuid });
    },
});

patch(BarcodeReader.prototype, {
    // EXTENDS point_of_sale
    async showNotFoundNotification(code) {
        if (!(await this.scenicLookUp?.(code.code))) {
            super.showNotFoundNotification(code);
        }
    },
});

function aliasOf(slip) {
    return slip.alias.replaceAll(" ", "");
}

function withCopy(slip, copy) {
    return copy ? { ...slip, copy } : slip;
}
