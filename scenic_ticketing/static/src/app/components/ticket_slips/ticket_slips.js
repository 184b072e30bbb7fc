import { Component } from "@odoo/owl";
import { drawQrCode } from "@scenic_ticketing/app/utils/qr_code";
import { PLAIN_LAYOUT } from "@scenic_ticketing/print/slip_draw";

/** What the template needs besides the slips, also where it is rendered without the component. */
export const SLIP_TOOLS = {
    // a ticket that could not be signed yet has only its number, which opens the gate too
    qrOf: (slip) => (slip.code ? drawQrCode(slip.code) : null),
    plain: PLAIN_LAYOUT,
};

/** The tickets as paper: one slip each, with a code that a gate can read. */
export class TicketSlips extends Component {
    static template = "scenic_ticketing.TicketSlips";
    static props = {
        // see ScenicTicket.slip
        slips: { type: Array, element: Object },
        layout: { type: Object, optional: true },
    };

    setup() {
        Object.assign(this, SLIP_TOOLS);
    }
}
