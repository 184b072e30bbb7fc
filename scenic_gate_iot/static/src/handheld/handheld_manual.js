import { Component, useState } from "@odoo/owl";

/* Let somebody in without a ticket that opens, and say why. */
export class HandheldManual extends Component {
    static template = "scenic_gate_iot.HandheldManual";
    static props = { reasons: Array, onAdmit: Function, onClose: Function };

    setup() {
        this.state = useState({ reason: "", note: "", persons: 1 });
    }

    get isComplete() {
        return this.state.reason && (this.state.reason !== "M_OTHER" || this.state.note.trim());
    }

    step(change) {
        this.state.persons = Math.max(1, Math.min(99, this.state.persons + change));
    }

    admit() {
        if (this.isComplete) {
            this.props.onAdmit({ ...this.state });
        }
    }
}
