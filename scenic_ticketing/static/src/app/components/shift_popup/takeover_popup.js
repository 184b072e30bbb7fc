import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { formatCurrency } from "@web/core/currency";
import { parseFloat } from "@web/views/fields/parsers";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { callShift } from "@scenic_ticketing/app/components/shift_popup/shift_call";

/** The drawer was handed over: whom it was handed to counts and takes it, with the own login. */
export class TakeoverPopup extends Component {
    static template = "scenic_ticketing.TakeoverPopup";
    static components = { Dialog };
    static props = { facts: Object, close: Function };

    setup() {
        this.pos = usePos();
        this.facts = this.props.facts;
        this.state = useState({ amount: "", reason: "", busy: false, problem: "" });
    }
    get isMine() {
        return this.facts.user_id === this.pos.user.id;
    }
    get given() {
        return formatCurrency(this.facts.expected_float, this.pos.currency.id);
    }
    get amount() {
        return this.state.amount.trim() ? parseFloat(this.state.amount) : NaN;
    }
    get isValid() {
        return this.env.utils.isValidFloat(this.state.amount) && this.state.amount.trim() !== "";
    }
    get differs() {
        return this.isValid && !this.pos.currency.isZero(this.amount - this.facts.expected_float);
    }
    get ready() {
        return (
            this.isValid && !this.state.busy && (!this.differs || this.state.reason.trim() !== "")
        );
    }
    asGiven() {
        this.state.amount = this.env.utils.formatCurrency(this.facts.expected_float, false);
    }
    async confirm() {
        const facts = await callShift(this, "pos_accept", this.amount, this.state.reason);
        if (facts) {
            this.props.close();
        }
    }
    leave() {
        this.pos.leaveToScenicLogin();
    }
}
