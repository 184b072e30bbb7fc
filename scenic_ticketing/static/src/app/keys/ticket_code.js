/**
 * The ticket code ST1, as the README has it ("Ticket code ST1"): the same bytes as the server's
 * `scenic_rules/ticket_code.py` writes, proven by the shared test vectors.
 */

export const EPOCH = 1577836800; // 2020-01-01T00:00Z
export const PREFIX = "ST1";
export const NO_SLOT = 255;
export const MAX_ID = 0x7fffffff;
export const FLAG_ISSUED_OFFLINE = 8;
export const TYPE_TICKET = 0;
export const TYPE_TICKET_WITH_CERTIFICATE = 1;

const VERSION = 1;
const SIGNATURE_SIZE = 64;
const DAY_MS = 86400000;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const CONTEXT = new TextEncoder().encode("scenic-ticket-v1\0");

// [name, bytes] in the order of the body; the first byte says what it is
const BODY = [
    ["site", 2],
    ["kid", 4],
    ["serial", 4],
    ["gen", 1],
    ["product", 2],
    ["valid_from", 2],
    ["valid_days", 2],
    ["slot_start", 1],
    ["slot_len", 1],
    ["pax", 1],
    ["uses", 1],
    ["entrances", 2],
    ["flags", 2],
    ["iat", 4],
];
export const BODY_SIZE = 30;

/** Something that is no good code; `reason` is one of the codes of the README. */
export class CodeError extends Error {
    constructor(reason, detail = "") {
        super(detail ? `${reason}: ${detail}` : reason);
        this.reason = reason;
    }
}

export function concat(...parts) {
    const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
    let at = 0;
    for (const part of parts) {
        whole.set(part, at);
        at += part.length;
    }
    return whole;
}

export function toHex(bytes) {
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function fromHex(text) {
    return Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
}

/** RFC 4648 base32 in upper case, without padding. */
export function toBase32(bytes) {
    let text = "";
    let bits = 0;
    let count = 0;
    for (const byte of bytes) {
        bits = (bits << 8) | byte;
        count += 8;
        while (count >= 5) {
            count -= 5;
            text += ALPHABET[(bits >> count) & 31];
        }
        bits &= (1 << count) - 1;
    }
    return count ? text + ALPHABET[(bits << (5 - count)) & 31] : text;
}

/** Read base32 strictly: exactly the spelling that `toBase32` gives. */
export function fromBase32(text) {
    const bytes = [];
    let bits = 0;
    let count = 0;
    for (const letter of text) {
        const value = ALPHABET.indexOf(letter);
        if (value < 0) {
            throw new CodeError("E_FORMAT", "base32");
        }
        bits = (bits << 5) | value;
        count += 5;
        if (count >= 8) {
            count -= 8;
            bytes.push((bits >> count) & 255);
        }
        bits &= (1 << count) - 1;
    }
    const raw = Uint8Array.from(bytes);
    if (toBase32(raw) !== text) {
        throw new CodeError("E_FORMAT", "not canonical");
    }
    return raw;
}

/** Write `fields` big-endian, as `layout` names them. */
export function packFields(header, layout, fields) {
    const bytes = [header];
    for (const [name, size] of layout) {
        const value = fields[name];
        if (!Number.isInteger(value) || value < 0 || value >= 2 ** (8 * size)) {
            throw new CodeError("E_FORMAT", name);
        }
        for (let at = size - 1; at >= 0; at--) {
            bytes.push(Math.floor(value / 2 ** (8 * at)) & 255);
        }
    }
    return Uint8Array.from(bytes);
}

export function unpackFields(layout, bytes) {
    const fields = {};
    let at = 1;
    for (const [name, size] of layout) {
        let value = 0;
        for (let left = size; left > 0; left--) {
            value = value * 256 + bytes[at++];
        }
        fields[name] = value;
    }
    return fields;
}

/** Write the signed body of a ticket; `ext` is a list of [type, bytes] in ascending order. */
export function packTicket(ticket, type = TYPE_TICKET) {
    const parts = [packFields((VERSION << 4) | type, BODY, ticket)];
    for (const [tag, value] of ticket.ext || []) {
        parts.push(Uint8Array.of(tag, value.length), value);
    }
    const body = concat(...parts);
    const { pax, valid_days, slot_start } = unpackTicket(body);
    if (!pax || !valid_days || (slot_start > 95 && slot_start !== NO_SLOT)) {
        throw new CodeError("E_FORMAT", "impossible value");
    }
    return body;
}

export function unpackTicket(body) {
    if (body.length < BODY_SIZE) {
        throw new CodeError("E_FORMAT", "short body");
    }
    const ticket = unpackFields(BODY, body);
    for (const name of ["kid", "serial"]) {
        if (ticket[name] < 1 || ticket[name] > MAX_ID) {
            throw new CodeError("E_FORMAT", name);
        }
    }
    ticket.ext = [];
    let at = BODY_SIZE;
    let last = -1;
    while (at < body.length) {
        const [tag, size] = body.slice(at, at + 2);
        const value = body.slice(at + 2, at + 2 + size);
        if (size === undefined || value.length < size || tag <= last) {
            throw new CodeError("E_FORMAT", "extension");
        }
        ticket.ext.push([tag, value]);
        at += 2 + size;
        last = tag;
    }
    return ticket;
}

/** Return what a key signs for a body. */
export function signedMessage(body) {
    return concat(CONTEXT, body);
}

/**
 * Sign a ticket and write its text; with its certificate a gate that never heard of the key can
 * read it.
 *
 * @param {(message: Uint8Array) => Promise<Uint8Array>} sign
 */
export async function encodeTicket(ticket, sign, certificate = null) {
    const type = certificate ? TYPE_TICKET_WITH_CERTIFICATE : TYPE_TICKET;
    const body = packTicket(ticket, type);
    const parts = [body, await sign(signedMessage(body))];
    if (certificate) {
        parts.push(certificate, Uint8Array.of(certificate.length));
    }
    return PREFIX + toBase32(concat(...parts));
}

/** Take the text of a ticket apart; nothing is verified. */
export function decodeTicket(text) {
    text = text.trim().toUpperCase().split("-")[0];
    if (!text.startsWith(PREFIX)) {
        throw new CodeError("E_FOREIGN");
    }
    let raw = fromBase32(text.slice(PREFIX.length));
    if (!raw.length) {
        throw new CodeError("E_FORMAT", "empty");
    }
    if (raw[0] >> 4 !== VERSION) {
        throw new CodeError("E_VERSION");
    }
    const type = raw[0] & 15;
    let certificate = null;
    if (type === TYPE_TICKET_WITH_CERTIFICATE) {
        const cut = Math.max(raw.length - 1 - raw.at(-1), 0);
        certificate = raw.slice(cut, -1);
        raw = raw.slice(0, cut);
    } else if (type !== TYPE_TICKET) {
        throw new CodeError("E_TYPE");
    }
    if (raw.length < BODY_SIZE + SIGNATURE_SIZE) {
        throw new CodeError("E_FORMAT", "short");
    }
    const body = raw.slice(0, -SIGNATURE_SIZE);
    return {
        ticket: unpackTicket(body),
        body,
        signature: raw.slice(-SIGNATURE_SIZE),
        certificate,
    };
}

/** Identity of a ticket as JSON carries it. */
export function uidHex(kid, serial) {
    return [kid, serial].map((part) => part.toString(16).padStart(8, "0")).join("");
}

/** Count the days from 2020-01-01 to an ISO day. */
export function dayNumber(day) {
    return (Date.parse(`${day}T00:00:00Z`) - EPOCH * 1000) / DAY_MS;
}

export function dayOf(number) {
    return new Date(EPOCH * 1000 + number * DAY_MS).toISOString().slice(0, 10);
}
