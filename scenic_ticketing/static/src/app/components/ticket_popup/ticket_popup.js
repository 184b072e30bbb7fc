import { Component, onMounted, onWillStart, useRef, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { ConnectionLostError } from "@web/core/network/rpc";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { useBarcodeReader } from "@point_of_sale/app/hooks/barcode_reader_hook";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { uuidv4 } from "@point_of_sale/utils";
import { RebookPopup } from "@scenic_ticketing/app/components/rebook_popup/rebook_popup";
import { groupAlias } from "@scenic_ticketing/app/models/scenic_ticket";
import { formatDayForPaper } from "@scenic_ticketing/app/utils/visit_date";

const { DateTime } = luxon;

const COLOUR_OF_STATE = {
    held: "warning",
    valid: "success",
    used: "secondary",
    blocked: "danger",
    void: "danger",
    expired: "danger",
};

/**
 * Show what a ticket is worth, and walk its holder in. The server alone decides; the next ticket can
 * be scanned while the dialog is open.
 */
export class TicketPopup extends Component {
    static template = "scenic_ticketing.TicketPopup";
    static components = { Dialog };
    static props = { code: String, close: Function };

    setup() {
        this.pos = usePos();
        this.ui = useService("ui");
        this.form = useRef("form");
        this.state = useState({
            code: this.props.code,
            text: "",
            loading: false,
            problem: "",
            success: "",
            ticket: null,
            mayRedeem: false,
            wanted: 1,
        });
        useBarcodeReader({ scenic_ticket: (barcode) => this.find(barcode.code) }, true);
        onWillStart(() => this.props.code && this.find(this.props.code));
        onMounted(() => this.focusNextAction());
    }

    get ticket() {
        return this.state.ticket;
    }
    get stateColour() {
        return COLOUR_OF_STATE[this.ticket.state];
    }
    get validity() {
        const { visit_date, valid_until } = this.ticket;
        const first = formatDayForPaper(visit_date);
        return visit_date === valid_until ? first : `${first} – ${formatDayForPaper(valid_until)}`;
    }
    get isGroup() {
        return this.state.mayRedeem && this.mostWanted > 1;
    }
    /** The largest number of persons that one of the zones still lets in at once. */
    get mostWanted() {
        return Math.max(0, ...this.ticket.rights.map((right) => this.maxWanted(right)));
    }
    maxWanted(right) {
        if (right.reason !== "OK") {
            return 0;
        }
        return right.total ? Math.min(right.left, this.ticket.pax) : this.ticket.pax;
    }
    leftLabel(right) {
        return right.total
            ? _t("%(left)s of %(total)s left", { left: right.left, total: right.total })
            : _t("no limit");
    }
    useLabel(use) {
        // by the clock of the site, like everything that is said about a ticket
        const moment = deserializeDateTime(use.happened_at).setZone(this.ticket.tz);
        const at = moment.toLocaleString(DateTime.DATETIME_SHORT);
        return [at, use.zone, use.lane].filter(Boolean).join(" · ");
    }

    get alias() {
        return groupAlias(this.ticket.alias);
    }

    /** Put the focus where the work goes on; in the input only to type, as it opens a keyboard. */
    focusNextAction() {
        const dialog = this.form.el.closest(".modal");
        const action = this.ticket ? ".o_scenic_redeem:enabled" : ".o_scenic_ticket_input";
        const next = dialog.querySelector(action) || dialog.querySelector(".o_scenic_close");
        next.focus();
    }
    onSubmit() {
        if (this.state.text.trim()) {
            this.find(this.state.text.trim());
        }
    }
    async find(code) {
        this.state.text = "";
        this.state.success = "";
        this.state.problem = "";
        const answer = await this.call("pos_scan", [code, this.pos.config.id]);
        if (answer) {
            this.state.code = code;
            this.show(answer);
        }
    }
    show({ message, ticket, may_redeem }) {
        this.state.ticket = ticket || null;
        this.state.mayRedeem = may_redeem;
        this.state.problem = message;
        this.state.wanted = Math.max(1, ticket ? this.mostWanted : 1);
        if (this.state.problem) {
            this.pos.sound.play("error");
        }
    }
    async redeem(right) {
        const code = this.state.code;
        const wanted = Math.min(this.state.wanted, this.maxWanted(right));
        const answer = await this.call("pos_redeem", [
            code,
            right.zone_id,
            wanted,
            this.pos.config.id,
            uuidv4(),
        ]);
        if (!answer) {
            return;
        }
        await this.find(code);
        if (answer.admit) {
            this.state.success = _t("%(count)s let in: %(zone)s", {
                count: answer.admit,
                zone: right.zone,
            });
        } else if (answer.colour === "GREEN") {
            this.state.success = answer.message;
        } else {
            this.state.problem = answer.message;
        }
    }
    stepWanted(count) {
        this.state.wanted = Math.min(Math.max(this.state.wanted + count, 1), this.mostWanted);
    }
    /** Ask the server; without it nothing is known, and nobody is let in on a guess. */
    async call(method, args) {
        this.state.loading = true;
        try {
            return await this.pos.data.call("scenic.ticket", method, args);
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            this.state.ticket = null;
            this.state.problem = _t(
                "The server cannot be reached, so tickets cannot be checked here now. Send the visitor to a gate."
            );
        } finally {
            this.state.loading = false;
        }
        return null;
    }
    /** Move the ticket to another day; a charge is paid first, with the order. */
    rebook() {
        this.pos.dialog.add(RebookPopup, {
            ticket: this.ticket,
            onMoved: async (ticket) => {
                if (!ticket) {
                    this.props.close();
                    return;
                }
                // the old code names the old day and opens nothing any more
                await this.find(ticket.alias);
                this.state.success = _t("Moved. Print the new ticket from its order.");
            },
        });
    }
    /** Open the order of the ticket, where it can be refunded or printed again. */
    openOrder() {
        this.props.close();
        this.pos.openScenicOrder(this.ticket.order_id);
    }
}
