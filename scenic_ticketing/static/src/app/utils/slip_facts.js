import { formatCurrency } from "@web/core/currency";
import { groupAlias } from "@scenic_ticketing/app/models/scenic_ticket";
import { addDays, formatDayForPaper } from "@scenic_ticketing/app/utils/visit_date";

/** Make a slip of what the server tells about a ticket, also of one that no window sold. */
export function slipOfFacts(facts) {
    const first = formatDayForPaper(facts.visit_date);
    const day = [first, facts.slot].filter(Boolean).join(" ");
    const last = addDays(facts.visit_date, facts.valid_days - 1);
    const slip = {
        id: facts.id,
        code: facts.code || null,
        alias: groupAlias(facts.alias),
        site: facts.site,
        product: facts.product,
        validity: facts.valid_days > 1 ? `${day} – ${formatDayForPaper(last)}` : day,
        pax: facts.pax,
        price: formatCurrency(facts.price, facts.currency_id),
        number: facts.number,
        count: facts.count,
        orderName: facts.order_name,
        note: facts.note || "",
        layoutId: facts.layout_id || false,
    };
    if (facts.holder) {
        slip.holder = facts.holder;
    }
    if (facts.copy) {
        slip.copy = facts.copy;
    }
    return slip;
}
