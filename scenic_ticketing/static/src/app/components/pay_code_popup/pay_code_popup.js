import { Component, onMounted, onWillUnmount, useRef, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { formatCurrency } from "@web/core/currency";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { isPayCode } from "@scenic_ticketing/app/utils/pay_code";

// pause before the server is asked again when it did not answer, in seconds
const PATIENCE = 2;

/**
 * Take money by the customer's code, or give it back: scan, ask until it is settled, or give up.
 * Closes by itself with what the server says in the end. A cashier who leaves earlier loses
 * nothing: the server goes on, and the payment line finds its attempt again.
 */
export class PayCodePopup extends Component {
    static template = "scenic_ticketing.PayCodePopup";
    static components = { Dialog };
    static props = {
        line: Object,
        found: { type: [Object, { value: null }] },
        sessionId: Number,
        getPayload: Function,
        close: Function,
    };

    setup() {
        this.pos = usePos();
        this.input = useRef("code");
        this.state = useState({
            code: "",
            facts: this.props.found,
            problem: "",
            working: false,
            givingUp: false,
            earlier: false,
        });
        onMounted(() => {
            if (this.props.found) {
                this.settle(this.props.found);
            } else if (this.isRefund) {
                this.begin();
            } else {
                this.input.el.focus();
            }
        });
        onWillUnmount(() => {
            this.gone = true;
        });
    }
    get isRefund() {
        return this.props.line.amount < 0;
    }
    get title() {
        return this.isRefund ? _t("Give back") : this.props.line.payment_method_id.name;
    }
    get amount() {
        return formatCurrency(Math.abs(this.props.line.amount), this.pos.currency.id);
    }
    get isScanning() {
        return !this.state.facts && !this.state.working && !this.isRefund;
    }
    get failed() {
        return ["failed", "reversed", "refund_failed"].includes(this.state.facts?.state);
    }
    get status() {
        return {
            new: _t("Sending the code…"),
            paying: _t("Waiting for the customer. The phone may ask for a password."),
            reversing: _t("Not paid. Making sure that no money is taken: do not charge again yet."),
            refund_new: _t("Giving the money back…"),
            refunding: _t("Giving the money back…"),
            failed: _t("Not paid. No money was taken."),
            reversed: _t("Not paid. No money was kept."),
            refund_failed: _t("Nothing was given back: the acquirer refused. Pay it out in cash."),
            paid: _t("Paid."),
            refunded: _t("Given back."),
        }[this.state.facts?.state || (this.isRefund ? "refund_new" : "new")];
    }
    get mayGiveUp() {
        const { facts, givingUp } = this.state;
        return !this.isRefund && !givingUp && ["new", "paying"].includes(facts?.state);
    }
    onKeydown(ev) {
        if (ev.key === "Enter") {
            this.scan();
        }
    }
    scan() {
        const code = this.state.code.replace(/[\s-]/g, "");
        if (!isPayCode(code)) {
            this.state.problem = _t("This is no payment code. Scan the code on the phone again.");
            this.state.code = "";
            this.input.el?.focus();
            return;
        }
        this.code = code;
        return this.begin();
    }
    get payment() {
        const { line } = this.props;
        const order = line.pos_order_id;
        const sold = order.lines.find((one) => one.refunded_orderline_id);
        return {
            uuid: line.uuid,
            amount: line.amount,
            code: this.code || "",
            order_uuid: order.uuid,
            order_name: order.getName(),
            lines: order.payment_ids.map((one) => one.uuid),
            refunded_order_id: sold?.refunded_orderline_id.order_id.id || false,
        };
    }
    async begin() {
        this.state.working = true;
        const facts = await this.ask(this.isRefund ? "pos_begin_refund" : "pos_begin", [
            this.props.sessionId,
            this.props.line.payment_method_id.id,
            this.payment,
        ]);
        this.state.working = false;
        if (facts) {
            await this.settle(facts);
        } else {
            this.state.code = "";
        }
    }
    /** Ask again and again until it is known what became of an attempt. */
    async settle(facts) {
        this.state.earlier = Boolean(facts.earlier);
        this.state.facts = facts;
        let wait = 0;
        while (!facts.final && !this.gone) {
            if (wait) {
                await new Promise((resolve) => browser.setTimeout(resolve, wait * 1000));
            }
            const code = this.state.earlier ? "" : this.code || "";
            const next = await this.ask("pos_step", [facts.ref, code, this.state.givingUp]);
            facts = next || facts;
            this.state.facts = facts;
            wait = next ? next.wait : PATIENCE;
        }
        if (!this.gone && ["paid", "refunded"].includes(facts.state)) {
            await this.finish(facts);
        }
    }
    async finish(facts) {
        const { line } = this.props;
        if (facts.state === "paid" && facts.payment_uuid !== line.uuid) {
            // it has lost its payment line, with the page that knew it
            if (!(await this.ask("pos_adopt", [facts.ref, line.uuid]))) {
                return;
            }
        }
        this.props.getPayload(facts);
        this.props.close();
    }
    async ask(method, args) {
        try {
            const answer = await this.pos.data.call("scenic.pay.attempt", method, args);
            this.state.problem = "";
            return answer;
        } catch (error) {
            if (error instanceof ConnectionLostError) {
                this.state.problem = _t(
                    "The server does not answer. The payment is settled as soon as it does."
                );
            } else if (error instanceof RPCError && error.data?.message) {
                this.state.problem = error.data.message;
            } else {
                throw error;
            }
            return null;
        }
    }
    giveUp() {
        this.state.givingUp = true;
    }
    /** Scan the next code: the last one certainly took nothing. */
    again() {
        this.code = "";
        Object.assign(this.state, { code: "", facts: null, givingUp: false, earlier: false });
    }
    leave() {
        this.props.getPayload(null);
        this.props.close();
    }
}
