import { Component, onWillStart, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { formatCurrency } from "@web/core/currency";
import { ConnectionLostError } from "@web/core/network/rpc";
import { _t } from "@web/core/l10n/translation";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { groupAlias } from "@scenic_ticketing/app/models/scenic_ticket";
import { addDays, formatDayForPaper, todayAt } from "@scenic_ticketing/app/utils/visit_date";

/**
 * Move a ticket to another day. What that costs and whether it is possible only the server knows; a
 * charge becomes a line of the order, and the ticket moves when that is paid.
 */
export class RebookPopup extends Component {
    static template = "scenic_ticketing.RebookPopup";
    static components = { Dialog };
    static props = { ticket: Object, onMoved: Function, close: Function };

    setup() {
        this.pos = usePos();
        const today = todayAt(this.props.ticket.tz);
        const date = this.props.ticket.visit_date > today ? this.props.ticket.visit_date : today;
        this.state = useState({
            date: addDays(date, 1),
            slotId: 0,
            offer: null,
            problem: "",
            loading: false,
        });
        this.today = today;
        onWillStart(() => this.ask());
    }

    get alias() {
        return groupAlias(this.props.ticket.alias);
    }
    get from() {
        return formatDayForPaper(this.props.ticket.visit_date);
    }
    get problem() {
        return this.state.problem || this.state.offer?.obstacle || "";
    }
    get ready() {
        return Boolean(this.state.offer) && !this.problem && !this.state.loading;
    }
    get confirmLabel() {
        return this.state.offer?.charge ? _t("Add the charge to the order") : _t("Rebook");
    }
    format(amount) {
        return formatCurrency(amount, this.pos.currency.id);
    }
    slotLabel(slot) {
        return `${slot.start} – ${slot.end}`;
    }
    chooseDate(ev) {
        this.state.date = ev.target.value;
        this.state.slotId = 0;
        return this.ask();
    }
    chooseSlot(slot) {
        this.state.slotId = slot.slot_id;
        return this.ask();
    }
    get args() {
        const { date, slotId } = this.state;
        return [this.props.ticket.id, date, slotId || false, this.pos.config.id];
    }
    async ask() {
        this.state.offer = this.state.date ? await this.call("pos_rebook_offer") : null;
    }
    async call(method) {
        this.state.loading = true;
        this.state.problem = "";
        try {
            return await this.pos.data.call("scenic.ticket", method, this.args);
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            this.state.problem = _t("Tickets can only be moved while the server can be reached.");
        } finally {
            this.state.loading = false;
        }
        return null;
    }
    async confirm() {
        const { offer, date, slotId } = this.state;
        if (offer.charge) {
            await this.pos.chargeScenicRebooking(this.props.ticket, offer, date, slotId);
            this.props.close();
            this.props.onMoved(null);
        } else {
            const ticket = await this.call("pos_rebook");
            if (ticket) {
                this.props.close();
                this.props.onMoved(ticket);
            }
        }
    }
}
