import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { useService } from "@web/core/utils/hooks";
import { _t } from "@web/core/l10n/translation";
import { useBarcodeReader } from "@point_of_sale/app/hooks/barcode_reader_hook";
import { groupAlias } from "@scenic_ticketing/app/models/scenic_ticket";

/**
 * Ask which of the tickets of a line the visitor hands back: the other ones stay good, so voiding
 * any of them would turn away somebody who still holds a paid ticket. Scanning chooses as well.
 */
export class RefundPopup extends Component {
    static template = "scenic_ticketing.RefundPopup";
    static components = { Dialog };
    static props = {
        productName: String,
        tickets: Array,
        count: Number,
        getPayload: Function,
        close: Function,
    };

    setup() {
        this.notification = useService("notification");
        this.state = useState({ chosen: [] });
        useBarcodeReader({ scenic_ticket: this.onScanned }, true);
    }

    get instruction() {
        return _t("Touch or scan the %(count)s of %(total)s that the visitor hands back.", {
            count: this.props.count,
            total: this.props.tickets.length,
        });
    }
    get isComplete() {
        return this.state.chosen.length === this.props.count;
    }
    get choices() {
        return this.props.tickets.map((ticket) => ({
            uid: ticket.uid,
            label: groupAlias(ticket.alias),
            chosen: this.state.chosen.includes(ticket.uid),
        }));
    }
    toggle(uid) {
        const { chosen } = this.state;
        if (chosen.includes(uid)) {
            this.state.chosen = chosen.filter((other) => other !== uid);
        } else {
            // one too many: the oldest choice makes room
            this.state.chosen = [...chosen, uid].slice(-this.props.count);
        }
    }
    onScanned({ code }) {
        const text = code.toUpperCase();
        const ticket = this.props.tickets.find(
            (ticket) => ticket.code === text || ticket.alias === text
        );
        if (!ticket) {
            this.notification.add(_t("This ticket is not one of them."), { type: "warning" });
        } else if (!this.state.chosen.includes(ticket.uid)) {
            this.toggle(ticket.uid);
        }
    }
    confirm() {
        this.props.getPayload(this.state.chosen);
        this.props.close();
    }
}
