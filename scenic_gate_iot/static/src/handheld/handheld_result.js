import { Component, onWillUpdateProps, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

const { DateTime } = luxon;
// an attendant cannot settle these: the gate or the ticket has to change first
const CERTAIN = ["E_VERSION", "E_UNKNOWN_KEY", "E_PRODUCT", "E_STORE", "E_FAULT"];
const CHECKS = [
    [1, _t("Identity document")],
    [2, _t("Proof of the reduced price")],
    [4, _t("Companion is there")],
    [8, _t("Holder of the pass")],
];

/* The decision: a colour that fills the screen, and the words for it. */
export class HandheldResult extends Component {
    static template = "scenic_gate_iot.HandheldResult";
    static props = {
        answer: Object,
        busy: Boolean,
        onConfirm: Function,
        onManual: Function,
        onNext: Function,
        onUndo: Function,
    };

    setup() {
        this.state = useState({ persons: this.most(this.props.answer) });
        onWillUpdateProps((next) => {
            if (next.answer !== this.props.answer) {
                this.state.persons = this.most(next.answer);
            }
        });
    }

    /* Persons who may still go in on this ticket. */
    most({ pax, rest }) {
        return Math.max(1, Math.min(pax || 1, rest ?? (pax || 1)));
    }

    get title() {
        const { colour, reason, admit } = this.props.answer;
        if (colour === "GREEN") {
            return admit > 1 ? _t("%s persons: please pass", admit) : _t("Please pass");
        }
        return colour === "RED"
            ? _t("Stop")
            : this.isDoubt(reason)
              ? _t("Please check")
              : _t("Ask");
    }

    get icon() {
        return { GREEN: "fa-check", RED: "fa-times", STAFF: "fa-hand-paper-o" }[
            this.props.answer.colour
        ];
    }

    /* Who confirmed a passage: the box of the ticket, another one, or none. */
    get gates() {
        const { claim } = this.props.answer;
        return claim ? (claim.owner ? "owner" : claim.n === null ? "none" : "other") : "";
    }

    isDoubt(reason) {
        return this.props.answer.colour === "STAFF" && !CERTAIN.includes(reason);
    }

    get asksCount() {
        const { answer } = this.props;
        return this.isDoubt(answer.reason) && this.most(answer) > 1;
    }

    get checks() {
        const { answer } = this.props;
        if (answer.colour === "RED") {
            return [];
        }
        return CHECKS.filter(([bit]) => (answer.checks || 0) & bit).map(([, text]) => text);
    }

    get firstUse() {
        const { first_use_t: t, first_use_lane: lane } = this.props.answer;
        if (!t) {
            return "";
        }
        const moment = DateTime.fromSeconds(t);
        const isToday = moment.hasSame(DateTime.now(), "day");
        const text = moment.toFormat(isToday ? "HH:mm:ss" : "yyyy-MM-dd HH:mm");
        return lane ? `${text} · ${lane}` : text;
    }

    step(change) {
        const persons = this.state.persons + change;
        this.state.persons = Math.max(1, Math.min(this.most(this.props.answer), persons));
    }

    confirm() {
        this.props.onConfirm(this.asksCount ? this.state.persons : 0);
    }
}
