import { Component, onWillUnmount, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

let playing = null; // one sound at a time, on whatever screen

/** Sounds to listen to: a JSON field with [{label, source, url}]. */
export class ListenField extends Component {
    static template = "scenic_gate_iot.ListenField";
    static components = {};
    static props = { ...standardFieldProps };

    setup() {
        this.state = useState({ url: "" });
        onWillUnmount(() => this.stop());
    }

    get sounds() {
        return this.props.record.data[this.props.name] || [];
    }

    toggle(url) {
        const again = this.state.url === url;
        this.stop();
        if (!again) {
            this.play(url);
        }
    }

    play(url) {
        if (playing) {
            playing.owner.stop();
        }
        const audio = new Audio(url);
        playing = { owner: this, audio };
        this.state.url = url;
        audio.addEventListener("ended", () => this.stop());
        audio.addEventListener("error", () => this.stop());
        audio.play().catch(() => this.stop());
    }

    stop() {
        if (playing && playing.owner === this) {
            playing.audio.pause();
            playing = null;
        }
        this.state.url = "";
    }
}

registry.category("fields").add("scenic_listen", {
    component: ListenField,
    displayName: _t("Listen"),
    supportedTypes: ["jsonb", "json"],
});
