import { Component, onMounted, onWillStart, useRef, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { ConnectionLostError } from "@web/core/network/rpc";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { useBarcodeReader } from "@point_of_sale/app/hooks/barcode_reader_hook";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { uuidv4 } from "@point_of_sale/utils";
import { ReasonPanel } from "@scenic_ticketing/app/components/ticket_popup/reason_panel";
import { VoucherPanel } from "@scenic_ticketing/app/components/ticket_popup/voucher_panel";
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

// whatever the nomenclature takes a scan for: here it is looked up
const SCANS = ["scenic_ticket", "product", "quantity", "weight", "price", "client", "discount"];

/**
 * The one look-up of a window: find tickets and vouchers by anything, show what they are worth, and
 * do what this user may do with them. The server alone decides; the next ticket can be scanned while
 * the dialog is open. What can be done with a ticket is in `ticket_actions.js`.
 */
export class TicketPopup extends Component {
    static template = "scenic_ticketing.TicketPopup";
    static components = { Dialog, ReasonPanel, VoucherPanel };
    static props = {
        code: String,
        // of a look-up that was made already
        answer: { type: Object, optional: true },
        close: Function,
    };

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
            // several tickets of one look-up, and which of them are ticked
            choices: [],
            ticked: [],
            vouchers: [],
            // the action that waits for its reason: kind, title, reasons
            asking: null,
            // what was let in a moment ago by mistake: request, code
            undo: null,
        });
        const look = (barcode) => this.find(barcode.code);
        useBarcodeReader(Object.fromEntries(SCANS.map((type) => [type, look])), true);
        onWillStart(() => {
            if (this.props.answer) {
                this.show(this.props.answer);
            }
            return this.props.code && this.find(this.props.code);
        });
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
        const found = this.ticket || this.state.vouchers.length;
        const action = found
            ? ".o_scenic_exchange:enabled, .o_scenic_redeem:enabled"
            : ".o_scenic_ticket_input";
        const next = dialog.querySelector(action) || dialog.querySelector(".o_scenic_close");
        next.focus();
    }
    onSubmit() {
        if (this.state.text.trim()) {
            this.find(this.state.text.trim());
        }
    }
    async find(code) {
        Object.assign(this.state, { text: "", success: "", problem: "", asking: null, undo: null });
        const answer = await this.call("pos_find", [code, this.pos.config.id]);
        if (answer) {
            this.state.code = code;
            this.show(answer);
        }
    }
    show({ reason, message, ticket, may_redeem, choices = [], vouchers = [] }) {
        if (choices.length || vouchers.length || !this.isListed(ticket)) {
            // of a row of the list only the ticket changes, the list stays
            this.state.choices = choices;
            this.state.ticked = [];
            this.state.vouchers = vouchers;
        }
        const isCode = this.state.code.toUpperCase().startsWith("ST1");
        if (ticket && (choices.length || (reason === "OK" && !isCode))) {
            // an ID or phone number is not kept: from now on it is this ticket. What was scanned
            // is, because a superseded copy opens nothing though its ticket is good
            this.state.code = ticket.alias;
        }
        this.state.ticket = ticket || null;
        this.state.mayRedeem = may_redeem;
        this.state.problem = message;
        this.state.wanted = Math.max(1, ticket ? this.mostWanted : 1);
        if (this.state.problem) {
            this.pos.sound.play("error");
        }
    }
    isListed(ticket) {
        const { choices, vouchers } = this.state;
        const items = vouchers.flatMap((voucher) => voucher.items);
        return (
            choices.some((choice) => choice.id === ticket?.id) ||
            items.some((item) => item.alias && item.alias === ticket?.alias)
        );
    }
    isTicked(choice) {
        return this.state.ticked.includes(choice.id);
    }
    tick(choice) {
        const { ticked } = this.state;
        this.state.ticked = this.isTicked(choice)
            ? ticked.filter((id) => id !== choice.id)
            : [...ticked, choice.id];
    }
    tickAll() {
        const { choices, ticked } = this.state;
        const all = choices.map((choice) => choice.id);
        this.state.ticked = ticked.length === all.length ? [] : all;
    }
    choiceLabel(choice) {
        const day = [formatDayForPaper(choice.visit_date), choice.slot].filter(Boolean).join(" ");
        return [day, choice.product, groupAlias(choice.alias)].filter(Boolean).join(" · ");
    }
    async redeem(right) {
        const code = this.state.code;
        const wanted = Math.min(this.state.wanted, this.maxWanted(right));
        const request = uuidv4();
        const answer = await this.call("pos_redeem", [
            code,
            right.zone_id,
            wanted,
            this.pos.config.id,
            request,
        ]);
        if (!answer) {
            return;
        }
        await this.find(code);
        if (answer.admit) {
            this.state.undo = { request, code };
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
    async call(method, args, model = "scenic.ticket") {
        return this.busy(async () => {
            try {
                return await this.pos.data.call(model, method, args);
            } catch (error) {
                if (!(error instanceof ConnectionLostError)) {
                    throw error;
                }
                this.state.ticket = null;
                this.state.problem = _t(
                    "The server cannot be reached, so tickets cannot be checked here now. Send the visitor to a gate."
                );
                return null;
            }
        });
    }
    async busy(work) {
        this.state.loading = true;
        try {
            return await work();
        } finally {
            this.state.loading = false;
        }
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
