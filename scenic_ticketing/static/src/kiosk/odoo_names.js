// What the modules of the window ask of Odoo's web client, for a page that has none: see the import
// map in tools/kiosk_page.py.

let words = {};

/** Say how the words of a slip are called in the visitor's language. */
export function setWords(translated) {
    words = translated;
}

export function _t(text, ...values) {
    let at = 0;
    return (words[text] || text).replace(/%s/g, () => values[at++]);
}

export const browser = { fetch: (...args) => fetch(...args) };

export function uuid() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

globalThis.odoo ??= {};
