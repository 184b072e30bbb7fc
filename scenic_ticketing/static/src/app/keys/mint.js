import {
    EPOCH,
    FLAG_ISSUED_OFFLINE,
    NO_SLOT,
    dayNumber,
} from "@scenic_ticketing/app/keys/ticket_code";

/**
 * What a window writes into a ticket, and what it may not sign. Pure: the server writes the same
 * (`scenic.ticket._complete_vals`) and gates check the same limits (`Verifier.check_limits`).
 */

const { DateTime } = luxon;
const QUARTERS = 96;
const OPEN_DAYS = 3660;
// the gate allows this much between the clocks; the window keeps half of it
const CLOCK_SKEW_S = 300;

/**
 * Return [first valid day, number of days] of a ticket sold at `today`, as `tools/validity.py` does.
 *
 * @param {Object} validity {kind, days, use_days, begin, end} of the product
 * @param {string} wished day of the visit
 */
export function validDates(validity, wished, today) {
    switch (validity.kind) {
        case "purchase":
            return [today, validity.days];
        case "first_use":
            return [wished, validity.days + Math.max(0, validity.use_days - 1)];
        case "period": {
            if (!validity.begin || !validity.end) {
                break;
            }
            const first = today > validity.begin ? today : validity.begin;
            return [first, Math.max(1, dayNumber(validity.end) - dayNumber(first) + 1)];
        }
        case "open":
            return [today, OPEN_DAYS];
    }
    return [wished, validity.days];
}

/** Read "10:00–11:00" as [first quarter, quarters]; [255, 0] without a time. */
export function slotQuarters(text) {
    const minutes = (text || "")
        .match(/(\d+):(\d+).*?(\d+):(\d+)/)
        ?.slice(1)
        .map(Number);
    if (!minutes) {
        return [NO_SLOT, 0];
    }
    const start = minutes[0] * 60 + minutes[1];
    const end = minutes[2] * 60 + minutes[3];
    const length = end > start ? end - start : end - start + 1440;
    return [Math.floor(start / 15), Math.floor(length / 15)];
}

/**
 * Return the fields of a ticket.
 *
 * @param {Object} product what the server told about it, see `pos_request`
 * @param {Object} sale {day, slotTime, offline, now (ms by the server's clock), tz}
 * @param {number} units how many units of the product the code stands for
 */
export function ticketFields(product, certificate, sale, units = 1) {
    const { day, slotTime, offline, now, tz } = sale;
    const iat = Math.floor(now / 1000) - EPOCH;
    const today = DateTime.fromMillis(now, { zone: tz || "utc" }).toISODate();
    const [first, days] = validDates(product.validity, day, today);
    const [slotStart, slotLen] = product.timed ? slotQuarters(slotTime) : [NO_SLOT, 0];
    return {
        site: certificate.site,
        kid: certificate.kid,
        gen: 0,
        product: product.number,
        valid_from: dayNumber(first),
        valid_days: days,
        slot_start: slotStart,
        slot_len: slotLen,
        pax: product.pax * units,
        uses: product.uses,
        entrances: product.entrances & certificate.entrances,
        flags: product.flags | (offline ? FLAG_ISSUED_OFFLINE : 0),
        iat,
        ext: [],
    };
}

/**
 * Return why a window may not sign such tickets, as a code, or "".
 *
 * @param {number} count tickets that are wanted, all with numbers of this certificate
 */
export function limitBroken(certificate, product, ticket, count) {
    const last = ticket.valid_from + ticket.valid_days - 1;
    const checks = {
        expired:
            ticket.iat >= certificate.not_before - CLOCK_SKEW_S &&
            ticket.iat <= certificate.not_after + CLOCK_SKEW_S,
        serials: certificate.next_serial + count - 1 <= certificate.max_serial,
        visit: ticket.valid_from >= certificate.visit_from && last <= certificate.visit_to,
        slot: !product.timed || ticket.slot_start < QUARTERS,
        persons: ticket.pax <= certificate.max_pax,
        uses: !certificate.max_uses || (ticket.uses >= 1 && ticket.uses <= certificate.max_uses),
        entrances: ticket.entrances !== 0,
        product: ((certificate.class_mask >>> product.class_no) & 1) === 1,
    };
    return Object.keys(checks).find((name) => !checks[name]) || "";
}
