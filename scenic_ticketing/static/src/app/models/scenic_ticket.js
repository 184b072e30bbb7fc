import { registry } from "@web/core/registry";
import { formatCurrency } from "@web/core/currency";
import { Base } from "@point_of_sale/app/models/related_models";
import { drawQrCode } from "@scenic_ticketing/app/utils/qr_code";
import { addDays, formatDayForPaper } from "@scenic_ticketing/app/utils/visit_date";

/** One issued code, as the server made it. The window only shows and prints it. */
export class ScenicTicket extends Base {
    static pythonModel = "scenic.ticket";

    get isUnused() {
        return this.state === "valid" && !this.used_count;
    }

    /** What the slip says, in the language of the window. */
    get slip() {
        const line = this.pos_order_line_id;
        const siblings = line.order_id.scenicTickets;
        return {
            id: this.id,
            // a ticket that could not be signed yet has only its number, which opens the gate too
            qr: this.code ? drawQrCode(this.code) : null,
            alias: groupAlias(this.alias),
            site: this.site_id?.name || "",
            product: line.getFullProductName(),
            validity: this.validity,
            pax: this.pax,
            price: formatCurrency(line.priceIncl / line.qty, line.currency.id),
            number: siblings.indexOf(this) + 1,
            count: siblings.length,
            orderName: line.order_id.pos_reference,
        };
    }

    get validity() {
        const first = this.visit_date.toISODate();
        const day = formatDayForPaper(first);
        if (this.valid_days <= 1) {
            return day;
        }
        return `${day} – ${formatDayForPaper(addDays(first, this.valid_days - 1))}`;
    }
}

/** Write an alias in groups of four, as people read it aloud. */
export function groupAlias(alias) {
    return (alias || "").match(/.{1,4}/g)?.join(" ") || "";
}

registry.category("pos_available_models").add(ScenicTicket.pythonModel, ScenicTicket);
