import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { formatCurrency } from "@web/core/currency";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { parseFloat } from "@web/views/fields/parsers";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { MoneyDetailsPopup } from "@point_of_sale/app/components/popups/money_details_popup/money_details_popup";
import { callShift } from "@scenic_ticketing/app/components/shift_popup/shift_call";

/**
 * Count the drawer, explain what differs, then hand over or close. What should be there is shown
 * only where the server has sent it: at a blind window that is after the count.
 */
export class ShiftPopup extends Component {
    static template = "scenic_ticketing.ShiftPopup";
    static components = { Dialog };
    static props = { facts: Object, close: Function };

    setup() {
        this.pos = usePos();
        this.dialog = useService("dialog");
        this.hardwareProxy = useService("hardware_proxy");
        // whoever closes the report leaves the window, which is not theirs any more
        this.env.dialogData.dismiss = () => this.step === "done" && this.leave();
        this.state = useState({
            facts: this.props.facts,
            counted: this.firstCount(this.props.facts),
            reasons: {},
            note: "",
            handTo: "",
            paper: null,
            handedTo: "",
            stale: false,
            busy: false,
            problem: "",
        });
    }
    get facts() {
        return this.state.facts;
    }
    get step() {
        return this.state.paper ? "done" : this.facts.state === "counted" ? "explain" : "count";
    }
    get title() {
        return { count: _t("Count"), explain: _t("Close or hand over"), done: _t("Shift report") }[
            this.step
        ];
    }
    get methods() {
        return this.facts.methods;
    }
    /** Cash is always counted; what a terminal took is taken over where it may be shown. */
    firstCount(facts) {
        const known = facts.methods.filter((row) => !row.is_cash && row.expected !== undefined);
        return Object.fromEntries(
            known.map((row) => [
                row.payment_method_id,
                this.env.utils.formatCurrency(row.expected, false),
            ])
        );
    }
    format(amount) {
        return formatCurrency(amount, this.pos.currency.id);
    }
    isCounted(row) {
        return row.type !== "pay_later";
    }
    /** Return the amount of a method, null when it was left empty, NaN when it is no number. */
    amountOf(row) {
        const text = (this.state.counted[row.payment_method_id] || "").trim();
        if (!text) {
            return null;
        }
        return this.env.utils.isValidFloat(text) ? parseFloat(text) : NaN;
    }
    get canCount() {
        return (
            !this.state.busy &&
            this.methods.every((row) => {
                const amount = this.amountOf(row);
                return amount === null
                    ? !(row.is_cash && this.facts.cash_control)
                    : !Number.isNaN(amount);
            })
        );
    }
    countNotes(row) {
        const action = _t("Count the drawer");
        this.hardwareProxy.openCashbox(action);
        this.dialog.add(MoneyDetailsPopup, {
            moneyDetails: this.moneyDetails || null,
            action,
            getPayload: ({ total, moneyDetails }) => {
                this.state.counted[row.payment_method_id] = this.env.utils.formatCurrency(
                    total,
                    false
                );
                this.moneyDetails = moneyDetails;
            },
        });
    }
    async confirmCount() {
        const counted = Object.fromEntries(
            this.methods.map((row) => [row.payment_method_id, this.amountOf(row)])
        );
        const facts = await callShift(this, "pos_count", counted);
        if (facts) {
            this.state.facts = facts;
            this.state.stale = false;
        }
    }
    get mayRecount() {
        return !this.facts.blind || this.facts.supervisor;
    }
    async recount() {
        const facts = await callShift(this, "pos_recount");
        if (facts) {
            this.state.facts = facts;
        }
    }
    isDifferent(row) {
        return !this.pos.currency.isZero(row.difference);
    }
    get explained() {
        return this.methods
            .filter((row) => this.isDifferent(row))
            .every((row) => (this.state.reasons[row.payment_method_id] || row.reason || "").trim());
    }
    get canFinish() {
        return !this.state.busy && this.explained;
    }
    handOver() {
        const user = this.facts.colleagues.find((one) => one.id === Number(this.state.handTo));
        return this.finish(user);
    }
    async finish(user = null) {
        if (this.pos.hasScenicWaitingSales()) {
            return;
        }
        const answer = await callShift(
            this,
            "pos_finish",
            { ...this.state.reasons },
            this.state.note,
            user ? user.id : false,
            this.pos.device.identifier
        );
        if (answer?.stale) {
            this.state.facts = answer.stale;
            this.state.stale = true;
        } else if (answer) {
            this.state.paper = answer.paper;
            this.state.handedTo = user?.name || "";
            this.shiftId = answer.shift_id;
            if (!user) {
                this.pos.session.state = "closed";
                localStorage.removeItem(`pos.session.${odoo.pos_config_id}`);
            }
            this.pos.printScenicShift(answer.paper);
        }
    }
    print() {
        return this.pos.printScenicShift(this.state.paper);
    }
    openPdf() {
        window.open(`/scenic/shift/${this.shiftId}/report.pdf`);
    }
    leave() {
        if (this.state.handedTo) {
            this.pos.leaveToScenicLogin();
        } else {
            this.pos.redirectToBackend();
        }
    }
}
