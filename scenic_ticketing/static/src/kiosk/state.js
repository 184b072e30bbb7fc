/** What the page knows of its visitor; nothing of it is kept but the name of the order. */

export const { token, lang: firstLanguage } = document.body.dataset;

export const state = {
    step: "welcome",
    lang: firstLanguage,
    info: null,
    texts: {},
    day: null,
    offer: [],
    chosen: new Map(), // "day product slot" -> {product, slot, day, quantity}
    openTimes: null,
    review: null,
    placed: null,
    basket: null,
    payment: "", // how a payment at this page stands, in the server's words
    cancel: false, // the visitor gave up while a payment was made
    sold: null, // tickets that were paid here
    printing: "", // "printing", "printed" or "failed"
    problem: "",
    busy: false,
};

/** Forget the visitor. */
export function clear() {
    Object.assign(state, {
        step: "welcome",
        offer: [],
        chosen: new Map(),
        review: null,
        placed: null,
        basket: null,
        payment: "",
        cancel: false,
        sold: null,
        printing: "",
        problem: "",
        openTimes: null,
        lang: firstLanguage,
    });
}

export function wants() {
    return [...state.chosen.values()].map((line) => ({
        product_id: line.product,
        slot_id: line.slot,
        visit_date: line.day,
        quantity: line.quantity,
    }));
}

export function keyOf(product, slot) {
    return `${state.day} ${product} ${slot || ""}`;
}

export function quantityOf(product, slot) {
    return state.chosen.get(keyOf(product, slot))?.quantity || 0;
}

// --- what survives a reload: the name of an order that may be paid, until its visitor is done ---

const KEPT = `scenic-kiosk-${token}`;

/** Keep what this page is working on; null forgets it. */
export function keep(facts) {
    try {
        if (facts) {
            localStorage.setItem(KEPT, JSON.stringify({ ...kept(), ...facts }));
        } else {
            localStorage.removeItem(KEPT);
        }
    } catch {
        // a browser that keeps nothing: after a reload the visitor asks a window
    }
}

/** Return `{basket, lang, printed}` of the order that this page was working on, or null. */
export function kept() {
    try {
        return JSON.parse(localStorage.getItem(KEPT));
    } catch {
        return null;
    }
}
