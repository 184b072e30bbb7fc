import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { formatCurrency } from "@web/core/currency";
import { useService } from "@web/core/utils/hooks";
import { _t } from "@web/core/l10n/translation";
import { useBarcodeReader } from "@point_of_sale/app/hooks/barcode_reader_hook";
import { groupAlias } from "@scenic_ticketing/app/models/scenic_ticket";

/**
 * Ask which of the tickets of a line the visitor hands back, or how many persons of a group, and
 * show what is paid back and what is kept before any money is counted. The server made the quotes
 * and checks the amount again; the other tickets stay good, so voiding any of them would turn away
 * somebody who still holds a paid ticket. Scanning chooses as well.
 */
export class RefundPopup extends Component {
    static template = "scenic_ticketing.RefundPopup";
    static components = { Dialog };
    static props = {
        productName: String,
        // as the server quotes them: uid, ticket_id, alias, code, pax, quotes by number of persons
        tickets: Array,
        count: Number,
        currencyId: Number,
        // managers only: waives the fees of tickets and returns the new quotes
        waive: { type: Function, optional: true },
        // makes tickets void whose money has to wait for gates; true when it is done
        later: { type: Function, optional: true },
        // managers only: lets the money go without waiting and returns the new quotes
        release: { type: Function, optional: true },
        getPayload: Function,
        close: Function,
    };

    setup() {
        this.notification = useService("notification");
        const { tickets, count } = this.props;
        const only = tickets.length === count ? tickets.map((ticket) => ticket.uid) : [];
        this.state = useState({
            tickets,
            chosen: only,
            persons: 0,
            waiving: false,
            releasing: false,
            reason: "",
        });
        this.resetPersons();
        useBarcodeReader({ scenic_ticket: this.onScanned }, true);
    }

    get instruction() {
        if (this.state.tickets.length === this.props.count) {
            return "";
        }
        return _t("Touch or scan the %(count)s of %(total)s that the visitor hands back.", {
            count: this.props.count,
            total: this.state.tickets.length,
        });
    }
    get chosenTickets() {
        return this.state.tickets.filter((ticket) => this.state.chosen.includes(ticket.uid));
    }
    /** The group of which only some persons may leave, if one is chosen. */
    get group() {
        const [ticket] = this.chosenTickets;
        return this.props.count === 1 && ticket?.pax > 1 ? ticket : null;
    }
    get mostPersons() {
        return Math.max(0, ...this.personChoices(this.group));
    }
    /** The numbers of persons for which the server would give money back. */
    personChoices(ticket) {
        const quotes = Object.values(ticket?.quotes || {});
        const free = quotes.filter((quote) => !quote.obstacle).map((quote) => quote.persons);
        return free.length ? free : quotes.map((quote) => quote.persons).slice(-1);
    }
    get chosenQuotes() {
        return this.chosenTickets.map(
            (ticket) => ticket.quotes[this.group ? this.state.persons : ticket.pax]
        );
    }
    get obstacle() {
        return this.chosenQuotes.find((quote) => quote.obstacle)?.obstacle || "";
    }
    /** Why the money of the chosen tickets has to wait for gates; everything else is in order. */
    get hold() {
        const hold = this.chosenTickets.find((ticket) => ticket.hold)?.hold || "";
        return hold && this.obstacle === hold ? hold : "";
    }
    get mayReturn() {
        return Boolean(
            this.props.later &&
                this.hold &&
                this.state.chosen.length === this.props.count &&
                this.chosenTickets.every((ticket) => ticket.may_return)
        );
    }
    get isComplete() {
        return this.state.chosen.length === this.props.count && !this.obstacle;
    }
    get choices() {
        return this.state.tickets.map((ticket) => ({
            uid: ticket.uid,
            label: groupAlias(ticket.alias),
            amount: this.format(ticket.quotes[Math.max(...this.personChoices(ticket))].amount),
            chosen: this.state.chosen.includes(ticket.uid),
        }));
    }
    sum(name) {
        return this.chosenQuotes.reduce((sum, quote) => sum + quote[name], 0);
    }
    get tiers() {
        return [...new Set(this.chosenQuotes.map((quote) => quote.tier).filter(Boolean))].join(
            " · "
        );
    }
    get mayWaive() {
        return (
            Boolean(this.props.waive) &&
            !this.hold &&
            (this.sum("fee") > 0 || Boolean(this.obstacle))
        );
    }
    format(amount) {
        return formatCurrency(amount, this.props.currencyId);
    }
    resetPersons() {
        this.state.persons = this.group ? this.mostPersons : 0;
    }
    toggle(uid) {
        const { chosen } = this.state;
        if (chosen.includes(uid)) {
            this.state.chosen = chosen.filter((other) => other !== uid);
        } else {
            // one too many: the oldest choice makes room
            this.state.chosen = [...chosen, uid].slice(-this.props.count);
        }
        this.resetPersons();
    }
    stepPersons(step) {
        const numbers = this.personChoices(this.group);
        const wanted = this.state.persons + step;
        if (step > 0) {
            this.state.persons = numbers.find((number) => number >= wanted) ?? this.state.persons;
        } else {
            const fewer = numbers.filter((number) => number <= wanted);
            this.state.persons = fewer.at(-1) ?? this.state.persons;
        }
    }
    onScanned({ code }) {
        const text = code.toUpperCase();
        const ticket = this.state.tickets.find(
            (ticket) => ticket.code === text || ticket.alias === text
        );
        if (!ticket) {
            this.notification.add(_t("This ticket is not one of them."), { type: "warning" });
        } else if (!this.state.chosen.includes(ticket.uid)) {
            this.toggle(ticket.uid);
        }
    }
    async waive() {
        if (!this.state.waiving) {
            this.state.waiving = true;
            return;
        }
        const reason = this.state.reason.trim();
        if (!reason) {
            return;
        }
        const ids = this.chosenTickets.map((ticket) => ticket.ticket_id);
        const tickets = await this.props.waive(ids, reason);
        if (tickets) {
            this.state.tickets = tickets;
            this.state.waiving = false;
            this.resetPersons();
        }
    }
    get chosenIds() {
        return this.chosenTickets.map((ticket) => ticket.ticket_id);
    }
    async payLater() {
        if (await this.props.later(this.chosenIds)) {
            this.props.close();
        }
    }
    async payNow() {
        if (!this.state.releasing) {
            this.state.releasing = true;
            return;
        }
        const reason = this.state.reason.trim();
        const tickets = reason && (await this.props.release(this.chosenIds, reason));
        if (tickets) {
            this.state.tickets = tickets;
            this.state.releasing = false;
            this.state.reason = "";
            this.resetPersons();
        }
    }
    confirm() {
        const persons = this.group && this.state.persons < this.group.pax ? this.state.persons : 0;
        this.props.getPayload({
            uids: this.state.chosen,
            persons,
            amount: this.sum("amount"),
        });
        this.props.close();
    }
}
