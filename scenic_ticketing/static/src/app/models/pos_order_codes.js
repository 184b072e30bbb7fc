import { formatCurrency } from "@web/core/currency";
import { patch } from "@web/core/utils/patch";
import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { PosOrderline } from "@point_of_sale/app/models/pos_order_line";
import { dayOf, decodeTicket, uidHex } from "@scenic_ticketing/app/keys/ticket_code";
import { groupAlias } from "@scenic_ticketing/app/models/scenic_ticket";
import { formatDayForPaper } from "@scenic_ticketing/app/utils/visit_date";

patch(PosOrderline.prototype, {
    /** What this window signed for the tickets of this line: [{code, alias}]. */
    get scenicCodes() {
        return this.scenic_data?.codes || [];
    },
    /** What the codes of this line say; other codes are no good for it. */
    get scenicCodeKey() {
        const { visit_date, slot_id, together } = this.scenic_data || {};
        const sold = [this.product_id.id, this.qty, visit_date || "", slot_id || 0];
        return [...sold, together ? 1 : 0].join(" ");
    },
    uidOfCode(code) {
        const { kid, serial } = decodeTicket(code).ticket;
        return uidHex(kid, serial);
    },
    /** The slips of codes that the server does not know yet. */
    get scenicLocalSlips() {
        const pax = this.product_id.product_tmpl_id.scenic_pax || 1;
        return this.scenicCodes.map(({ code, alias }, index) => {
            const { ticket } = decodeTicket(code);
            const first = formatDayForPaper(dayOf(ticket.valid_from));
            const last = dayOf(ticket.valid_from + ticket.valid_days - 1);
            const validity = [first, this.scenicSlotTime].filter(Boolean).join(" ");
            return {
                id: `${this.uuid}.${index}`,
                code,
                alias: groupAlias(alias),
                site: this.product_id.product_tmpl_id.scenic_site_id?.name || "",
                product: this.getFullProductName(),
                validity:
                    ticket.valid_days > 1 ? `${validity} – ${formatDayForPaper(last)}` : validity,
                pax: ticket.pax,
                price: formatCurrency(
                    (this.priceIncl / this.qty) * (ticket.pax / pax),
                    this.currency.id
                ),
                orderName: this.order_id.pos_reference,
                note: this.scenic_data.gate_note || "",
                holderToken:
                    this.scenicHolderTokens[this.scenicHolderMode === "order" ? 0 : index] || "",
                layoutId: this.product_id.product_tmpl_id.scenic_layout_id?.id || false,
            };
        });
    },
});

patch(PosOrder.prototype, {
    /** The lines that sell tickets. */
    get scenicSaleLines() {
        return this.scenicLines.filter((line) => line.qty > 0 && !line.refunded_orderline_id);
    },
    /**
     * What is printed for this order: the tickets that the server made and that still open a gate;
     * until it answers, those that this window signed.
     */
    get scenicSlips() {
        const slips = this.lines.flatMap((line) => {
            if (line.scenicTickets.length) {
                const good = line.scenicTickets.filter((ticket) => ticket.state === "valid");
                return good.map((ticket) => ticket.slip);
            }
            return this.finalized ? line.scenicLocalSlips : [];
        });
        return slips.map((slip, index) => ({
            ...slip,
            number: slip.number || index + 1,
            count: slip.count || slips.length,
        }));
    },
    // EXTENDS scenic_ticketing
    get isAwaitingScenicTickets() {
        return (
            this.finalized &&
            this.scenicLines.some(
                (line) => line.qty > 0 && !line.scenicTickets.length && !line.scenicCodes.length
            )
        );
    },
});
