import { Component, useState } from "@odoo/owl";

/* Where the attendant stands, and how the device is called: asked once. */
export class HandheldSetup extends Component {
    static template = "scenic_gate_iot.HandheldSetup";
    static props = {
        places: Array,
        user: Object,
        place: String,
        isNew: Boolean,
        message: String,
        onChoose: Function,
        onClose: { type: Function, optional: true },
    };

    setup() {
        this.state = useState({ name: this.props.user.name, busy: false });
    }

    get sites() {
        const sites = new Map();
        for (const place of this.props.places) {
            sites.set(place.site, [...(sites.get(place.site) || []), place]);
        }
        return [...sites];
    }

    async choose(place) {
        if (this.state.busy) {
            return;
        }
        this.state.busy = true;
        await this.props.onChoose(this.state.name, place.key);
        this.state.busy = false;
    }
}
