/**
 * Prices by visit date, as the server worked them out for this window.
 *
 * Nothing is decided here: a price is found by going to the day, then to the last number of days
 * ahead and the last quantity that are reached. The server asks the same function for sales orders
 * and other channels, and compares every paid line with it.
 */

const DAY = 24 * 60 * 60 * 1000;

export const NO_TARIFF = "E_NO_TARIFF";
export const NO_PRICE = "E_NO_PRICE";
export const CLOSED = "E_CLOSED";
export const PAST = "E_PAST";

/** Return how many days `day` is after `first`; both are ISO days of the site. */
export function daysBetween(first, day) {
    return Math.round((Date.parse(day) - Date.parse(first)) / DAY);
}

/** Return the last of these rising steps whose first member is reached. */
function lastReached(steps, value) {
    let found;
    for (const step of steps) {
        if (step[0] > value) {
            break;
        }
        found = step;
    }
    return found;
}

/**
 * Return the price of one ticket.
 *
 * @param {object|false} table from the server: `first` day, `days` (class of each day, -1 closed),
 *   `closed` (days of single products), `products` (price steps by class), `digits`, `version`
 * @param {number} templateId
 * @param {string} visitDate
 * @param {number} quantity tickets of the line
 * @param {string} today at the site
 * @returns {{amount: number|null, problem: string, version: number}}
 */
export function lookUpPrice(table, templateId, visitDate, quantity, today) {
    const none = (problem) => ({ amount: null, problem, version: table?.version || 0 });
    const lead = daysBetween(today, visitDate);
    if (lead < 0) {
        return none(PAST);
    }
    if (!table) {
        return none(NO_TARIFF);
    }
    const offset = daysBetween(table.first, visitDate);
    const kind = table.days[offset];
    if (kind === -1 || table.closed[templateId]?.includes(offset)) {
        return none(CLOSED);
    }
    const ladders = table.products[templateId];
    if (!ladders) {
        return none(NO_TARIFF);
    }
    const steps = lastReached(ladders[kind] || [], lead)?.[1] || [];
    const step = lastReached(steps, Math.max(quantity, 1));
    if (!step) {
        return none(NO_PRICE);
    }
    return { amount: step[1] / 10 ** table.digits, problem: "", version: table.version };
}
