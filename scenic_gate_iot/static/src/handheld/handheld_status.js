import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

const { DateTime } = luxon;

/* One line that is always there: contact, passages that wait, tickets aboard. */
export class HandheldStatus extends Component {
    static template = "scenic_gate_iot.HandheldStatus";
    static props = { work: Object, place: { type: String, optional: true }, onMenu: Function };

    get contact() {
        const { work } = this.props;
        if (!work.ready) {
            return work.problem ? _t("Not started") : _t("Starting …");
        }
        if (work.online) {
            return _t("Online");
        }
        return work.since
            ? _t("Offline since %s", DateTime.fromMillis(work.since).toFormat("HH:mm"))
            : _t("Connecting …");
    }

    /* By what it decides without the server. */
    get alone() {
        const { reached, tickets } = this.props.work;
        return reached
            ? _t("Decides with %s tickets and asks the gates.", tickets)
            : _t("Decides alone with %s tickets. Uses elsewhere are not seen.", tickets);
    }

    /* Whether the boxes of the gates answer: without them a copy can enter here and there. */
    get gates() {
        const { boxes, reached, ready, setup, lanDenied, lanMixed, online } = this.props.work;
        if (!ready || setup || !boxes) {
            return "";
        }
        if (reached) {
            return _t("Gates: %(reached)s of %(all)s boxes answer", { reached, all: boxes });
        }
        if (lanDenied) {
            return _t(
                "This browser may not reach the gates. Allow this page the local network in the settings of the browser."
            );
        }
        if (lanMixed) {
            return _t("This browser cannot ask the gates. Use Chrome or Edge, or tell a manager.");
        }
        return online
            ? _t("Gates: no box answers")
            : _t("No box of the gates answers. Is this device in the network of the gates?");
    }

    get problem() {
        const { work } = this.props;
        return {
            tab: _t("The handheld is open in another tab of this browser. Close one of them."),
            insecure: _t(
                "Open this page by https: other pages get neither camera nor keys from a browser."
            ),
            worker: _t(
                "This browser cannot decide alone. Use a current Chrome, Edge, Firefox or Safari."
            ),
            other_user: _t(
                "Passages of another attendant wait on this device. They are sent as soon as the server answers; then you can begin."
            ),
            right: _t("The server does not accept this device or this attendant any more."),
            config: _t("The rules of the server cannot be read. Load the page again."),
        }[work.problem];
    }
}
