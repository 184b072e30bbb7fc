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
        // uids of the tickets that are given back, by uuid of their sale line
        this.scenicRefundUids = {};
    },
    /** Print what is still good: tickets may have been used or given back since the order loaded. */
    async reprintScenicTickets(order) {
        await this.pos.refreshScenicTickets(order);
        await this.pos.printScenicTickets(order);
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
        this.scenicRefundUids = {};
        const details = this._getRefundableDetails(order.getPartner(), order).filter(
            (detail) => detail.line.isScenicTicket
        );
        const refunds = details.map(({ line, qty }) => ({ line_id: line.id, qty, uids: [] }));
        if (!(await this.pos.checkScenicRefund(refunds))) {
            // the next digit is a new quantity
            this.numberBuffer.reset();
            return false;
        }
        if (details.length) {
            await this.pos.refreshScenicTickets(order);
        }
        for (const { line, qty } of details) {
            const tickets = line.scenicTickets.filter((ticket) => ticket.isUnused);
            if (tickets.length > qty) {
                const uids = await makeAwaitable(this.dialog, RefundPopup, {
                    productName: line.getFullProductName(),
                    tickets,
                    count: qty,
                });
                if (!uids) {
                    return false;
                }
                this.scenicRefundUids[line.uuid] = uids;
            }
        }
        return true;
    },
    // EXTENDS point_of_sale
    async addAdditionalRefundInfo(order, destinationOrder) {
        for (const line of destinationOrder.lines) {
            const uids = this.scenicRefundUids[line.refunded_orderline_id?.uuid];
            if (uids) {
                line.scenic_data = { ...line.scenic_data, refund_uids: uids };
            }
        }
        return super.addAdditionalRefundInfo(...arguments);
    },
});
