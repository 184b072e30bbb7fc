import { Component } from "@odoo/owl";

/** The tickets as paper: one slip each, with a code that a gate can read. */
export class TicketSlips extends Component {
    static template = "scenic_ticketing.TicketSlips";
    static props = {
        slips: {
            type: Array,
            element: {
                type: Object,
                shape: {
                    id: Number,
                    qr: { type: [Object, { value: null }] },
                    alias: String,
                    site: String,
                    product: String,
                    validity: String,
                    pax: Number,
                    price: String,
                    number: Number,
                    count: Number,
                    orderName: String,
                },
            },
        },
    };
}
