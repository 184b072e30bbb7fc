import { Component, onMounted, useRef, useState } from "@odoo/owl";

/** Ask why something is done to a ticket: one touch on a usual reason, or any words. */
export class ReasonPanel extends Component {
    static template = "scenic_ticketing.ReasonPanel";
    static props = {
        title: String,
        reasons: { type: Array, element: String },
        onReason: Function,
        onCancel: Function,
    };

    setup() {
        this.state = useState({ text: "" });
        this.input = useRef("input");
        onMounted(() => this.input.el.scrollIntoView({ block: "nearest" }));
    }
    onSubmit() {
        const reason = this.state.text.trim();
        if (reason) {
            this.props.onReason(reason);
        }
    }
}
