import { TicketScreen } from "@point_of_sale/app/screens/ticket_screen/ticket_screen";
import { useTrackedAsync } from "@point_of_sale/app/hooks/hooks";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { patch } from "@web/core/utils/patch";
import { RefundPopup } from "@scenic_ticketing/app/components/refund_popup/refund_popup";

patch(TicketScreen.prototype, {
    // EXTENDS point_of_sale
    setup() {
        super.setup(...arguments);
        this.printScenicTickets = useTrackedAsync((order) => this.reprintScenicTickets(order));
        // what is given back: uids, persons of a group, amount; by uuid of the sale line
        this.scenicRefunds = {};
    },
    /** Print what is still good: tickets may have been used or given back since the order loaded. */
    async reprintScenicTickets(order) {
        await this.pos.refreshScenicTickets(order);
        // what is still awaited was never on paper
        await this.pos.printScenicTickets(order, { again: !order.uiState.scenicAwaited });
    },
    // EXTENDS point_of_sale
    async onDoRefund() {
        const order = this.getSelectedOrder();
        if (order?.scenicLines.length && !(await this.prepareScenicRefund(order))) {
            return;
        }
        return super.onDoRefund(...arguments);
    },
    /** Find out which tickets come back and whether they may, before any money is counted. */
    async prepareScenicRefund(order) {
        if (this._doesOrderHaveSoleItem(order) && !this._prepareAutoRefundOnOrder(order)) {
            return false;
        }
        this.scenicRefunds = {};
        const details = this._getRefundableDetails(order.getPartner(), order).filter(
            (detail) => detail.line.isScenicTicket
        );
        const refunds = details.map(({ line, qty }) => ({ line_id: line.id, qty, uids: [] }));
        const quotes = await this.pos.getScenicRefundQuotes(refunds);
        if (details.length) {
            await this.pos.refreshScenicTickets(order);
        }
        for (const [index, { line, qty }] of details.entries()) {
            const tickets = quotes?.filter((ticket) => ticket.line_id === line.id) || [];
            const given = await this.chooseScenicRefund(line, qty, tickets, refunds[index]);
            if (!given) {
                // the next digit is a new quantity
                this.numberBuffer.reset();
                return false;
            }
            const spare = tickets.length - (line.qty - line.refundedQty);
            if (qty === 1 && spare > 0 && !given.persons) {
                // a group that was divided has more tickets than its line has units
                const ticket = tickets.find((ticket) => given.uids.includes(ticket.uid));
                given.persons = ticket.pax;
            }
            this.scenicRefunds[line.uuid] = given;
        }
        return true;
    },
    /**
     * Return which tickets of a line come back for how much, or nothing when they do not.
     * Nothing is asked when there is neither a choice nor a fee.
     */
    async chooseScenicRefund(line, qty, quotes, refund) {
        const mayWaive = quotes.some((ticket) => ticket.may_waive);
        const tickets = quotes.filter(
            (ticket) =>
                mayWaive ||
                ticket.hold ||
                Object.values(ticket.quotes).some((quote) => !quote.obstacle)
        );
        if (tickets.length < qty) {
            // the server says why
            await this.pos.checkScenicRefund([refund]);
            return null;
        }
        const whole = tickets.map((ticket) => ticket.quotes[ticket.pax]);
        const simple = tickets.length === qty && tickets.every((ticket) => ticket.pax === 1);
        if (simple && whole.every((quote) => !quote.fee && !quote.obstacle)) {
            const amount = whole.reduce((sum, quote) => sum + quote.amount, 0);
            return { uids: tickets.map((ticket) => ticket.uid), persons: 0, amount };
        }
        return makeAwaitable(this.dialog, RefundPopup, {
            productName: line.getFullProductName(),
            tickets,
            count: qty,
            currencyId: line.currency.id,
            ...this.pos.scenicHoldActions(
                mayWaive,
                async () => await this.pos.getScenicRefundQuotes([refund])
            ),
            waive: mayWaive
                ? async (ids, reason) => {
                      await this.pos.data.call("scenic.ticket", "pos_waive_fee", [ids, reason]);
                      return this.pos.getScenicRefundQuotes([refund]);
                  }
                : undefined,
        });
    },
    // EXTENDS point_of_sale
    async addAdditionalRefundInfo(order, destinationOrder) {
        for (const line of destinationOrder.lines) {
            const given = this.scenicRefunds[line.refunded_orderline_id?.uuid];
            if (given) {
                line.setScenicRefund(given);
            }
        }
        return super.addAdditionalRefundInfo(...arguments);
    },
});
