import { registry } from "@web/core/registry";
import { formatCurrency } from "@web/core/currency";
import { Base } from "@point_of_sale/app/models/related_models";
import { addDays, formatDayForPaper } from "@scenic_ticketing/app/utils/visit_date";

// as in the ticket code
const NO_SLOT = 255;

/** One issued code, as the server made it. The window only shows and prints it. */
export class ScenicTicket extends Base {
    static pythonModel = "scenic.ticket";

    get isUnused() {
        return this.state === "valid" && !this.used_count;
    }

    /**
     * What the slip says, in the language of the window. A plain object, as everything that is
     * printed as a ticket: `code` is drawn as QR code, `layoutId` chooses layout and printer, `copy`
     * counts what was printed before.
     */
    get slip() {
        const line = this.pos_order_line_id;
        const siblings = line.order_id.scenicTickets;
        return {
            id: this.id,
            // a ticket that could not be signed yet has only its number, which opens the gate too
            code: this.code || null,
            alias: groupAlias(this.alias),
            site: this.site_id?.name || "",
            product: line.getFullProductName(),
            validity: this.validity,
            pax: this.pax,
            price: formatCurrency(line.priceIncl / line.qty, line.currency.id),
            number: siblings.indexOf(this) + 1,
            count: siblings.length,
            orderName: line.order_id.pos_reference,
            note: this.gate_note || "",
            layoutId: line.product_id.product_tmpl_id.scenic_layout_id?.id || false,
        };
    }

    /** The time of the slot, like "10:00–11:00"; "" without one. As in the code, in quarters. */
    get slotTime() {
        if ((this.slot_start ?? NO_SLOT) === NO_SLOT) {
            return "";
        }
        const end = this.slot_len ? this.slot_start + this.slot_len : 96;
        return `${clock(this.slot_start)}–${clock(end)}`;
    }

    get validity() {
        const first = this.visit_date.toISODate();
        const day = [formatDayForPaper(first), this.slotTime].filter(Boolean).join(" ");
        if (this.valid_days <= 1) {
            return day;
        }
        return `${day} – ${formatDayForPaper(addDays(first, this.valid_days - 1))}`;
    }
}

/** Return a quarter of the day as a clock shows it; the end of the day is 24:00. */
function clock(number) {
    const quarter = number > 96 ? number - 96 : number;
    const minutes = String((quarter % 4) * 15).padStart(2, "0");
    return `${String(Math.floor(quarter / 4)).padStart(2, "0")}:${minutes}`;
}

/** Write an alias in groups of four, as people read it aloud. */
export function groupAlias(alias) {
    return (alias || "").match(/.{1,4}/g)?.join(" ") || "";
}

registry.category("pos_available_models").add(ScenicTicket.pythonModel, ScenicTicket);
