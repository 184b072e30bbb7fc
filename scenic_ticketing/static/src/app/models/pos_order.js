import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

patch(PosOrder.prototype, {
    // EXTENDS point_of_sale
    initState() {
        super.initState();
        // the visit date chosen last: what the next ticket of this customer is for, too
        this.uiState.scenicVisitDate = "";
        this.uiState.scenicPrinted = false;
        // paid while the server did not answer: say so when the tickets have come
        this.uiState.scenicAwaited = false;
    },
    get scenicLines() {
        return this.lines.filter((line) => line.isScenicTicket);
    },
    /** The lines whose tickets take places: of a slot, or of a day that has a limit. */
    get scenicLimitedLines() {
        return this.scenicLines.filter(
            (line) => !line.refunded_orderline_id && line.product_id.product_tmpl_id.isScenicLimited
        );
    },
    get scenicTickets() {
        return this.lines.flatMap((line) => line.scenicTickets);
    },
    /** The tickets that still open a gate. */
    get scenicTicketsToPrint() {
        return this.scenicTickets.filter((ticket) => ticket.state === "valid");
    },
    get scenicPrintLabel() {
        const count = this.scenicSlips.length;
        return this.uiState.scenicPrinted
            ? _t("Print tickets again (%s)", count)
            : _t("Print tickets (%s)", count);
    },
    /** Whether tickets are paid for but not issued yet, because the server did not answer. */
    get isAwaitingScenicTickets() {
        return (
            this.finalized &&
            this.scenicLines.some((line) => line.qty > 0 && !line.scenicTickets.length)
        );
    },
});
